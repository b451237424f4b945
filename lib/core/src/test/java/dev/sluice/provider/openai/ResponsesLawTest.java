package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.ResponsesWire.decode;
import static dev.sluice.provider.openai.ResponsesWire.message;
import static dev.sluice.provider.openai.ResponsesWire.transcript;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The wire says most things three times, and servers leave out one or the other: an answer means the same whichever events
 * are missing, as long as one is left that says it. Each law is tried on every recorded answer.
 */
class ResponsesLawTest {
    /** The events that may be missing together. */
    private static final List<List<String>> GROUPS = List.of(
            List.of("response.created", "response.in_progress"),
            List.of("response.output_item.added"),
            List.of("response.output_item.done"),
            List.of("response.content_part.added", "response.reasoning_summary_part.added"),
            List.of("response.content_part.done", "response.reasoning_summary_part.done"),
            List.of(
                    "response.output_text.delta",
                    "response.function_call_arguments.delta",
                    "response.reasoning_summary_text.delta",
                    "response.reasoning_text.delta",
                    "response.reasoning.delta"),
            List.of(
                    "response.output_text.done",
                    "response.function_call_arguments.done",
                    "response.reasoning_summary_text.done",
                    "response.reasoning_text.done"),
            List.of("response.output_text.annotation.added"));

    private static final int ITEM_DONE = 1 << 2;

    static Stream<String> complete() {
        return ResponsesWire.TRANSCRIPTS.stream().filter(name -> !name.contains("failed"));
    }

    @ParameterizedTest
    @MethodSource("complete")
    void anAnswerMeansTheSameWhicheverEventsAreMissing(String name) {
        Message whole = message(decode(ResponsesWire.OPENAI.decoder(), transcript(name)));
        for (int missing = 1; missing < 1 << GROUPS.size(); missing++) {
            for (boolean output : new boolean[] {true, false}) {
                boolean done = (missing & ITEM_DONE) == 0;
                if (done || output) {
                    List<String> left = without(transcript(name), missing, output);
                    Message message = message(decode(ResponsesWire.OPENAI.decoder(), left));
                    assertThat(bare(message, done))
                            .as("without %s, %s", Integer.toBinaryString(missing), output)
                            .isEqualTo(bare(whole, done));
                    assertThat(message.finishReason()).isEqualTo(whole.finishReason());
                    assertThat(message.usage()).isEqualTo(whole.usage());
                }
            }
        }
    }

    private static List<String> without(List<String> data, int missing, boolean output) {
        var left = new ArrayList<String>();
        for (String each : data) {
            String type = each.equals("[DONE]")
                    ? each
                    : (String) Json.readObject(each).get("type");
            boolean gone = false;
            for (int i = 0; i < GROUPS.size(); i++) {
                gone |= (missing >> i & 1) == 1 && GROUPS.get(i).contains(type);
            }
            if (!gone) {
                left.add(type.equals("response.completed") && !output ? withoutOutput(each) : each);
            }
        }
        return left;
    }

    private static String withoutOutput(String data) {
        Map<String, Object> event = new LinkedHashMap<>(Json.readObject(data));
        var response = new LinkedHashMap<Object, @Nullable Object>((Map<?, ?>) event.get("response"));
        response.remove("output");
        event.put("response", response);
        return Json.write(event);
    }

