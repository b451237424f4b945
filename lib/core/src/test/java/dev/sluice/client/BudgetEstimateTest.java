package dev.sluice.client;

import static dev.sluice.client.UsageEvents.delta;
import static dev.sluice.client.UsageEvents.end;
import static dev.sluice.client.UsageEvents.open;
import static dev.sluice.client.UsageEvents.start;
import static dev.sluice.client.UsageEvents.text;
import static dev.sluice.client.UsageEvents.thinking;
import static dev.sluice.client.UsageEvents.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.budget.Budget;
import dev.sluice.budget.Budget.TokenCount;
import dev.sluice.budget.Meters;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.Usage;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.provider.wire.Decoding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is counted of one stream: the wire's word, and an estimate of what came after it. */
class BudgetEstimateTest {
    private final Budget budget = Budget.outputTokens(1_000_000_000);
    private final BudgetMeter tab = Meters.open(budget);

    private void count(BudgetMeter tab, StreamEvent... events) {
        for (StreamEvent event : events) {
            assertThat(tab.count(event)).isEmpty();
        }
    }

    private void count(StreamEvent... events) {
        count(tab, events);
    }

    private void assertExact(long tokens) {
        assertThat(budget.outputTokens()).isEqualTo(new TokenCount(tokens, false));
    }

    private void assertEstimated(long tokens) {
        assertThat(budget.outputTokens()).isEqualTo(new TokenCount(tokens, true));
    }

    @Test
    void theCountIsTheWiresWordAndAnEstimateOfWhatCameAfterIt() {
        assertExact(0);
        count(start(100, 3));
        assertExact(3);
        count(text(10));
        assertEstimated(13);
        count(thinking(5));
        assertEstimated(18);
    }

    @Test
    void whenTheWireSpeaksTheCountJumpsUpOrDownToIt() {
        count(start(100, 3), text(10), usage(Usage.of(100, 40)));
        assertExact(40);
        count(text(1000), end(100, 50));
        assertExact(50);
        count(new MessageStop());
        assertExact(50);
    }

    /** Gemini's first figure may be that of the whole answer; each chunk repeats it. */
    @Test
    void aFigureThatIsRepeatedAndCoversAllWordsIsTheWholeAnswers() {
        count(text(10), usage(Usage.of(100, 120)));
        assertExact(120);
        count(text(50), usage(Usage.of(100, 120)));
        assertExact(120);
        count(text(60), end(100, 120));
        assertExact(120);
    }

    @Test
    void aFigureThatIsRepeatedAndDoesNotCoverTheWordsIsCarriedForward() {
        count(start(100, 30), text(100), usage(Usage.of(100, 30)));
        assertEstimated(130);
        count(end(100, 110));
        assertExact(110);
    }

    /** Of servers that report the usage of the whole answer with each chunk; the words are shorter than the rule of thumb. */
    @ParameterizedTest
    @MethodSource("answersWithOneFigure")
    void aFigureThatEachChunkHasIsCountedOnce(List<StreamEvent> answer) {
        count(answer.toArray(StreamEvent[]::new));
        assertExact(40);
    }

    static List<List<StreamEvent>> answersWithOneFigure() {
        String words = "internationalization ".repeat(10);
        String usage = ",'usage':{'prompt_tokens':9,'completion_tokens':40,'total_tokens':49}}";
        String metadata = ",'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':40,'totalTokenCount':49}}";
        String content = "{'candidates':[{'content':{'parts':[{'text':'" + words + "'}]}}]";
        OpenAiChatCompletions openAi = OpenAi.chatCompletions().apiKey("k").build();
        return List.of(
                Decoding.stream(
                        Decoding.framed(
                                "{'choices':[{'delta':{'content':'" + words + "'}}]" + usage,
                                "{'choices':[{'delta':{'content':'" + words + "'},'finish_reason':'stop'}]" + usage),
                        openAi),
                Decoding.whole(
                        "{'choices':[{'message':{'content':'" + words + words + "'},'finish_reason':'stop'}]" + usage,
                        openAi),
                Decoding.gemini(
                        content + metadata, content + metadata, "{'candidates':[{'finishReason':'STOP'}]" + metadata));
    }

