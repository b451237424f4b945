package dev.sluice.internal.continuation;

import static dev.sluice.internal.continuation.JoinerFixture.atMost;
import static dev.sluice.internal.continuation.JoinerFixture.byPrefill;
import static dev.sluice.internal.continuation.JoinerFixture.byTurn;
import static dev.sluice.internal.continuation.JoinerFixture.cite;
import static dev.sluice.internal.continuation.JoinerFixture.close;
import static dev.sluice.internal.continuation.JoinerFixture.finish;
import static dev.sluice.internal.continuation.JoinerFixture.open;
import static dev.sluice.internal.continuation.JoinerFixture.openThinking;
import static dev.sluice.internal.continuation.JoinerFixture.openTool;
import static dev.sluice.internal.continuation.JoinerFixture.signature;
import static dev.sluice.internal.continuation.JoinerFixture.start;
import static dev.sluice.internal.continuation.JoinerFixture.stop;
import static dev.sluice.internal.continuation.JoinerFixture.text;
import static dev.sluice.internal.continuation.JoinerFixture.thinking;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.StreamEvent.Unknown;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How two answers become one. */
class ContinuationJoinerTest {
    @Test
    void theNextAnswerGoesOnInTheBlockThatWasCut() {
        var joining = byPrefill().hears(start("a"), open(0), text(0, "One, t")).goesOn();
        joining.hears(start("b"), open(0), text(0, "wo."), close(0), open(1), text(1, "Three."), close(1));
        joining.hears(finish(5), stop());
        Message message = joining.message();
        assertThat(joining.texts()).containsExactly("One, two.", "Three.");
        assertThat(message.id()).isEqualTo("a");
        assertThat(message.model()).isEqualTo("model-of-a");
        assertThat(message.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(joining.count(MessageStart.class)).isOne();
        assertThat(joining.count(ContentBlockStart.class)).isEqualTo(2);
        assertThat(joining.count(ContentBlockStop.class)).isEqualTo(2);
    }

    @Test
    void whiteSpaceAtTheCutIsNeitherLostNorDoubled() {
        for (String rest : List.of("Two", "\nTwo", "\n\nTwo")) {
            var joining =
                    byPrefill().hears(start("a"), open(0), text(0, "One\n\n")).goesOn();
            joining.hears(start("b"), open(0, new Text(rest.substring(0, 1))), text(0, rest.substring(1)));
            assertThat(joining.text()).isEqualTo("One\n\nTwo");
            var asked = byTurn().hears(start("a"), open(0), text(0, "One\n\n")).goesOn();
            asked.hears(start("b"), open(0), text(0, " On"), text(0, "e" + rest));
            assertThat(asked.text()).isEqualTo("One\n\nTwo");
        }
    }

    @Test
    void aSpaceThatBeginsTheRestIsKept() {
        var joining = byPrefill().hears(start("a"), open(0), text(0, "One")).goesOn();
        assertThat(joining.hears(start("b"), open(0), text(0, " two")).text()).isEqualTo("One two");
    }

    @Test
    void aCharacterThatWasCutInHalfIsWhole() {
        var joining =
                byPrefill().hears(start("a"), open(0), text(0, "One \uD83D")).goesOn();
        joining.hears(start("b"), open(0), text(0, " \uD83D\uDE00!"));
        assertThat(joining.text()).isEqualTo("One \uD83D\uDE00!");
    }

    @Test
    void theRepeatedWordsAreHeldBackUntilTheyAreAllThere() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One, t")).goesOn();
        joining.hears(start("b"), open(0));
        for (char c : "\nOne, t".toCharArray()) {
            joining.hears(text(0, String.valueOf(c)));
        }
        assertThat(joining.text()).isEqualTo("One, t");
        joining.hears(text(0, "wo."), close(0), finish(5), stop());
        assertThat(joining.texts()).containsExactly("One, two.");
        assertThat(joining.count(ContentBlockStop.class)).isOne();
    }

