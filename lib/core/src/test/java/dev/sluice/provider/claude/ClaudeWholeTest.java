package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import dev.sluice.provider.wire.Requests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer of Claude's that was not streamed. */
class ClaudeWholeTest {
    private static final String EVERY_BLOCK = """
        {'id':'msg_1','type':'message','role':'assistant','model':'m','container':{'id':'c', 'n':1.0},'content':[\
        {'type':'thinking','thinking':'hm \u00fc','signature':'sig','new':[1]},\
        {'type':'redacted_thinking','data':'abc'},\
        {'type':'text','text':'Let me look.','citations':[{'type':'page_location','cited_text':'x'}]},\
        {'type':'tool_use','id':'t','name':'n','input':{'a':[1, 2.0]},'caller':{'type':'direct'}},\
        {'type':'server_tool_use','id':'s','name':'web_search','input':{'q':null}},\
        {'type':'web_search_tool_result','tool_use_id':'s','content':[true]},\
        {'type':'hologram','depth':3.50}],\
        'stop_reason':'tool_use','stop_sequence':null,'stop_details':null,'usage':{'input_tokens':24,\
        'cache_creation_input_tokens':3,'cache_read_input_tokens':5,'output_tokens':61,'service_tier':'standard',\
        'output_tokens_details':{'thinking_tokens':7}}}\
        """.replace('\'', '"');

    private static List<StreamEvent> whole(String body) {
        return whole(body.getBytes(StandardCharsets.UTF_8));
    }

    private static List<StreamEvent> whole(byte[] body) {
        var events = new ArrayList<StreamEvent>();
        Requests.CLAUDE.decoder().whole(body, events::add);
        return events;
    }

    private static Message message(String body) {
        var message = new ChunkAggregator();
        whole(body).forEach(message::accept);
        assertThat(message.isComplete()).isTrue();
        return message.snapshot();
    }

    @Test
    void everyBlockAndEveryFieldOfTheWireIsInTheMessage() {
        assertThat(message(EVERY_BLOCK))
                .isEqualTo(new Message(
                        "msg_1",
                        Role.ASSISTANT,
                        "m",
                        "claude",
                        List.of(
                                new Thinking("hm \u00fc", "sig", Map.of("new", "[1]")),
                                new RedactedThinking("abc", Map.of()),
                                new Text(
                                        "Let me look.",
                                        List.of(new Citation(
                                                "page_location",
                                                "x",
                                                null,
                                                null,
                                                "{\"type\":\"page_location\",\"cited_text\":\"x\"}")),
                                        Map.of()),
                                new ToolUse("t", "n", "{\"a\":[1, 2.0]}", Map.of("caller", "{\"type\":\"direct\"}")),
                                new ServerToolUse("s", "web_search", "{\"q\":null}", Map.of()),
                                new ServerToolResult("web_search_tool_result", "s", "[true]", Map.of()),
                                new Unknown("hologram", "{\"type\":\"hologram\",\"depth\":3.50}")),
                        FinishReason.TOOL_CALLS,
                        "tool_use",
                        null,
                        new Usage(24, 61, 5, 3, 7, Map.of("service_tier", "\"standard\"")),
                        Map.of("container", "{\"id\":\"c\", \"n\":1.0}")));
    }

    @Test
    void itIsHandedOutAsItWouldHaveBeenStreamedWithEachBlockWhole() {
        List<StreamEvent> events = whole(EVERY_BLOCK);
        assertThat(events).hasSize(3 + 2 * 7);
        assertThat(events.getFirst()).isInstanceOfSatisfying(MessageStart.class, start -> {
            assertThat(start.message().content()).isEmpty();
            assertThat(start.message().stopReason()).isNull();
            assertThat(start.message().usage()).as("of the prompt").isEqualTo(new Usage(24, 0, 5, 3, 0, Map.of()));
        });
        assertThat(events.subList(3, 5))
                .containsExactly(
                        new ContentBlockStart(1, new RedactedThinking("abc", Map.of())), new ContentBlockStop(1));
        assertThat(events.get(15)).isInstanceOf(MessageDelta.class);
        assertThat(events.getLast()).isEqualTo(new MessageStop());
    }