    @Test
    void aStreamThatIsCutKeepsItsEstimate() {
        count(start(100, 3), text(10));
        tab.close();
        tab.close();
        assertEstimated(13);
        count(Meters.open(budget), start(100, 1), end(100, 7));
        assertEstimated(20);
    }

    @Test
    void aTabThatIsClosedCountsNothing() {
        tab.close();
        count(start(100, 3), text(10));
        assertExact(0);
        assertThat(budget.inputTokens()).isZero();
    }

    @Test
    void aSecondStartOfTheSameMessageIsIgnored() {
        count(start(100, 3), text(10), start(100, 3));
        assertEstimated(13);
    }

    @ParameterizedTest
    @CsvSource({
        "abcd, 1",
        "a b c d e, 3", // nine letters and blanks
        "12, 1",
        "{\"a\":1}, 4",
        "éé, 1",
        "漢字, 2",
        "👍, 2",
    })
    void lettersShareATokenAndOtherCharactersLessSo(String text, long tokens) {
        count(delta(new Delta.TextDelta(text)));
        assertEstimated(tokens);
    }

    @Test
    void piecesOfAWordAreNotRoundedUpOneByOne() {
        for (int i = 0; i < 40; i++) {
            count(delta(new Delta.InputJsonDelta("a")));
        }
        assertEstimated(10);
    }

    static List<ContentBlock> wholeBlocks() {
        return List.of(
                new Text("abcdabcd"),
                new Thinking("abcdabcd", null, Map.of()),
                new RedactedThinking("12345678", Map.of()));
    }

    @ParameterizedTest
    @MethodSource("wholeBlocks")
    void aBlockThatComesWholeCounts(ContentBlock block) {
        count(open(block));
        assertEstimated(2);
    }

    @Test
    void aCallOfAToolTakesMoreThanItsNameAndInput() {
        count(open(new ToolUse("toolu_1", "abcd", "", Map.of())));
        assertEstimated(41);
        count(open(new ServerToolUse("srvtoolu_1", "abcd", "abcd", Map.of())));
        assertEstimated(83);
    }

    @Test
    void anAnswerThatComesWholeInItsStartCounts() {
        count(start(Usage.NONE, new Text("abcdabcd")));
        assertEstimated(2);
    }

    @Test
    void theWiresWordOnAWholeAnswerIsTakenForAllOfIt() {
        count(start(Usage.of(5, 7), new Text("abcdabcd")));
        assertExact(7);
    }

    @Test
    void whatTheModelDidNotWriteIsNotCounted() {
        count(
                new Ping(),
                open(new ServerToolResult("web_search_tool_result", "srvtoolu_1", "[\"abcd\"]", Map.of())),
                delta(new Delta.CitationsDelta(new Citation("char_location", "abcd", null, null, "{}"))),
                delta(new Delta.SignatureDelta("abcd")),
                new ContentBlockStop(0),
                new StreamEvent.Unknown("zz", "{}"));
        assertExact(0);
    }

    // A decoder carries forward what the wire leaves out; and another provider may say nothing at all.
    @Test
    void aFigureThatIsOnlyRepeatedIsNoNews() {
        count(start(100, 3), text(50), end(100, 3));
        assertEstimated(53);
        BudgetMeter mute = Meters.open(budget);
        count(mute, start(Usage.NONE), text(2), end(Usage.NONE));
        assertEstimated(55);
    }

    @Test
    void aReportWithoutInputLeavesTheInputAsItWas() {
        count(start(100, 3), end(0, 40));
        assertThat(budget.inputTokens()).isEqualTo(100);
        assertExact(40);
    }

    @Test
    void theFirstFigureMayHaveHeldAShortAnswerAsAWhole() {
        count(start(100, 3), text(5), end(100, 3));
        assertExact(3);
    }

    @Test
    void figuresOutOfAllBoundsDoNoHarm() {
        count(start(new Usage(-5, -5, 0, 0, 0, Map.of())));
        assertExact(0);
        BudgetMeter tab = Meters.open(budget);
        assertThat(tab.count(start(Long.MAX_VALUE, Long.MAX_VALUE))).isPresent();
        assertThat(Meters.open(budget).count(start(Long.MAX_VALUE, Long.MAX_VALUE)))
                .isPresent();
        assertThat(budget.isExhausted()).isTrue();
        assertThat(budget.inputTokens()).isPositive();
    }

