package dev.sluice.test.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A {@link ScriptedServer}'s answer to one request, for every wire: text, thoughts, calls of tools, and its end. It
 * also has the usage, the pace and a fault. Immutable: each method gives another answer.
 *
 * <pre>{@code
 * Answer.thinking("The user wants the weather.").thenToolCall("weather", "{\"city\":", "\"Porto\"}")
 * Answer.text("It is ", "sunny.").failing(Fault.CUT)
 * Answer.error(429, "slow down").header("retry-after", "1")
 * }</pre>
 *
 * <p>A streamed answer has one delta for each piece, a whole one has the pieces joined.
 */
public final class Answer {
    private final List<Block> blocks;
    private final Map<String, String> headers;
    private final Settings settings;

    /** Why an answer ends. */
    public enum End {
        /** All is said. */
        DONE,
        /** A tool is to be called. */
        TOOL,
        /** It may have no more tokens. */
        LENGTH,
        /** The model will not answer. */
        REFUSAL
    }

    /** The answer's other fields; empty if the server decides. Changed only before the answer that has it is made. */
    private static final class Settings {
        Optional<End> end = Optional.empty();
        OptionalInt inputTokens = OptionalInt.empty();
        OptionalInt outputTokens = OptionalInt.empty();
        Pace pace = Pace.instant();
        Optional<Fault> fault = Optional.empty();
        OptionalInt faultAt = OptionalInt.empty();
        Optional<Refusal> refusal = Optional.empty();

        Settings copy() {
            var copy = new Settings();
            copy.end = end;
            copy.inputTokens = inputTokens;
            copy.outputTokens = outputTokens;
            copy.pace = pace;
            copy.fault = fault;
            copy.faultAt = faultAt;
            copy.refusal = refusal;
            return copy;
        }
    }

    private Answer(List<Block> blocks, Map<String, String> headers, Settings settings) {
        this.blocks = List.copyOf(blocks);
        this.headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        this.settings = settings;
    }

    /** An answer without content. */
    public static Answer empty() {
        return new Answer(List.of(), Map.of(), new Settings());
    }

    /** An answer of words. */
    public static Answer text(String... pieces) {
        return empty().thenText(pieces);
    }

    /** An answer that begins with thoughts. Without pieces the model has thought and keeps that to itself. */
    public static Answer thinking(String... pieces) {
        return empty().thenThinking(pieces);
    }

    /** An answer that calls a tool; see {@link #thenToolCall}. */
    public static Answer toolCall(String name, String... inputJson) {
        return empty().thenToolCall(name, inputJson);
    }

