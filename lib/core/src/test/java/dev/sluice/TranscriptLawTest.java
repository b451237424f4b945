package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The law of decoding: what a recorded answer means depends on its bytes alone, not on how they arrive or how its lines
 * end; and it means what {@code transcripts/expected.json} says.
 */
class TranscriptLawTest {
    private static final Map<String, Provider> PROVIDERS = Map.of(
            "claude",
            Claude.builder().apiKey("k").build(),
            "gemini",
            Gemini.builder().apiKey("k").build());
    private static final Provider OPENAI =
            OpenAiChatCompletions.builder().apiKey("k").build();
    private static final Provider RESPONSES = OpenAi.builder().apiKey("k").build();
    private static final Provider INTERACTIONS =
            Gemini.interactions().apiKey("k").build();
    private static final List<String> LINE_ENDS = List.of("\n", "\r", "\r\n");

    static Stream<String> transcripts() {
        return expected().entrySet().stream()
                .filter(each -> PROVIDERS.containsKey(((Map<?, ?>) each.getValue()).get("provider")))
                .map(Map.Entry::getKey);
    }

    /** Answers of the servers that speak chat completions, with expectations of their own. */
    static Stream<String> chatCompletions() {
        return Json.readObject(new String(resource("openai/expected.json"), StandardCharsets.UTF_8)).keySet().stream()
                .map(name -> "openai/" + name);
    }

    /** Answers of the servers that speak the Responses API. */
    static Stream<String> responses() {
        return Json.readObject(new String(resource("responses/expected.json"), StandardCharsets.UTF_8))
                .keySet()
                .stream()
                .map(name -> "responses/" + name);
    }

    /** Answers of Gemini's Interactions API. */
    static Stream<String> interactions() {
        return Json.readObject(new String(resource("interactions/expected.json"), StandardCharsets.UTF_8))
                .keySet()
                .stream()
                .map(name -> "interactions/" + name);
    }

    @Test
    void thereAreTwelveTranscriptsOfClaudeAndFiveOfGemini() {
        assertThat(transcripts()).hasSize(17);
        assertThat(claudes()).hasSize(12);
    }

    static Stream<String> claudes() {
        return transcripts().filter(name -> name.startsWith("claude"));
    }

    @ParameterizedTest
    @MethodSource({"transcripts", "chatCompletions", "responses", "interactions"})
    void theAnswerIsTheOneThatIsExpected(String name) {
        Map<?, ?> expected = expected(name);
        var answer = new ChunkAggregator();
        Decoded decoded = decode(name, new ByteArrayInputStream(bytes(name, "\n")));
        decoded.events.forEach(answer::accept);
        assertThat(outcome(decoded, answer)).isEqualTo(expected.get("outcome"));
        Message message = answer.snapshot();
        String stopReason = expected.containsKey("stop_reason") ? "stop_reason" : "finishReason";
        assertThat(message.stopReason()).isEqualTo(expected.get(stopReason));
        if (expected.get("finish") instanceof String finish) {
            assertThat(message.finishReason()).hasToString(finish.toUpperCase(Locale.ROOT));
        }
        List<?> blocks = (List<?>) expected.get("blocks");
        assertThat(message.content()).hasSameSizeAs(blocks);
        for (int i = 0; i < blocks.size(); i++) {
            Map<?, ?> block = (Map<?, ?>) blocks.get(i);
            assertThat(fields(message.content().get(i))).as("block " + i).containsAllEntriesOf(expectedFields(block));
        }
        if (expected.get("finish") instanceof String finish) {
            assertThat(message.finishReason()).isEqualTo(FinishReason.valueOf(finish.toUpperCase(Locale.ROOT)));
        }
        if (expected.containsKey("error_type")) {
            assertThat(decoded.failure).isInstanceOf(ApiError.class);
            assertThat(((ApiError) decoded.failure).type()).isEqualTo(expected.get("error_type"));
        }
        if (expected.get("error") instanceof Map<?, ?> error) {
            assertThat(decoded.failure).isInstanceOf(ApiError.class);
            assertThat(((ApiError) decoded.failure).type()).isEqualTo(error.get("status"));
        }
        if (expected.get("usage") instanceof Map<?, ?> usage) {
            if (name.startsWith("claude")) {
                assertClaudes(usage, message.usage());
            } else if (name.startsWith("interactions")) {
                assertInteractions(usage, message.usage());
            } else {
                assertThat(counts(message.usage())).containsAllEntriesOf(counted(usage));
            }
        }
    }