    /** What an answer says; in any order, because items that take turns may be announced by other events. */
    private static List<String> bare(Message message, boolean signed) {
        return message.content().stream()
                .map(block -> bare(block, signed))
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private static String bare(ContentBlock block, boolean signed) {
        return switch (block) {
            case Text(String text, var citations, var extra) ->
                text + citations.stream().map(Citation::json).toList();
            case Thinking(String text, var signature, var extra) -> text + (signed ? signature : signature == null);
            case ToolUse(String id, String tool, String input, var extra) -> id + tool + input;
            case ServerToolUse(String id, String tool, String input, var extra) -> tool + input;
            case ServerToolResult(String type, String id, String content, var extra) -> type + content;
            default -> throw new AssertionError(block.toString());
        };
    }

    /** As GitHub Copilot does it. */
    @ParameterizedTest
    @MethodSource("complete")
    void idsMayChangeFromEventToEvent(String name) {
        List<String> data = transcript(name);
        var changed = new ArrayList<String>();
        for (int i = 0; i < data.size(); i++) {
            changed.add(data.get(i).replaceAll("\"(resp|msg|rs|fc|ws)_", "\"$1_" + i + "_"));
        }
        Message message = message(decode(ResponsesWire.OPENAI.decoder(), changed));
        Message whole = message(decode(ResponsesWire.OPENAI.decoder(), data));
        assertThat(message.content()).hasSameSizeAs(whole.content());
        assertThat(message.text()).isEqualTo(whole.text());
        assertThat(message.toolUses().stream().map(ToolUse::input))
                .isEqualTo(whole.toolUses().stream().map(ToolUse::input).toList());
    }

    @ParameterizedTest
    @MethodSource("complete")
    void newsAndSilenceMayComeAnywhere(String name) {
        List<String> data = transcript(name);
        List<StreamEvent> whole = decode(ResponsesWire.OPENAI.decoder(), data);
        for (int at = 0; at < data.size() - 1; at++) {
            var more = new ArrayList<>(data);
            more.add(at, "{\"type\":\"acme:mood\",\"output_index\":0,\"item\":null}");
            more.add(at, "{\"type\":\"keepalive\",\"sequence_number\":1}");
            List<StreamEvent> events = decode(ResponsesWire.OPENAI.decoder(), more);
            assertThat(events.remove(new StreamEvent.Ping())).isTrue();
            assertThat(events.removeIf(event -> event instanceof StreamEvent.Unknown news
                            && news.type().equals("acme:mood")))
                    .isTrue();
            assertThat(events).isEqualTo(whole);
        }
    }

    /** The first of its events, and no end of its own making; nor does an end marker make one. */
    @ParameterizedTest
    @MethodSource("complete")
    void anAnswerIsCompleteWithItsLastEventOrNotAtAll(String name) {
        List<String> data =
                transcript(name).stream().filter(each -> !each.equals("[DONE]")).toList();
        List<StreamEvent> whole = decode(ResponsesWire.OPENAI.decoder(), data);
        assertThat(whole).endsWith(new MessageStop());
        for (int end = 0; end < data.size(); end++) {
            for (List<String> marker : List.of(List.<String>of(), List.of("[DONE]"))) {
                var cut = new ArrayList<>(data.subList(0, end));
                cut.addAll(marker);
                List<StreamEvent> events = decode(ResponsesWire.OPENAI.decoder(), cut);
                assertThat(events).isEqualTo(whole.subList(0, events.size())).doesNotContain(new MessageStop());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("complete")
    void whatIsSentWholeIsWhatIsStreamed(String name) {
        Message streamed = message(decode(ResponsesWire.OPENAI.decoder(), transcript(name)));
        String last = transcript(name).stream()
                .filter(data -> data.contains("\"response.completed\""))
                .findFirst()
                .orElseThrow();
        Message whole = ResponsesWire.whole(
                Json.write(Json.readObject(last).get("response")).replace("'", "\\u0027"));
        assertThat(items(whole)).isEqualTo(items(streamed));
        assertThat(whole.text()).isEqualTo(streamed.text());
        assertThat(whole.finishReason()).isEqualTo(streamed.finishReason()).isNotEqualTo(FinishReason.UNKNOWN);
        assertThat(whole.extra().keySet()).isEqualTo(streamed.extra().keySet());
    }

    /** What goes back, without the encrypted thoughts: every event has its own. */
    private static List<Object> items(Message message) {
        List<Object> items = ResponsesWire.items(message);
        items.forEach(item -> ((Map<?, ?>) item).remove("encrypted_content"));
        return items;
    }

    /** Every item of the answer, in order, with its own encrypted thoughts. */
    @ParameterizedTest
    @MethodSource("complete")
    void anAnswerGoesBackAsItCame(String name) {
        var items = new ArrayList<Object>();
        for (String data : transcript(name)) {
            if (data.contains("\"response.output_item.done\"")) {
                items.add(item(Json.readObject(data)));
            }
        }
        items.sort(Comparator.comparing(item -> (int) ((Map<?, ?>) item).get("at")));
        items.forEach(item -> ((Map<?, ?>) item).remove("at"));
        Message message = message(decode(ResponsesWire.OPENAI.decoder(), transcript(name)));
        var sent = ResponsesWire.items(message).stream()
                .map(ResponsesLawTest::told)
                .toList();
        assertThat(sent).isEqualTo(items);
    }

    private static Map<String, Object> item(Map<String, Object> event) {
        Map<String, Object> item = told(event.get("item"));
        item.put("at", event.get("output_index"));
        return item;
    }

    /** An item without what says nothing. */
    private static Map<String, Object> told(Object item) {
        var fields = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) item).forEach((field, value) -> {
            boolean says = !field.equals("status") && !List.of().equals(value);
            if (says) {
                fields.put((String) field, field.equals("content") ? words(value) : value);
            }
        });
        return fields;
    }

    private static Object words(Object content) {
        return ((List<?>) content)
                .stream()
                        .map(part -> {
                            var fields = new LinkedHashMap<Object, Object>((Map<?, ?>) part);
                            fields.remove("logprobs");
                            return fields;
                        })
                        .toList();
    }

    @org.junit.jupiter.api.Test
    void aFailedResponseIsAnErrorWithItsCode() {
        var events = new ArrayList<StreamEvent>();
        try {
            ResponsesWire.read(ResponsesWire.OPENAI.decoder(), transcript("responses-failed-midstream.sse"), events);
            throw new AssertionError("no error");
        } catch (ApiError e) {
            assertThat(e.type()).isEqualTo("server_error");
            assertThat(e.retryable()).isTrue();
            assertThat(e.status()).isEqualTo(200);
            assertThat(e).hasMessageContaining("req_5b1f");
        }
        assertThat(message(events).text()).isEqualTo("The three oldest lighthouses still lit are ");
    }
}
