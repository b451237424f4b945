package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.blockStart;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.inputJson;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static dev.sluice.test.peer.ClaudeWire.toolStart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers as clients' own suites have them, event by event, from the socket to the message. */
@Timeout(30)
class AnswersInFullTest {

    @Test
    void anAnswerInWords() {
        try (var fixture = ClientFixture.with(Script.stream(
                        messageStart(),
                        textStart(0),
                        ping(),
                        text(0, "Hello"),
                        text(0, " there"),
                        text(0, "!"),
                        blockStop(0),
                        messageDelta("end_turn", 6),
                        messageStop()));
                var stream = fixture.stream()) {
            assertThat(ClientFixture.collect(stream).events())
                    .extracting(event -> event.getClass().getSimpleName())
                    .containsExactly(
                            "MessageStart",
                            "ContentBlockStart",
                            "Ping",
                            "ContentBlockDelta",
                            "ContentBlockDelta",
                            "ContentBlockDelta",
                            "ContentBlockStop",
                            "MessageDelta",
                            "MessageStop");
            assertThat(stream.finalText()).isEqualTo("Hello there!");
            assertThat(stream.finalMessage().usage().inputTokens()).isEqualTo(10);
            assertThat(stream.finalMessage().usage().outputTokens()).isEqualTo(6);
        }
    }

    /** Words, and a tool call whose first fragment is empty. */
    private static Script weather() {
        return Script.stream(
                messageStart()
                        .replace(
                                "\"input_tokens\":10",
                                "\"input_tokens\":377,\"service_tier\":\"standard\",\"inference_geo\":null"),
                textStart(0),
                text(0, "I"),
                text(0, "'ll check the current weather in Paris for you."),
                blockStop(0),
                toolStart(1, "toolu_1", "get_weather"),
                inputJson(1, ""),
                inputJson(1, "{\"locati"),
                inputJson(1, "on\": \"P"),
                inputJson(1, "ar"),
                inputJson(1, "is\"}"),
                blockStop(1),
                messageDelta("tool_use", 65),
                messageStop());
    }

