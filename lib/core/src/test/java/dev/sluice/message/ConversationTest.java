package dev.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConversationTest {
    private static final ToolUse ONE = new ToolUse("a", "level", "{}", Map.of());
    private static final ToolUse TWO = new ToolUse("b", "rain", "{\"cu", Map.of());
    private static final ToolResult ANSWER_ONE = new ToolResult("a", "2 m");
    private static final ToolResult ANSWER_TWO = ToolResult.error("b", "no gauge");

    private static Message answer(ContentBlock... content) {
        return Message.of(Role.ASSISTANT, List.of(content));
    }

    @Test
    void growsByTurnsAndLeavesWhatItWas() {
        Conversation before = Conversation.EMPTY.system("Be brief").user("Hi");
        Conversation after = before.message(answer(new Text("Hello")))
                .user(new Text("and"), new Text("so"))
                .assistant("So");
        assertThat(before.messages()).containsExactly(Message.user("Hi"));
        assertThat(after.system()).containsExactly(new Text("Be brief"));
        assertThat(after.messages())
                .containsExactly(
                        Message.user("Hi"),
                        answer(new Text("Hello")),
                        Message.user(new Text("and"), new Text("so")),
                        Message.assistant("So"));
        assertThat(after.system("Be long").system()).containsExactly(new Text("Be long"));
    }

    @Test
    void anAnswerOfWhichNothingHasComeIsLeftOut() {
        Conversation fixture = Conversation.EMPTY.user("Hi");
        assertThat(fixture.message(Message.EMPTY)).isSameAs(fixture);
    }

    @Test
    void theResultsOfOneTurnAreOneMessageHoweverTheyCome() {
        Conversation asked = Conversation.EMPTY.user("Hi").message(answer(ONE, TWO));
        Message both = Message.user(ANSWER_ONE, ANSWER_TWO);
        assertThat(asked.results(ANSWER_ONE, ANSWER_TWO).messages()).last().isEqualTo(both);
        assertThat(asked.results(ANSWER_ONE).results(ANSWER_TWO).messages())
                .hasSize(3)
                .last()
                .isEqualTo(both);
        assertThat(asked.results(ANSWER_ONE).user("Well?").results(ANSWER_TWO).messages())
                .containsExactly(
                        Message.user("Hi"),
                        answer(ONE, TWO),
                        Message.user(ANSWER_ONE),
                        Message.user(ANSWER_TWO, new Text("Well?")));
        assertThat(asked.results(List.of())).isSameAs(asked);
    }

    @Test
    void aResultThatNoCallWaitsForIsRefused() {
        Conversation asked = Conversation.EMPTY.user("Hi").message(answer(ONE));
        for (Conversation fixture : List.of(
                Conversation.EMPTY,
                Conversation.EMPTY.user("Hi"),
                asked.results(ANSWER_ONE),
                asked.user("?").assistant("!"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fixture.results(ANSWER_ONE))
                    .withMessage("results: no tool call 'a' waits for a result");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> asked.results(ANSWER_ONE, ANSWER_ONE));
    }

    @Test
    void aCallIsAnsweredInTheTurnAfterItOrNever() {
        Conversation asked = Conversation.EMPTY.user("Hi").message(answer(ONE)).message(answer(TWO));
        assertThat(asked.unanswered()).containsExactly(ONE, TWO);
        assertThat(asked.results(ANSWER_TWO).unanswered()).containsExactly(ONE);
        assertThat(asked.user("Well?").results(ANSWER_ONE, ANSWER_TWO).unanswered())
                .isEmpty();
        Conversation late = asked.user("Never mind").assistant("Fine");
        assertThat(late.unanswered()).containsExactly(ONE, TWO);
        assertThat(late.message(Message.user(ANSWER_ONE, ANSWER_TWO)).unanswered())
                .containsExactly(ONE, TWO);
    }

    @Test
    void anIdThatComesAgainIsAnotherCall() {
        Conversation twice = Conversation.EMPTY
                .message(answer(ONE))
                .results(ANSWER_ONE)
                .message(answer(ONE, ONE))
                .results(ANSWER_ONE);
        assertThat(twice.unanswered()).containsExactly(ONE);
        assertThat(twice.results(ANSWER_ONE).unanswered()).isEmpty();
    }

    @Test
    void aRequestTakesItWholeAndOnlyWithResults() {
        var request = MessageRequest.builder().model("m").system("As ever").user("replaced");
        Conversation fixture = Conversation.EMPTY.user("Hi").message(answer(ONE, TWO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request.conversation(fixture))
                .withMessage("conversation: the tool calls [level (a), rain (b)] have no result; add one of each with"
                        + " results(...), be it an error");
        Conversation answered = fixture.results(ANSWER_ONE, ANSWER_TWO);
        assertThat(request.conversation(answered).build().messages()).isEqualTo(answered.messages());
        assertThat(request.build().system()).containsExactly(new Text("As ever"));
        assertThat(request.conversation(answered.system("Be brief")).build().system())
                .containsExactly(new Text("Be brief"));
    }

    @Test
    void usageIsThatOfAllAnswers() {
        var one = new Usage(1, 20, 300, 4000, 5, Map.of("service_tier", "\"standard\""));
        Conversation fixture = Conversation.EMPTY.user("Hi").message(used(one)).message(used(Usage.of(1, 2)));
        assertThat(fixture.usage()).isEqualTo(new Usage(2, 22, 300, 4000, 5, Map.of()));
        assertThat(Conversation.EMPTY.usage()).isEqualTo(Usage.NONE);
    }

    private static Message used(Usage usage) {
        return new Message(
                "m", Role.ASSISTANT, "m", List.of(new Text("a")), FinishReason.STOP, null, null, usage, Map.of());
    }

    @Test
    void showsItsSizeAndNoWord() {
        assertThat(Conversation.EMPTY.system("secret").user("secret")).hasToString("Conversation[messages=1]");
    }
}