    /** That a usage, or the usage of an iteration, says what Claude's wire does. */
    private static void assertClaudes(Map<?, ?> wire, Usage usage) {
        wire.forEach((name, value) -> {
            switch ((String) name) {
                case "input_tokens" -> assertThat(usage.inputTokens()).isEqualTo((int) value);
                case "output_tokens" -> assertThat(usage.outputTokens()).isEqualTo((int) value);
                case "cache_read_input_tokens" ->
                    assertThat(usage.cacheReadTokens()).isEqualTo((int) value);
                case "cache_creation_input_tokens" ->
                    assertThat(usage.cacheWriteTokens()).isEqualTo((int) value);
                case "cache_creation" ->
                    assertThat(usage.cacheWrite1hTokens())
                            .isEqualTo((int) ((Map<?, ?>) value).get("ephemeral_1h_input_tokens"));
                case "output_tokens_details" ->
                    assertThat(usage.thinkingTokens()).isEqualTo((int) ((Map<?, ?>) value).get("thinking_tokens"));
                case "iterations" -> assertIterations((List<?>) value, usage.iterations());
                case "type", "model" -> {} // of an iteration, beside its usage
                default -> assertThat(Json.readAny(usage.extra().get(name))).isEqualTo(value);
            }
        });
    }

    /** That a usage says what the wire of interactions does. */
    private static void assertInteractions(Map<?, ?> wire, Usage usage) {
        var counts = new HashMap<String, Long>();
        wire.forEach((name, value) -> {
            if (value instanceof Integer count) {
                counts.put((String) name, count.longValue());
            } else {
                assertThat(Json.readAny(usage.extra().get(name))).isEqualTo(value);
            }
        });
        long cached = counts.getOrDefault("total_cached_tokens", 0L);
        long thoughts = counts.getOrDefault("total_thought_tokens", 0L);
        long tools = counts.getOrDefault("total_tool_use_tokens", 0L);
        assertThat(usage.inputTokens()).isEqualTo(counts.get("total_input_tokens") - cached + tools);
        assertThat(usage.cacheReadTokens()).isEqualTo(cached);
        assertThat(usage.thinkingTokens()).isEqualTo(thoughts);
        assertThat(usage.outputTokens()).isEqualTo(counts.get("total_output_tokens") + thoughts);
        assertThat(usage.totalTokens()).isEqualTo(counts.get("total_tokens"));
    }

    private static void assertIterations(List<?> wire, List<Usage.Iteration> iterations) {
        assertThat(iterations).hasSameSizeAs(wire);
        for (int i = 0; i < wire.size(); i++) {
            Map<?, ?> entry = (Map<?, ?>) wire.get(i);
            Usage.Iteration iteration = iterations.get(i);
            assertThat(iteration.type()).isEqualTo(entry.get("type"));
            assertThat(iteration.model()).isEqualTo(entry.containsKey("model") ? entry.get("model") : "");
            assertClaudes(entry, iteration.usage());
        }
    }

    /** The counts in Gemini's words and in those of the Responses API. */
    private static Map<String, Object> counts(Usage usage) {
        return Map.of(
                "promptTokenCount",
                (int) usage.totalInputTokens(),
                "candidatesTokenCount",
                (int) (usage.outputTokens() - usage.thinkingTokens()),
                "thoughtsTokenCount",
                (int) usage.thinkingTokens(),
                "totalTokenCount",
                (int) usage.totalTokens(),
                "input_tokens",
                (int) usage.totalInputTokens(),
                "output_tokens",
                (int) usage.outputTokens(),
                "total_tokens",
                (int) usage.totalTokens(),
                "cached_tokens",
                (int) usage.cacheReadTokens(),
                "cache_write_tokens",
                (int) usage.cacheWriteTokens(),
                "reasoning_tokens",
                (int) usage.thinkingTokens());
    }

    /** The counts of an expectation, without the objects that some are in. */
    private static Map<String, Object> counted(Map<?, ?> usage) {
        var counts = new HashMap<String, Object>();
        usage.forEach((name, count) -> {
            if (count instanceof Map<?, ?> details) {
                counts.putAll(counted(details));
            } else {
                counts.put((String) name, count);
            }
        });
        return counts;
    }