    @Test
    void theRepeatedWordsMayComeInSeveralBlocks() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One, two")).goesOn();
        joining.hears(start("b"), open(0), text(0, "One,"), close(0), open(1), text(1, " two, three"), close(1));
        joining.hears(open(2), text(2, "."), close(2), finish(9), stop());
        assertThat(joining.texts()).containsExactly("One, two, three", ".");
    }

    @Test
    void wordsRepeatedToTheEndOfABlockEndTheBlockThatWasCut() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One")).goesOn();
        joining.hears(start("b"), open(0), text(0, "One"), close(0), open(1), text(1, "Two"), close(1));
        assertThat(joining.hears(finish(9), stop()).texts()).containsExactly("One", "Two");
        assertThat(joining.count(ContentBlockStop.class)).isEqualTo(2);
    }

    @Test
    void betweenTwoBlocksTheRestIsANewBlock() {
        var joining = byPrefill()
                .hears(start("a"), open(0), text(0, "One. "), close(0))
                .goesOn();
        joining.hears(start("b"), open(0), text(0, " Two."), close(0), finish(5), stop());
        assertThat(joining.texts()).containsExactly("One. ", "Two.");
        var asked =
                byTurn().hears(start("a"), open(0), text(0, "One. "), close(0)).goesOn();
        asked.hears(start("b"), open(0), text(0, "One. Two."), close(0), finish(5), stop());
        assertThat(asked.texts()).containsExactly("One. ", "Two.");
    }

    @Test
    void ifNothingWasLeftToSayNoBlockIsStarted() {
        var asked =
                byTurn().hears(start("a"), open(0), text(0, "One. "), close(0)).goesOn();
        asked.hears(start("b"), open(0), text(0, "One."), close(0), finish(5), stop());
        assertThat(asked.texts()).containsExactly("One. ");
        var joining = byPrefill().hears(start("a"), open(0), text(0, "One. ")).goesOn();
        joining.hears(start("b"), finish(5), stop());
        assertThat(joining.texts()).containsExactly("One. ");
        assertThat(joining.count(ContentBlockStop.class)).isOne();
    }

    @Test
    void theWordsOfSeveralBlocksMayBeRepeatedAndTheRestGoesOnInTheLast() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One, "), close(0), open(1), text(1, "tw"));
        joining.goesOn().hears(start("b"), open(0), text(0, "One, two."), close(0), finish(5), stop());
        assertThat(joining.texts()).containsExactly("One, ", "two.");
    }

    @Test
    void aCallOfAToolMayFollowTheCutText() {
        var joining = byPrefill().hears(start("a"), open(0), text(0, "I ask.")).goesOn();
        joining.hears(start("b"), openTool(0), close(0), finish(5), stop());
        assertThat(joining.texts()).containsExactly("I ask.", "ToolUse");
        assertThat(joining.count(ContentBlockStop.class)).isEqualTo(2);
        var asked = byTurn().hears(start("a"), open(0), text(0, "I ask.")).goesOn();
        asked.hears(start("b"), open(0), text(0, "I ask."), close(0), openTool(1), close(1));
        assertThat(asked.texts()).containsExactly("I ask.", "ToolUse");
    }

    @Test
    void thinkingBeforeTheRestIsDropped() {
        var joining = byTurn().hears(start("a"), openThinking(0), thinking(0, "1"), signature(0), close(0));
        joining.hears(open(1), text(1, "One")).goesOn();
        joining.hears(start("b"), openThinking(0), thinking(0, "2"), signature(0), close(0));
        joining.hears(open(1), text(1, "One, two"), close(1), openThinking(2), close(2));
        assertThat(joining.texts()).containsExactly("Thinking", "One, two", "Thinking");
        assertThat(joining.message().content().getFirst())
                .extracting("thinking")
                .isEqualTo("1");
    }

    @Test
    void withNothingSaidTheNextAnswerTakesThePlace() {
        var joining = byTurn().hears(start("a"), openThinking(0), signature(0), close(0), open(1))
                .goesOn();
        joining.hears(start("b"), openThinking(0), signature(0), close(0), open(1), text(1, "One"), close(1));
        assertThat(joining.hears(finish(5), stop()).texts()).containsExactly("Thinking", "One");
        var blank = byTurn().hears(start("a"), open(0), text(0, "\n\n")).goesOn();
        assertThat(blank.hears(start("b"), open(0), text(0, "\n\nOne")).texts()).containsExactly("\n\nOne");
        var begun = byTurn().hears(start("a")).goesOn().hears(start("b"), open(0), text(0, " One"), close(0));
        assertThat(begun.texts()).containsExactly(" One");
    }

    @Test
    void ofAnAnswerThatHadOnlyBegunNothingIsDropped() {
        var joining = byTurn().hears(start("a")).goesOn().hears(start("b"), openThinking(0), signature(0), close(0));
        assertThat(joining.hears(open(1), text(1, "One")).texts()).containsExactly("Thinking", "One");
    }

    @Test
    void citationsOfRepeatedWordsBelongToTheBlockThatWasCut() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One")).goesOn();
        joining.hears(start("b"), open(0), text(0, "One"), cite(0, "x"), close(0), open(1), text(1, "Two"));
        assertThat(joining.message().content())
                .extracting(block -> ((Text) block).citations().size())
                .containsExactly(1, 0);
        var asked =
                byTurn().hears(start("a"), open(0), text(0, "One"), close(0)).goesOn();
        asked.hears(start("b"), open(0), text(0, "One"), cite(0, "x"), close(0), open(1), text(1, "Two"));
        assertThat(asked.message().content())
                .extracting(block -> ((Text) block).citations().size())
                .containsExactly(0, 0);
    }

    @Test
    void aNewBlockKeepsItsFields() {
        var joining =
                byTurn().hears(start("a"), open(0), text(0, "One"), close(0)).goesOn();
        joining.hears(start("b"), open(0, new Text("One, two", List.of(), Map.of("zz", "1"))));
        assertThat(joining.message().content().getLast()).isEqualTo(new Text(", two", List.of(), Map.of("zz", "1")));
    }

    @Test
    void withNothingSaidTheNextAnswerMayBeginWithAnythingElse() {
        var joining = byTurn().hears(start("a"), open(0)).goesOn();
        joining.hears(start("b"), openTool(0), close(0), finish(5), stop());
        assertThat(joining.texts()).containsExactly("", "ToolUse");
        assertThat(joining.count(ContentBlockStop.class)).isEqualTo(2);
    }

    @Test
    void pingsUnknownEventsAndCitationsPass() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One"), cite(0, "x"))
                .goesOn();
        var unknown = new Unknown("zz", "{}");
        joining.hears(new Ping(), start("b"), new Ping(), unknown, open(0), cite(0, "y"), text(0, "One"));
        assertThat(((Text) joining.message().content().getFirst()).citations()).hasSize(1);
        joining.hears(text(0, ", two"), cite(0, "z"));
        assertThat(((Text) joining.message().content().getFirst()).citations())
                .extracting("citedText")
                .containsExactly("x", "y", "z");
        assertThat(joining.count(Ping.class)).isEqualTo(2);
        assertThat(joining.events).contains(unknown);
    }

    @Test
    void usageAddsUp() {
        var joining = byPrefill().hears(start("a", 10), open(0), text(0, "One")).goesOn();
        joining.hears(start("b", 14));
        assertThat(joining.message().usage()).as("should it break for good").isEqualTo(Usage.of(24, 2));
        joining.hears(open(0), text(0, ", two")).goesOn().hears(start("c", 17), open(0), text(0, "."), close(0));
        var cached = new Usage(18, 5, 1, 2, 3, Map.of("service_tier", "\"standard\""));
        joining.hears(new MessageDelta(FinishReason.STOP, "end_turn", null, cached, Map.of()), stop());
        assertThat(joining.message().usage())
                .isEqualTo(new Usage(42, 7, 1, 2, 3, Map.of("service_tier", "\"standard\"")));
    }

    @Test
    void anAnswerThatComesAtOnceIsJoinedToo() {
        var tool = new ToolUse("toolu_1", "get_weather", "{}", Map.of());
        var joining = byTurn().hears(start("a"), open(0), text(0, "I ask")).goesOn();
        joining.hears(start("b", 10, new Text("I ask."), tool), stop());
        assertThat(joining.texts()).containsExactly("I ask.", "ToolUse");
        assertThat(joining.count(ContentBlockStop.class)).isEqualTo(2);
        var whole = byPrefill().hears(start("a", 10, new Text("One"))).goesOn();
        assertThat(whole.hears(start("b"), open(0), text(0, ", two")).texts()).containsExactly("One", ", two");
    }

    @Test
    void aStartThatIsRepeatedChangesNothing() {
        var joining = byPrefill()
                .hears(start("a"), start("a"), open(0), text(0, "One"))
                .goesOn();
        joining.hears(start("b"), start("b"), open(0), text(0, ", two"));
        assertThat(joining.text()).isEqualTo("One, two");
        assertThat(joining.message().usage()).isEqualTo(Usage.of(20, 2));
        assertThat(joining.count(MessageDelta.class)).isOne();
    }

    @Test
    void theNextAnswerMustBeInOrderToo() {
        assertOutOfOrder(text(0, "x"));
        assertOutOfOrder(start("b"), close(0));
        assertOutOfOrder(start("b"), open(0), open(0));
        assertOutOfOrder(start("b"), start("c"));
    }

    private static void assertOutOfOrder(dev.sluice.message.StreamEvent... events) {
        var joining = byPrefill().hears(start("a"), open(0), text(0, "One")).goesOn();
        assertThatThrownBy(() -> joining.hears(events))
                .isInstanceOfSatisfying(
                        ProtocolError.class, e -> assertThat(e.partial().text()).isEqualTo("One"));
    }

    @Test
    void blocksOfTheNextAnswerMayInterleave() {
        var joining = byTurn().hears(start("a"), open(0), text(0, "One")).goesOn();
        joining.hears(start("b"), open(0), text(0, "One"), openTool(1), text(0, ", two"), close(1), close(0));
        assertThat(joining.hears(finish(5), stop()).texts()).containsExactly("One, two", "ToolUse");
        assertThat(joining.count(ContentBlockStop.class)).isEqualTo(2);
    }

    @Test
    void itGoesOnAsOftenAsItMay() {
        var joining = atMost(2).hears(start("a"), open(0), text(0, "1")).goesOn();
        joining.hears(start("b"), open(0), text(0, "2")).goesOn().hears(start("c"), open(0), text(0, "3"));
        assertThat(joining.breaks()).isEmpty();
        assertThat(joining.text()).isEqualTo("123");
    }
}