    @Test
    void anAnswerMayHaveNoContent() {
        assertThat(message("{\"type\":\"message\",\"id\":\"i\",\"content\":[],\"stop_reason\":\"refusal\"}"))
                .satisfies(message -> {
                    assertThat(message.content()).isEmpty();
                    assertThat(message.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
                });
    }

    @Test
    void cutAnywhereItIsTruncatedAndNothingIsHandedOut() {
        byte[] body = EVERY_BLOCK.getBytes(StandardCharsets.UTF_8);
        for (int end = 0; end < body.length; end++) {
            byte[] part = Arrays.copyOf(body, end);
            var events = new ArrayList<StreamEvent>();
            assertThat(catchThrowable(() -> Requests.CLAUDE.decoder().whole(part, events::add)))
                    .as("cut after %d bytes", end)
                    .isInstanceOfSatisfying(
                            Truncated.class, e -> assertThat(e.retryable()).isTrue());
            assertThat(events).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "[{",
                "12",
                "<html>",
                "data: {}",
                "{\"id\":\"i\"}",
                "{\"content\":\"words\"}",
                "{\"content\":[1]}",
                "{\"content\":[],\"usage\":{\"input_tokens\":\"many\"}}",
                "{\"content\":[]}{}",
                "{\"content\":[]}}",
                "{\"content\":[],}"
            })
    void whatIsNoMessageIsAProtocolErrorThatQuotesIt(String body) {
        assertThatThrownBy(() -> whole(body))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining(body.substring(0, Math.min(8, body.length())));
    }

    @Test
    void malformedUtf8IsReadAsInAStream() {
        byte[] body = "{\"content\":[{\"type\":\"text\",\"text\":\"a?b\"}]}".getBytes(StandardCharsets.UTF_8);
        body[new String(body, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0xff;
        var message = new ChunkAggregator();
        whole(body).forEach(message::accept);
        assertThat(message.snapshot().text()).isEqualTo("a\ufffdb");
    }

    @ParameterizedTest
    @CsvSource({"overloaded_error, true", "invalid_request_error, false"})
    void anErrorInItsPlaceIsThatError(String type, boolean retryable) {
        String body = "{\"type\":\"error\",\"error\":{\"type\":\"" + type + "\",\"message\":\"because\"},"
                + "\"request_id\":\"req_7\"}";
        for (Runnable read : List.<Runnable>of(
                () -> whole(body), () -> Requests.CLAUDE.tokenCount(body), () -> Requests.CLAUDE.models(body))) {
            assertThatThrownBy(read::run).isInstanceOfSatisfying(ApiError.class, e -> {
                assertThat(e.type()).isEqualTo(type);
                assertThat(e.status()).isEqualTo(200);
                assertThat(e.retryable()).isEqualTo(retryable);
                assertThat(e.requestId()).contains("req_7");
                assertThat(e.rawBody()).isEqualTo(body);
                assertThat(e).hasMessageContaining("in place of the answer").hasMessageContaining("because");
            });
        }
    }

    @Test
    void aFieldOfThatNameInAMessageIsNone() {
        assertThat(message("{\"type\":\"message\",\"content\":[],\"error\":1}").extra())
                .containsEntry("error", "1");
    }

    @Test
    void aCountIsAWholeNumberAndThere() {
        assertThat(Requests.CLAUDE.tokenCount("{\"input_tokens\": 412, \"new\": 1}"))
                .isEqualTo(412);
        for (String wrong : List.of("{}", "{\"input_tokens\":\"4\"}", "{\"input_tokens\":-1}", "[4]", "4")) {
            assertThatThrownBy(() -> Requests.CLAUDE.tokenCount(wrong)).isInstanceOf(ProtocolError.class);
        }
        assertThatThrownBy(() -> Requests.CLAUDE.tokenCount("{\"input_tokens\": 4"))
                .isInstanceOf(Truncated.class);
    }

    @Test
    void modelsAreReadWithEveryField() {
        var page = Requests.CLAUDE.models("""
            {"data":[{"type":"model","id":"a","display_name":"A","created_at":"2026-01-01T00:00:00Z",
            "max_input_tokens":200000,"max_tokens":64000,"capabilities":{"x":[1]}},
            {"id":"b","max_input_tokens":null}],"first_id":"a","has_more":true,"last_id":"b"}\
            """);
        assertThat(page.next()).isEqualTo("b");
        assertThat(page.models().getFirst()).satisfies(model -> {
            assertThat(model.id()).isEqualTo("a");
            assertThat(model.name()).isEqualTo("A");
            assertThat(model.inputLimit()).hasValue(200_000);
            assertThat(model.outputLimit()).hasValue(64_000);
            assertThat(model.extra())
                    .isEqualTo(Map.of("created_at", "\"2026-01-01T00:00:00Z\"", "capabilities", "{\"x\":[1]}"));
        });
        assertThat(page.models().getLast()).satisfies(model -> {
            assertThat(model.name()).isEqualTo("b");
            assertThat(model.inputLimit()).isEmpty();
            assertThat(model.outputLimit()).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"data\":[],\"has_more\":false,\"last_id\":null}|''",
                "{\"data\":[]}|''",
                "{\"data\":[],\"has_more\":null,\"last_id\":\"x\"}|''",
                "{\"data\":[],\"has_more\":true,\"last_id\":\"x\"}|x"
            })
    void aPageSaysWhetherThereIsAnother(String body, String next) {
        assertThat(Requests.CLAUDE.models(body).next()).isEqualTo(next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"data\":{}}",
                "{\"data\":[{}]}",
                "{\"data\":[{\"id\":\"a\",\"max_tokens\":\"many\"}]}",
                "{\"data\":[],\"has_more\":true}"
            })
    void aListThatIsNoneIsAProtocolError(String body) {
        assertThat(catchThrowable(() -> Requests.CLAUDE.models(body)))
                .isInstanceOf(StreamException.class)
                .isInstanceOf(ProtocolError.class);
    }
}