    /** A run cuts a transcript every 512 bytes, and the runs together at every byte. */
    @ParameterizedTest
    @MethodSource({"transcripts", "chatCompletions", "responses", "interactions"})
    void itsEventsAreTheSameWhereverItIsCut(String name) {
        Decoded whole = decode(name, new ByteArrayInputStream(bytes(name, "\n")));
        assertThat(whole.events).isNotEmpty();
        for (String lineEnd : LINE_ENDS) {
            byte[] bytes = bytes(name, lineEnd);
            assertSame(name, bytes, bytes.length, bytes.length, whole);
            int each = LINE_ENDS.indexOf(lineEnd);
            for (int first = 1 + each; first <= Math.min(512, bytes.length); first += LINE_ENDS.size()) {
                assertSame(name, bytes, first, 512, whole); // each place with one of the line ends
            }
            for (int size = 1; size <= 7; size++) {
                assertSame(name, bytes, size, size, whole);
            }
        }
    }

    /** The same with one cut in each run, which takes a while. */
    @Tag("soak")
    @ParameterizedTest
    @MethodSource({"transcripts", "chatCompletions", "responses", "interactions"})
    void itsEventsAreTheSameWhereverItIsCutOnce(String name) {
        Decoded whole = decode(name, new ByteArrayInputStream(bytes(name, "\n")));
        for (String lineEnd : LINE_ENDS) {
            byte[] bytes = bytes(name, lineEnd);
            for (int cut = 1; cut < bytes.length; cut++) {
                assertSame(name, bytes, cut, bytes.length, whole);
            }
        }
    }

    /** That bytes read in a first piece of one size and pieces of another size after it mean the same. */
    private static void assertSame(String name, byte[] bytes, int first, int later, Decoded whole) {
        Decoded decoded = decode(name, new ScriptedInputStream(bytes, first, later));
        if (!decoded.isSameAs(whole)) {
            assertThat(decoded.events)
                    .as("%s in reads of %d, then %d bytes: %s", name, first, later, decoded.failure)
                    .isEqualTo(whole.events);
            throw new AssertionError("another failure: " + decoded.failure, decoded.failure);
        }
    }

    static Stream<String> shortTranscripts() {
        return Stream.concat(transcripts(), Stream.concat(responses(), interactions()))
                .filter(name -> bytes(name, "\n").length < 6000);
    }

    @ParameterizedTest
    @MethodSource("shortTranscripts")
    void aStreamThatEndsAnywhereGivesTheFirstOfItsEventsAndNoFailureOfItsOwn(String name) {
        byte[] bytes = bytes(name, "\n");
        Decoded whole = decode(name, new ByteArrayInputStream(bytes));
        for (int end = 0; end < bytes.length; end++) {
            Decoded decoded = decode(name, new ByteArrayInputStream(bytes, 0, end));
            assertThat(decoded.events.size()).isLessThanOrEqualTo(whole.events.size());
            if (!decoded.events.equals(whole.events.subList(0, decoded.events.size()))) {
                assertThat(decoded.events).as("%s up to byte %d", name, end).isEqualTo(whole.events);
            }
            assertThat(decoded.failure == null || decoded.hasFailureOf(whole)).isTrue();
        }
    }

    private static String outcome(Decoded decoded, ChunkAggregator answer) {
        if (decoded.failure != null) {
            return "error";
        }
        return answer.isComplete() ? "complete" : "truncated";
    }

    /** The events of a stream, and the failure that it ended with. */
    private record Decoded(
            List<StreamEvent> events, @Nullable StreamException failure) {
        boolean isSameAs(Decoded other) {
            return events.equals(other.events) && hasFailureOf(other);
        }

        boolean hasFailureOf(Decoded other) {
            return failure == null
                    ? other.failure == null
                    : other.failure != null && failure.getMessage().equals(other.failure.getMessage());
        }
    }