    // of the fourteen events on the wire one is an empty delta
    @Test
    void anAnswerThatCallsATool() {
        try (var fixture = ClientFixture.with(weather());
                var stream = fixture.stream()) {
            assertThat(stream.events()).hasSize(13);
            Message message = stream.finalMessage();
            assertThat(message.text()).isEqualTo("I'll check the current weather in Paris for you.");
            assertThat(message.toolUses())
                    .containsExactly(new ToolUse("toolu_1", "get_weather", "{\"location\": \"Paris\"}", Map.of()));
            assertThat(message.toolUses().getFirst().inputAsMap()).isEqualTo(Map.of("location", "Paris"));
            assertThat(message.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(message.usage().inputTokens()).isEqualTo(377);
            assertThat(message.usage().outputTokens()).isEqualTo(65);
            assertThat(message.usage().extra()).containsEntry("service_tier", "\"standard\"");
        }
    }

    @Test
    void anInputThatIsNoJsonIsNoFailureWhetherSomebodyListensOrNot() {
        String[] fragments = {"{\"foo\": \"bar\", ", "\"baz\": \"qux\": \"quux\"}", "invalid…}"};
        for (boolean listens : new boolean[] {false, true}) {
            try (var fixture = ClientFixture.with(Script.stream(toolCall("toolu_1", "n", fragments)));
                    var stream = fixture.stream()) {
                List<Object> parsed = new ArrayList<>();
                if (listens) {
                    stream.on(Signal.INPUT_JSON, (fragment, soFar) -> parsed.add(soFar));
                }
                ToolUse call = stream.finalMessage().toolUses().getFirst();
                assertThat(call.input()).isEqualTo(String.join("", fragments));
                assertThat(call.isInputValid()).isFalse();
                assertThat(parsed).hasSize(listens ? 3 : 0);
            }
        }
    }

    @Test
    void aBlockThatIsNeverStoppedIsPartOfTheMessage() {
        String cut = "{\"lines\": [\"one\", \"two\", \"thr";
        try (var fixture = ClientFixture.with(Script.stream(
                        messageStart(),
                        textStart(0),
                        text(0, "a"),
                        toolStart(1, "toolu_1", "make_file"),
                        inputJson(1, cut),
                        messageDelta("max_tokens", 9),
                        messageStop()));
                var stream = fixture.stream()) {
            List<Object> parsed = new ArrayList<>();
            List<ContentBlock> blocks = new ArrayList<>();
            stream.on(Signal.INPUT_JSON, (fragment, soFar) -> parsed.add(soFar)).on(Signal.CONTENT_BLOCK, blocks::add);
            Message message = stream.finalMessage();
            assertThat(blocks).as("none was stopped").isEmpty();
            assertThat(message.content()).hasSize(2);
            assertThat(message.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(message.text()).isEqualTo("a");
            assertThat(message.toolUses().getFirst().input()).isEqualTo(cut);
            assertThat(parsed).containsExactly(Map.of("lines", List.of("one", "two")));
        }
    }

    @Test
    void aStartThatIsSaidTwiceIsOneMessage() {
        List<String> sse = new ArrayList<>(List.of(answer("a", "b")));
        for (int again = 1; again < sse.size(); again++) {
            List<String> twice = new ArrayList<>(sse);
            twice.add(again, messageStart());
            try (var fixture = ClientFixture.with(Script.stream(twice.toArray(String[]::new)));
                    var stream = fixture.stream()) {
                ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
                assertThat(collected.failure()).isNull();
                assertThat(collected.events().stream().filter(MessageStart.class::isInstance))
                        .as("handed out all the same")
                        .hasSize(2);
                assertThat(stream.finalText()).isEqualTo("ab");
                assertThat(stream.finalMessage().usage().outputTokens()).isEqualTo(2);
            }
        }
    }

    @Test
    void whatThisVersionDoesNotKnowPassesThroughTheStream() {
        String delta = "{\"type\":\"zz_delta\",\"content\":\"short\",\"encrypted_content\":\"x\"}";
        try (var fixture = ClientFixture.with(Script.stream(
                        messageStart(),
                        blockStart(0, "{\"type\":\"zz_block\",\"content\":null}"),
                        event(
                                "content_block_delta",
                                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":" + delta + "}"),
                        blockStop(0),
                        event("zz_event", "{\"type\":\"zz_event\",\"x\":1}"),
                        textStart(1),
                        text(1, "a"),
                        blockStop(1),
                        messageDelta("zz_reason", 3),
                        messageStop()));
                var stream = fixture.stream()) {
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertThat(collected.failure()).isNull();
            assertThat(collected.events())
                    .contains(new StreamEvent.Unknown("zz_event", "{\"type\":\"zz_event\",\"x\":1}"))
                    .contains(new StreamEvent.ContentBlockDelta(0, new Delta.Unknown("zz_delta", delta)));
            assertThat(stream.finalMessage().content().getFirst())
                    .isEqualTo(new ContentBlock.Unknown("zz_block", "{\"type\":\"zz_block\",\"content\":null}"));
            assertThat(stream.finalMessage().stopReason()).isEqualTo("zz_reason");
            assertThat(stream.finalMessage().finishReason()).isEqualTo(FinishReason.UNKNOWN);
        }
    }

    @Test
    void theTextIsThatOfAllBlocksJoinedWithNothingAndEmptyIfThereIsNone() {
        try (var fixture = ClientFixture.with(
                Script.stream(
                        messageStart(),
                        textStart(0),
                        text(0, "a"),
                        blockStop(0),
                        textStart(1),
                        text(1, "b"),
                        blockStop(1),
                        messageDelta("end_turn", 2),
                        messageStop()),
                Script.stream(toolCall("toolu_1", "n", "{}")),
                Script.stream(messageStart(), messageStop()))) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                try (var stream = fixture.stream()) {
                    texts.add(stream.finalText());
                }
            }
            assertThat(texts).containsExactly("ab", "", "");
        }
    }

    // the conversation is the caller's; an answer is a turn of it as it stands
    @Test
    void anAnswerIsTheNextTurnOfTheConversation() {
        try (var fixture = ClientFixture.with(Script.stream(answer("Rivers run.")))) {
            try (var first = fixture.stream()) {
                Message said = first.finalMessage();
                var next = ClientFixture.REQUEST.toBuilder()
                        .message(said)
                        .user("Where to?")
                        .build();
                try (var second = fixture.client.stream(next)) {
                    second.done();
                }
            }
            assertThat(fixture.peer.awaitRequest(2).bodyText())
                    .containsSubsequence("Tell me about rivers", "assistant", "Rivers run.", "user", "Where to?");
        }
    }
}
