package dev.sluice.internal.continuation;

import static dev.sluice.internal.continuation.JoinerFixture.TAKES_NONE;
import static dev.sluice.internal.continuation.JoinerFixture.TAKES_PREFILL;
import static dev.sluice.internal.continuation.JoinerFixture.byPrefill;
import static dev.sluice.internal.continuation.JoinerFixture.byTurn;
import static dev.sluice.internal.continuation.JoinerFixture.close;
import static dev.sluice.internal.continuation.JoinerFixture.open;
import static dev.sluice.internal.continuation.JoinerFixture.openThinking;
import static dev.sluice.internal.continuation.JoinerFixture.request;
import static dev.sluice.internal.continuation.JoinerFixture.signature;
import static dev.sluice.internal.continuation.JoinerFixture.start;
import static dev.sluice.internal.continuation.JoinerFixture.text;
import static dev.sluice.internal.continuation.JoinerFixture.thinking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is sent to go on. */
class ContinuationRequestTest {
    @Test
    void theAnswerSoFarIsTheBeginningOfTheNext() {
        MessageRequest next = byPrefill()
                .hears(start("a"), open(0), text(0, "One, "), text(0, "two \n"))
                .breaks()
                .orElseThrow();
        assertThat(next.messages()).hasSize(2);
        assertThat(next.messages().getFirst()).isEqualTo(Message.user("Tell me"));
        assertThat(next.messages().getLast()).isEqualTo(Message.assistant("One, two"));
        assertThat(next.maxTokens()).hasValue(100);
    }

    @Test
    void aModelThatTakesNoBeginningIsAskedToGoOn() {
        MessageRequest next = byTurn().hears(start("a"), open(0), text(0, "One, two \n"))
                .breaks()
                .orElseThrow();
        assertThat(next.messages()).hasSize(3);
        assertThat(next.messages().get(1)).isEqualTo(Message.assistant("One, two"));
        assertThat(next.messages().getLast().role()).isEqualTo(Role.USER);
        assertThat(next.messages().getLast().text()).endsWith("\n<last_words>One, two</last_words>");
        assertThat(next.maxTokens()).hasValue(100);
    }

    @Test
    void textsWithoutWordsAreNotSentBack() {
        MessageRequest next = byPrefill()
                .hears(start("a"), open(0), text(0, "One. "), close(0), open(1), text(1, " \n"))
                .breaks()
                .orElseThrow();
        assertThat(next.messages().getLast()).isEqualTo(Message.assistant("One."));
    }

    @Test
    void halfACharacterIsNotSentBack() {
        MessageRequest next = byTurn().hears(start("a"), open(0), text(0, "One \uD83D"))
                .breaks()
                .orElseThrow();
        assertThat(next.messages().get(1)).isEqualTo(Message.assistant("One"));
    }

    @Test
    void theAnswerGoesOnWithABeginningThatTheCallerWrote() {
        var joining =
                JoinerFixture.of(request(TAKES_PREFILL).assistant("{\"a\":").build());
        MessageRequest next = joining.hears(start("a"), open(0), text(0, " 1,"), close(0), open(1), text(1, " 2"))
                .breaks()
                .orElseThrow();
        assertThat(next.messages()).hasSize(2);
        assertThat(next.messages().getLast())
                .isEqualTo(Message.of(Role.ASSISTANT, List.of(new Text("{\"a\": 1,"), new Text(" 2"))));
    }

    @Test
    void thinkingGoesBackAsItIsAndItsSettingStays() {
        var thinking = new ThinkingMode.Budget(2000, true);
        var joining = JoinerFixture.of(request(TAKES_PREFILL)
                .maxTokens(3000)
                .thinking(thinking)
                .effort("low")
                .build());
        MessageRequest next = joining.hears(
                        start("a"), openThinking(0), thinking(0, "hm"), signature(0), close(0), open(1), text(1, "One"))
                .breaks()
                .orElseThrow();
        assertThat(next.messages()).hasSize(3);
        assertThat(next.messages().get(1).content()).isEqualTo(joining.message().content());
        assertThat(next.thinking()).contains(thinking);
        assertThat(next.effort()).contains("low");
    }

    @Test
    void anAnswerThatWasThoughtOutIsAskedToGoOnWhateverTheModelTakes() {
        var joining = byPrefill().hears(start("a"), openThinking(0), signature(0), close(0), open(1), text(1, "One"));
        assertThat(joining.breaks().orElseThrow().messages()).hasSize(3);
    }

    @Test
    void withNothingSaidTheSameRequestIsSentAgain() {
        for (var joining : List.of(byPrefill(), byTurn())) {
            var request = joining.breaks();
            assertThat(request).as("nothing was handed out").isEmpty();
            joining.hears(start("a"));
            assertThat(joining.breaks().orElseThrow().messages()).containsExactly(Message.user("Tell me"));
            joining.hears(start("b"), open(0), text(0, "\n "));
            assertThat(joining.breaks().orElseThrow().messages()).containsExactly(Message.user("Tell me"));
        }
        var thought = byTurn().hears(start("a"), openThinking(0), signature(0), close(0), open(1));
        assertThat(thought.breaks().orElseThrow().messages()).containsExactly(Message.user("Tell me"));
    }

    @Test
    void anAnswerBoundToASchemaCannotRepeatItsLastWords() {
        var joining = JoinerFixture.of(
                request(TAKES_PREFILL).outputSchema("{\"type\":\"object\"}").build());
        assertThat(joining.hears(start("a"), open(0), text(0, "{\"a\":")).breaks())
                .isEmpty();
    }

    @Test
    void afterAToolsResultTheModelGoesOnOnlyByItself() {
        for (String model : List.of(TAKES_PREFILL, TAKES_NONE)) {
            var joining = JoinerFixture.of(request(model).build());
            joining.hears(
                    start("a"),
                    open(0, new Text("I search.")),
                    close(0),
                    open(1, new ServerToolUse("s", "web_search", "{}", Map.of())),
                    close(1));
            assertThat(joining.breaks()).as("without the result").isEmpty();
            joining.hears(open(2, new ServerToolResult("web_search_tool_result", "s", "[]", Map.of())), close(2));
            assertThat(joining.breaks().isPresent()).as(model).isEqualTo(model.equals(TAKES_PREFILL));
        }
    }

    @Test
    void theAnchorIsTheLastWords() {
        assertThat(ContinuationRequest.anchor(" short")).isEqualTo("short");
        assertThat(ContinuationRequest.anchor("x".repeat(70))).hasSize(60);
        assertThat(ContinuationRequest.anchor("\uD83D\uDE00".repeat(40) + "x"))
                .isEqualTo("\uD83D\uDE00".repeat(29) + "x");
        String text = "word ".repeat(20) + "end";
        assertThat(ContinuationRequest.anchor(text)).startsWith("word").hasSize(58);
        assertThat(ContinuationRequest.anchor("a" + " ".repeat(80) + "end")).isEqualTo("end");
    }
}