    @Test
    void theNextStreamIsEstimatedByWhatThisOneWasInTruth() {
        count(start(100, 0), text(10_000), end(100, 20_000));
        count(Meters.open(budget), start(100, 0), text(1000));
        assertThat(budget.outputTokens().tokens()).isBetween(21_980L, 22_000L);
    }

    @Test
    void aFewWordsMoveTheEstimateLittle() {
        count(start(100, 0), text(1), end(100, 5));
        count(Meters.open(budget), start(100, 0), text(1000));
        assertThat(budget.outputTokens().tokens() - 5).isBetween(1001L, 1100L);
    }

    @Test
    void figuresOfManyAnswersCountByTheirSize() {
        count(start(100, 0), text(9000), end(100, 9000));
        count(Meters.open(budget), start(100, 0), text(1000), end(100, 11_000));
        count(Meters.open(budget), start(100, 0), text(1000));
        assertThat(budget.outputTokens().tokens() - 20_000).isBetween(1980L, 2000L);
    }

    @Test
    void noFigureMovesTheEstimateOutOfBounds() {
        count(start(100, 0), text(100_000), end(100, 1));
        count(Meters.open(budget), start(100, 0), text(1000));
        assertEstimated(1 + 250);
        Budget other = Budget.outputTokens(1_000_000_000);
        count(Meters.open(other), start(100, 0), text(1000), end(100, 1_000_000));
        count(Meters.open(other), start(100, 0), text(1000));
        assertThat(other.outputTokens().tokens()).isEqualTo(1_008_000);
    }

    // Of thinking, a summary is shown, or nothing; words are shown as they are.
    @Test
    void howMuchMoreWasThoughtThanIsShownSaysNothingOfTheWords() {
        var said = new Usage(100, 5000 + 1000, 0, 0, 5000, Map.of());
        count(start(100, 0), thinking(1000), text(1000), end(said));
        count(Meters.open(budget), start(100, 0), text(1000));
        assertEstimated(7000);
        count(Meters.open(budget), start(100, 0), thinking(1000));
        assertThat(budget.outputTokens().tokens() - 7000).isBetween(4700L, 5000L);
        Budget hidden = Budget.outputTokens(1_000_000_000);
        count(Meters.open(hidden), start(100, 0), text(1000), end(said));
        count(Meters.open(hidden), start(100, 0), text(1000));
        assertThat(hidden.outputTokens()).isEqualTo(new TokenCount(7000, true));
    }

    @Test
    void thinkingThatTheWireDoesNotTellApartHasItsShare() {
        count(start(100, 0), thinking(10_000), text(10_000), end(100, 40_000));
        count(Meters.open(budget), start(100, 0), thinking(1000));
        count(Meters.open(budget), start(100, 0), text(1000));
        assertThat(budget.outputTokens().tokens() - 40_000).isBetween(3980L, 4000L);
    }

    @Test
    void whatAnotherStreamTeachesDoesNotChangeWhatIsCountedAlready() {
        BudgetMeter other = Meters.open(budget);
        count(other, start(100, 0), text(1000));
        count(start(100, 0), text(10_000), end(100, 5000));
        assertEstimated(6000);
        count(other, new Ping());
        assertEstimated(6000);
        count(other, text(4));
        assertEstimated(6004);
    }

    // The joint of a continuation tells the sum of what each request's wire said, which of the broken one is next to
    // nothing.
    @Test
    void whatCameBeforeAContinuationStaysCountedThoughTheWireNeverDid() {
        count(start(100, 1), open(new Text("")), text(300));
        assertEstimated(301);
        count(usage(Usage.of(500, 2)));
        assertEstimated(301);
        assertThat(budget.inputTokens()).isEqualTo(500);
        count(text(200));
        assertEstimated(501);
        count(end(Usage.of(500, 1 + 180)));
        assertEstimated(299 + 181);
        var next = Meters.open(budget);
        count(next, start(100, 1), open(new Text("")), text(100));
        assertThat(budget.outputTokens().tokens()).isBetween(480L + 85, 480L + 105);
    }
}
