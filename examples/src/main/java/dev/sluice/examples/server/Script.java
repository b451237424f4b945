package dev.sluice.examples.server;

import dev.sluice.examples.server.Request.Thoughts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * An answer before it is given, whatever the wire.
 *
 * @param blocks what it consists of
 * @param end why it ends where it does
 */
record Script(List<Block> blocks, End end) {

    /** Why an answer ends. */
    enum End {
        /** All is said. */
        DONE,
        /** A tool is to be called. */
        TOOL,
        /** It may have no more tokens. */
        LENGTH
    }

    /** The answer to a request, within the most tokens that it may have. */
    static Script of(Request request, SplittableRandom random) {
        var blocks = new ArrayList<Block>();
        if (request.thoughts() != Thoughts.NONE) {
            String thoughts = request.thoughts() == Thoughts.SHOWN ? Answers.thoughts(request.prompt()) : "";
            blocks.add(new Block.Thinking(Tokens.of(thoughts, random)));
        }
        Optional<List<Block>> calls = Crossing.calls(request, random);
        if (calls.isPresent()) {
            blocks.addAll(calls.get());
            return new Script(blocks, End.TOOL).within(request.maxTokens());
        }
        if (request.tool().isPresent() && !Crossing.isAsked(request)) {
            Tool tool = request.tool().get();
            String input = Invented.of(tool.schema(), request.prompt()).toString();
            blocks.add(new Block.Text(Tokens.of(Answers.BEFORE_A_TOOL, random)));
            blocks.add(new Block.ToolCall(tool.name(), Tokens.of(input, random), true));
            return new Script(blocks, End.TOOL).within(request.maxTokens());
        }
        String words = words(request);
        String rest = request.unfinished().map(answer -> answer.rest(words)).orElse(words);
        blocks.add(new Block.Text(Tokens.of(rest, random)));
        return new Script(blocks, End.DONE).within(request.maxTokens());
    }

    private static String words(Request request) {
        return request.schema()
                .map(schema -> Invented.of(schema, request.prompt()).toString())
                .or(() -> Crossing.answer(request))
                .or(() -> request.toolResults().stream().findFirst().map(Answers::afterATool))
                .orElseGet(() -> Answers.to(request.prompt(), Crossing.isAsked(request)));
    }

    private Script within(int maxTokens) {
        var kept = new ArrayList<Block>();
        int left = maxTokens;
        for (Block block : blocks) {
            int count = Math.min(left, block.pieces().size());
            if (count < block.pieces().size()) {
                if (count > 0) {
                    kept.add(block.first(count));
                }
                return new Script(kept, End.LENGTH);
            }
            kept.add(block);
            left -= count;
        }
        return this;
    }

    /** How many tokens it is, thinking included. */
    int tokens() {
        return blocks.stream().mapToInt(block -> block.pieces().size()).sum();
    }

    /** How many of them are thinking. */
    int thinkingTokens() {
        return blocks.stream()
                .filter(Block.Thinking.class::isInstance)
                .mapToInt(block -> block.pieces().size())
                .sum();
    }
}
