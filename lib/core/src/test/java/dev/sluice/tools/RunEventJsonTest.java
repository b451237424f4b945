package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import dev.sluice.tools.RunEvent.Debug;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolEvent;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunEventJsonTest {
    private static final Usage USAGE = new Usage(10, 20, 3, 4, 5, Map.of("service_tier", "\"standard\""));
    private static final String TOKENS = "\"usage\":{\"input_tokens\":10,\"output_tokens\":20,"
            + "\"cache_read_tokens\":3,\"cache_write_tokens\":4,\"thinking_tokens\":5}}";
    private static final Message MESSAGE = new Message(
            "msg_1",
            Role.ASSISTANT,
            "claude-sonnet-5",
            "claude",
            List.of(),
            FinishReason.TOOL_CALLS,
            "tool_use",
            null,
            USAGE,
            Map.of());

    /** Each form that a reader may meet, field for field. */
    private static final Map<RunEvent, String> FORMS = new LinkedHashMap<>();

    static {
        FORMS.put(
                new MessageStart(MESSAGE),
                "{\"type\":\"message_start\",\"id\":\"msg_1\",\"model\":\"claude-sonnet-5\",\"provider\":\"claude\"}");
        FORMS.put(
                new MessageStop(MESSAGE),
                "{\"type\":\"message_stop\",\"finish_reason\":\"tool_calls\",\"stop_reason\":\"tool_use\"," + TOKENS);
        FORMS.put(
                new MessageStop(Message.EMPTY),
                "{\"type\":\"message_stop\",\"finish_reason\":\"unknown\",\"usage\":{\"input_tokens\":0,"
                    + "\"output_tokens\":0,\"cache_read_tokens\":0,\"cache_write_tokens\":0,\"thinking_tokens\":0}}");
        FORMS.put(
                new RunEvent.TurnReset(2, 1, new StreamException.Truncated("secret")),
                "{\"type\":\"turn_reset\",\"turn\":2,\"attempt\":1,\"code\":\"truncated\",\"usage\":{\"input_tokens\":0,"
                    + "\"output_tokens\":0,\"cache_read_tokens\":0,\"cache_write_tokens\":0,\"thinking_tokens\":0}}");
        FORMS.put(
                new RunEvent.ToolOrphaned("toolu_1", "read", "{\"secret\":1}", "secret"),
                "{\"type\":\"tool_orphaned\",\"id\":\"toolu_1\",\"name\":\"read\"}");
        FORMS.put(
                new RunEvent.ApprovalAsked("toolu_1", "pay", "{\"n\":1}", "run-1-1"),
                "{\"type\":\"approval_asked\",\"id\":\"toolu_1\",\"name\":\"pay\",\"input\":{\"n\":1},"
                        + "\"call_key\":\"run-1-1\"}");
        delta(new Delta.TextDelta("Hi \"you\"\n"), "\"text\":\"Hi \\\"you\\\"\\n\"");
        delta(new Delta.ThinkingDelta("hm"), "\"thinking\":\"hm\"");
        delta(new Delta.InputJsonDelta("{\"a\":"), "\"input_json\":\"{\\\"a\\\":\"");
        delta(new Delta.SignatureDelta("secret"), "\"event\":\"signature\"");
        delta(
                new Delta.CitationsDelta(new Citation("page_location", "words", "Title", null, "{\"secret\":1}")),
                "\"citation\":{\"type\":\"page_location\",\"cited_text\":\"words\",\"title\":\"Title\"}");
        delta(new Delta.Unknown("new_delta", "{\"secret\":1}"), "\"event\":\"new_delta\"");
        start(new ContentBlock.Text(""), "\"block\":\"text\"");
        start(new ContentBlock.Text("whole"), "\"block\":\"text\",\"text\":\"whole\"");
        start(new ContentBlock.Thinking("", "secret", Map.of()), "\"block\":\"thinking\"");
        start(new ContentBlock.Thinking("hm", null, Map.of()), "\"block\":\"thinking\",\"thinking\":\"hm\"");
        start(new ContentBlock.RedactedThinking("secret", Map.of()), "\"block\":\"redacted_thinking\"");
        start(
                new ContentBlock.ToolUse("toolu_1", "read", "{}", Map.of()),
                "\"block\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"read\"");
        start(
                new ContentBlock.ServerToolUse("srv_1", "web_search", "{}", Map.of()),
                "\"block\":\"server_tool_use\",\"id\":\"srv_1\",\"name\":\"web_search\"");
        start(
                new ContentBlock.ServerToolResult("web_search_tool_result", "srv_1", "[]", Map.of()),
                "\"block\":\"web_search_tool_result\",\"tool_use_id\":\"srv_1\"");
        start(new ContentBlock.ToolResult("toolu_1", "text"), "\"block\":\"tool_result\",\"tool_use_id\":\"toolu_1\"");
        start(new ContentBlock.Image(new MediaSource.Url("http://a/b")), "\"block\":\"image\"");
        start(new ContentBlock.Document(new MediaSource.Url("http://a/b")), "\"block\":\"document\"");
        start(new ContentBlock.Unknown("new_block", "{\"secret\":1}"), "\"block\":\"new_block\"");
        FORMS.put(
                new MessageDelta(new StreamEvent.ContentBlockStop(2)),
                "{\"type\":\"message_delta\",\"index\":2,\"event\":\"content_block_stop\"}");
        FORMS.put(
                new MessageDelta(
                        new StreamEvent.MessageDelta(FinishReason.LENGTH, "max_tokens", null, USAGE, Map.of())),
                "{\"type\":\"message_delta\",\"event\":\"message_delta\",\"finish_reason\":\"length\","
                        + "\"stop_reason\":\"max_tokens\"," + TOKENS);
        FORMS.put(new MessageDelta(new StreamEvent.Ping()), "{\"type\":\"message_delta\",\"event\":\"ping\"}");
        FORMS.put(
                new MessageDelta(new StreamEvent.Unknown("new_event", "{\"secret\":1}")),
                "{\"type\":\"message_delta\",\"event\":\"new_event\"}");
        FORMS.put(
                new MessageDelta(new StreamEvent.MessageStart(MESSAGE)),
                "{\"type\":\"message_delta\",\"event\":\"message_start\"}");
        FORMS.put(
                new MessageDelta(new StreamEvent.MessageStop()),
                "{\"type\":\"message_delta\",\"event\":\"message_stop\"}");
        FORMS.put(
                new ToolStart("toolu_1", "read", "{ \"path\": \"a\", \"n\": [1, 2.5, null] }"),
                "{\"type\":\"tool_start\",\"id\":\"toolu_1\",\"name\":\"read\","
                        + "\"input\":{\"path\":\"a\",\"n\":[1,2.5,null]}}");
        FORMS.put(
                new ToolStart("toolu_1", "read", "{\"path\":\"a"),
                "{\"type\":\"tool_start\",\"id\":\"toolu_1\",\"name\":\"read\",\"input\":\"{\\\"path\\\":\\\"a\"}");
        FORMS.put(
                new ToolProgress("toolu_1", "Reading", 40),
                "{\"type\":\"tool_progress\",\"id\":\"toolu_1\",\"message\":\"Reading\",\"percentage\":40}");
        FORMS.put(
                new ToolProgress("toolu_1", "Reading", null),
                "{\"type\":\"tool_progress\",\"id\":\"toolu_1\",\"message\":\"Reading\"}");
        FORMS.put(
                new ToolComplete("toolu_1", "done"),
                "{\"type\":\"tool_complete\",\"id\":\"toolu_1\",\"output\":\"done\"}");
        FORMS.put(
                new ToolError("toolu_1", "echo", "no", null),
                "{\"type\":\"tool_error\",\"id\":\"toolu_1\",\"error\":\"no\"}");
        FORMS.put(
                new ToolEvent("toolu_1", new ToolEvent("toolu_2", new ToolProgress("toolu_3", "x", 1))),
                "{\"type\":\"tool_event\",\"id\":\"toolu_1\",\"event\":{\"type\":\"tool_event\",\"id\":\"toolu_2\","
                        + "\"event\":{\"type\":\"tool_progress\",\"id\":\"toolu_3\",\"message\":\"x\","
                        + "\"percentage\":1}}}");
        FORMS.put(
                new StreamError("overloaded", Map.of("retryable", true, "code", "ApiError", "status", 529)),
                "{\"type\":\"stream_error\",\"error\":\"overloaded\","
                        + "\"details\":{\"code\":\"ApiError\",\"retryable\":true,\"status\":529}}");
        FORMS.put(new StreamComplete(), "{\"type\":\"stream_complete\"}");
        FORMS.put(new Debug(null, "note"), "{\"type\":\"debug\",\"message\":\"note\"}");
        FORMS.put(new Debug("toolu_1", "note"), "{\"type\":\"debug\",\"id\":\"toolu_1\",\"message\":\"note\"}");
    }

    private static void delta(Delta delta, String fields) {
        FORMS.put(
                new MessageDelta(new StreamEvent.ContentBlockDelta(1, delta)),
                "{\"type\":\"message_delta\",\"index\":1," + fields + "}");
    }

    private static void start(ContentBlock block, String fields) {
        FORMS.put(
                new MessageDelta(new StreamEvent.ContentBlockStart(0, block)),
                "{\"type\":\"message_delta\",\"index\":0,\"event\":\"content_block_start\"," + fields + "}");
    }

    static Stream<RunEvent> events() {
        return FORMS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("events")
    void theFormOfAnEventIs(RunEvent event) {
        assertThat(event.toJson()).isEqualTo(FORMS.get(event)).doesNotContain("secret");
    }

    /** A relay sends the one beside the other, and does not look again. */
    @ParameterizedTest
    @MethodSource("events")
    void theTypeInTheFormIsTheEvents(RunEvent event) {
        assertThat(Json.readObject(event.toJson())).containsEntry("type", event.type());
    }

    /** Writing has the limits of reading: what is nested too deep is refused here, rather than by whoever reads it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 498, 499, 500, 501, 1000, 1001})
    void whatIsWrittenCanBeRead(int size) {
        RunEvent nested = new StreamComplete();
        for (int i = 0; i < size; i++) {
            nested = new ToolEvent("toolu_1", nested);
        }
        var deep = new ToolStart("toolu_1", "read", "[".repeat(size) + "]".repeat(size));
        var number = new ToolStart("toolu_1", "read", "1".repeat(size));

        assertThat(Stream.of(nested, deep, number).flatMap(event -> written(event).stream()))
                .isNotEmpty()
                .allMatch(Json::isObject);
    }

    private static Optional<String> written(RunEvent event) {
        try {
            return Optional.of(event.toJson());
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }

    /** A record that is added is missing here until its form is written down. */
    @Test
    void everyRecordHasAForm() {
        assertThat(met(RunEvent.class, FORMS.keySet())).isEqualTo(all(RunEvent.class));
        List<StreamEvent> events = FORMS.keySet().stream()
                .filter(MessageDelta.class::isInstance)
                .map(event -> ((MessageDelta) event).delta())
                .toList();
        assertThat(met(StreamEvent.class, events)).isEqualTo(all(StreamEvent.class));
        assertThat(met(
                        Delta.class,
                        events.stream()
                                .filter(StreamEvent.ContentBlockDelta.class::isInstance)
                                .map(event -> ((StreamEvent.ContentBlockDelta) event).delta())
                                .toList()))
                .isEqualTo(all(Delta.class));
        assertThat(met(
                        ContentBlock.class,
                        events.stream()
                                .filter(StreamEvent.ContentBlockStart.class::isInstance)
                                .map(event -> ((StreamEvent.ContentBlockStart) event).block())
                                .toList()))
                .isEqualTo(all(ContentBlock.class));
    }

    /** A token may end in the middle of a character; what a watcher joins is whole again. */
    @Test
    void aCharacterInTwoPiecesSurvivesTheWire() {
        String joined = Stream.of("\uD83D", "\uDE00")
                .map(half -> new MessageDelta(new StreamEvent.ContentBlockDelta(0, new Delta.TextDelta(half))).toJson())
                .map(json -> new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                .map(json -> (String) Json.readObject(json).get("text"))
                .collect(Collectors.joining());

        assertThat(joined).isEqualTo("😀");
    }

    private static <T> Set<Class<?>> met(Class<T> type, Iterable<? extends T> all) {
        var met = new java.util.HashSet<Class<?>>();
        all.forEach(one -> met.add(one.getClass()));
        return met;
    }

    private static Set<Class<?>> all(Class<?> type) {
        return Arrays.stream(type.getPermittedSubclasses()).collect(Collectors.toSet());
    }
}