    private static Decoded decode(String name, InputStream in) {
        var events = new ArrayList<StreamEvent>();
        try {
            var sse = new SseReader(in, Limits.defaults());
            var decoder = provider(name).decoder();
            while (sse.next()) {
                decoder.decode(sse, events::add);
            }
            String unparsedLines = sse.unparsedLines();
            if (!unparsedLines.isEmpty()) {
                decoder.unparsedLines(unparsedLines);
            }
            decoder.end(events::add);
            return new Decoded(events, null);
        } catch (StreamException e) {
            return new Decoded(events, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Provider provider(String transcript) {
        if (transcript.startsWith("openai/")) {
            return OPENAI;
        }
        if (transcript.startsWith("responses/")) {
            return RESPONSES;
        }
        if (transcript.startsWith("interactions/")) {
            return INTERACTIONS;
        }
        return PROVIDERS.get(transcript.substring(0, transcript.indexOf('-')));
    }

    /** A block in the fields of the expectations; JSON as plain values. */
    private static Map<String, Object> fields(ContentBlock block) {
        var fields = new HashMap<String, Object>();
        switch (block) {
            case Text text -> {
                fields.put("type", "text");
                fields.put("text", text.text());
                fields.put(
                        "citations",
                        text.citations().stream()
                                .map(Citation::json)
                                .map(Json::readObject)
                                .toList());
            }
            case Thinking thinking -> {
                fields.put("type", "thinking");
                fields.put("thinking", thinking.thinking());
                fields.put("signature", thinking.signature());
            }
            case RedactedThinking hidden -> {
                fields.put("type", "redacted_thinking");
                fields.put("data", hidden.data());
            }
            case ToolUse use -> {
                fields.put("name", use.name());
                fields.put("type", "tool_use");
                fields.put("input", use.inputAsMap());
                fields.put("id", use.id());
            }
            case ServerToolUse use -> {
                fields.put("type", Json.readAny(use.extra().getOrDefault("type", "\"server_tool_use\"")));
                fields.put("id", use.id());
                fields.put("name", use.name());
                fields.put("input", use.inputAsMap());
            }
            case ServerToolResult result -> {
                fields.put("type", result.type());
                fields.put("tool_use_id", result.toolUseId());
                fields.put("content", Json.readAny(result.content()));
            }
            case Unknown unknown -> fields.putAll(Json.readObject(unknown.json()));
            default -> throw new AssertionError("no transcript has a " + block);
        }
        if (block.extra().containsKey("thoughtSignature")) {
            fields.put("signature", Json.readAny(block.extra().get("thoughtSignature")));
        }
        block.extra().forEach((name, json) -> fields.putIfAbsent(name, Json.readAny(json)));
        return fields;
    }

    /** What an expectation says of a block, in the words of {@link #fields}; an id that is null is one nobody gave. */
    private static Map<String, Object> expectedFields(Map<?, ?> block) {
        var fields = texts(block);
        if ("tool".equals(fields.get("type"))) {
            fields.put("type", "tool_use");
            fields.put("input", fields.remove("args"));
            fields.values().removeIf(Objects::isNull);
        }
        return fields;
    }

    private static Map<String, Object> texts(Map<?, ?> map) {
        var texts = new HashMap<String, Object>();
        map.forEach((key, value) -> texts.put((String) key, value));
        return texts;
    }

    private static Map<?, ?> expected(String name) {
        int folder = name.indexOf('/');
        if (folder > 0) {
            String json = new String(resource(name.substring(0, folder) + "/expected.json"), StandardCharsets.UTF_8);
            return (Map<?, ?>) Json.readObject(json).get(name.substring(folder + 1));
        }
        return (Map<?, ?>) expected().get(name);
    }

    private static Map<String, Object> expected() {
        return Json.readObject(new String(resource("expected.json"), StandardCharsets.UTF_8));
    }

    private static byte[] bytes(String name, String lineEnd) {
        String text = new String(resource(name), StandardCharsets.UTF_8);
        return text.replace("\r\n", "\n").replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name) {
        try (InputStream in = TranscriptLawTest.class.getResourceAsStream("/transcripts/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes that arrive in a first piece of one size, and then in pieces of another. */
    private static final class ScriptedInputStream extends InputStream {
        private final byte[] bytes;
        private final int later;
        private int next;
        private int piece;

        ScriptedInputStream(byte[] bytes, int first, int later) {
            this.bytes = bytes;
            this.later = later;
            this.piece = first;
        }

        @Override
        public int read() {
            throw new AssertionError("read byte by byte");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (next == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, piece), bytes.length - next);
            System.arraycopy(bytes, next, target, offset, count);
            next += count;
            piece -= count;
            if (piece == 0) {
                piece = later;
            }
            return count;
        }
    }
}