    /**
     * An HTTP error in place of an answer. The body is the wire's own; its type is the one that the vendor sends with that status.
     *
     * @param status 400 to 599
     * @param message what it says
     */
    public static Answer error(int status, String message) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " is no error's, use 400 to 599");
        }
        return empty().refusing(Refusal.status(status, message));
    }

    /** The error of a server that has no time: 529, or 503 where the API knows no 529. */
    public static Answer overloaded() {
        return empty().refusing(Refusal.overloaded());
    }

    /** The error of a caller that has asked too often: 429, which says in whole seconds when to ask again. */
    public static Answer rateLimited(Duration retryAfter) {
        return error(429, "Rate limit reached").header("retry-after", String.valueOf(retryAfter.toSeconds()));
    }

    /** Continues with words, in a block of their own. */
    public Answer thenText(String... pieces) {
        return then(new Block.Text(List.of(pieces)));
    }

    /** Continues with thoughts, in a block of their own. */
    public Answer thenThinking(String... pieces) {
        return then(new Block.Thinking(List.of(pieces)));
    }

    /**
     * Continues with the call of a tool.
     *
     * @param name the tool's
     * @param inputJson its input as JSON text, cut anywhere. If all of it is not one JSON object, the call is a cut one: Claude and
     *     OpenAI stream what there is, Gemini, whose calls are always whole, has none
     */
    public Answer thenToolCall(String name, String... inputJson) {
        return then(new Block.ToolCall(name, List.of(inputJson), Json.isObject(String.join("", inputJson))));
    }

    private Answer then(Block block) {
        List<Block> more = new ArrayList<>(blocks);
        more.add(block);
        return new Answer(more, headers, settings);
    }

    /** Ends for this reason. Without it an answer that calls a tool ends with {@link End#TOOL}, any other is done. */
    public Answer end(End end) {
        return with(changed -> changed.end = Optional.of(end));
    }

    /** Says that it took so many tokens. Without it a piece is a token, and the input is estimated. */
    public Answer usage(int inputTokens, int outputTokens) {
        return with(changed -> {
            changed.inputTokens = OptionalInt.of(inputTokens);
            changed.outputTokens = OptionalInt.of(outputTokens);
        });
    }

    /** Comes at this pace; without it, at once. */
    public Answer pace(Pace pace) {
        return with(changed -> changed.pace = pace);
    }

    /** Goes wrong in its middle: behind half of its pieces, or half of its bytes if it is not streamed. */
    public Answer failing(Fault fault) {
        return failing(fault, OptionalInt.empty());
    }

    /**
     * Goes wrong when so many bytes of the body have been sent, or at its end if it is shorter. {@link Fault#STALL} and the two
     * errors wait for the end of the frame.
     */
    public Answer failing(Fault fault, int afterBytes) {
        return failing(fault, OptionalInt.of(afterBytes));
    }

    private Answer failing(Fault fault, OptionalInt at) {
        return with(changed -> {
            changed.fault = Optional.of(fault);
            changed.faultAt = at;
        });
    }

    private Answer refusing(Refusal refusal) {
        return with(changed -> changed.refusal = Optional.of(refusal));
    }

    private Answer with(Consumer<Settings> change) {
        Settings changed = settings.copy();
        change.accept(changed);
        return new Answer(blocks, headers, changed);
    }

    /** Has a header more; it replaces one of the server's own. */
    public Answer header(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(blocks, more, settings);
    }

    /** Has so many tokens at most: if there are more pieces, the rest is left out, and the end is {@link End#LENGTH}. */
    public Answer limitedTo(int maxTokens) {
        var kept = new ArrayList<Block>();
        int left = maxTokens;
        for (Block block : blocks) {
            int count = Math.min(left, block.pieces().size());
            if (count < block.pieces().size()) {
                if (count > 0) {
                    kept.add(block.first(count));
                }
                return new Answer(kept, headers, settings).end(End.LENGTH);
            }
            kept.add(block);
            left -= count;
        }
        return this;
    }

    /** The answer so many times, for as many requests. */
    public Answer[] times(int count) {
        var answers = new Answer[count];
        Arrays.fill(answers, this);
        return answers;
    }

    List<Block> blocks() {
        return blocks;
    }

    End end() {
        return settings.end.orElseGet(
                () -> blocks.stream().anyMatch(Block.ToolCall.class::isInstance) ? End.TOOL : End.DONE);
    }

    OptionalInt inputTokens() {
        return settings.inputTokens;
    }

    OptionalInt outputTokens() {
        return settings.outputTokens;
    }

    Pace pace() {
        return settings.pace;
    }

    Optional<Fault> fault() {
        return settings.fault;
    }

    OptionalInt faultAt() {
        return settings.faultAt;
    }

    Optional<Refusal> refusal() {
        return settings.refusal;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** How many pieces it is, thinking included. */
    int pieces() {
        return blocks.stream().mapToInt(block -> block.pieces().size()).sum();
    }

    /** How many of them are thinking. */
    int thinkingPieces() {
        return blocks.stream()
                .filter(Block.Thinking.class::isInstance)
                .mapToInt(block -> block.pieces().size())
                .sum();
    }

    /** A short description for a report: the first words, or the error. */
    @Override
    public String toString() {
        String said = settings.refusal
                .map(Throwable::getMessage)
                .orElseGet(
                        () -> String.join(" ", blocks.stream().map(Block::whole).toList()));
        return settings.refusal.isPresent() ? "error: " + said : shortened(said);
    }

    private static String shortened(String said) {
        return said.length() <= 60 ? said : said.substring(0, 57) + "...";
    }
}
