package dev.sluice.examples.server;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An answer before it is given.
 *
 * @param blocks what it consists of
 * @param stopReason why it ends where it does
 */
record Script(List<Block> blocks, String stopReason) {

    /** The answer to a request, within its {@code max_tokens}. */
    static Script of(Request request, SplittableRandom random) {
        var blocks = new ArrayList<Block>();
        if (request.thinks()) {
            String thoughts = request.showsThoughts() ? Answers.thoughts(request.prompt()) : "";
            blocks.add(new Block.Thinking(Tokens.of(thoughts, random), Ids.signature(random)));
        }
        if (request.tool().isPresent()) {
            var tool = request.tool().get();
            var input = Tokens.of(ToolInput.of(tool, request.prompt()).toString(), random);
            input.addFirst(""); // as the real server begins
            blocks.add(new Block.Text(Tokens.of(Answers.BEFORE_A_TOOL, random)));
            blocks.add(
                    new Block.ToolUse(Ids.of("toolu", random), tool.path("name").asString(""), input));
            return new Script(blocks, "tool_use").within(request.maxTokens());
        }
        String words = request.toolResult().map(Answers::afterATool).orElseGet(() -> Answers.to(request.prompt()));
        String rest = request.unfinished().map(answer -> answer.rest(words)).orElse(words);
        blocks.add(new Block.Text(Tokens.of(rest, random)));
        return new Script(blocks, "end_turn").within(request.maxTokens());
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
                return new Script(kept, "max_tokens");
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
