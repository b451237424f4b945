package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each example runs to its end without a key and prints what it claims. */
@Timeout(value = 60, unit = SECONDS)
class ExamplesTest {
    @Test
    void quickstartSaysWhomItTalksToThenTheAnswerThenHowFastItCame() throws Exception {
        assertThat(ExampleOutput.by(Quickstart::main, "What", "is", "backpressure?"))
                .startsWith("Talking to a scripted server")
                .contains("\n> What is backpressure?\n\nBackpressure is how")
                .containsPattern("\\d+ tokens, the first after \\d+\\.\\d\\d s, then \\d+ per second\n$");
        assertThat(ExampleOutput.by(Quickstart::main)).contains("A river begins");
    }

    @Test
    void theLoopNamesEveryEvent() throws Exception {
        assertThat(ExampleOutput.by(ForEachLoop::main))
                .containsSubsequence(
                        "message msg_",
                        "block 0 starts",
                        "ping",
                        "block 0 + Ra",
                        "block 0 is complete",
                        "stops: done",
                        "message is complete",
                        "tokens in all")
                .doesNotContain("newer than this library");
    }

    @Test
    void javaStreamsLeaveEarlyOrReadToTheEnd() throws Exception {
        assertThat(ExampleOutput.by(JavaStreams::main))
                .contains("Left at the end of the first line: Cancelled")
                .containsPattern("Twelve chunks: (\\|?[^|]*){12}\n")
                .contains("The whole answer: 102 words, Completed");
    }

    @Test
    void handlersAreToldInOrderAndTheRemovedOneNoMore() throws Exception {
        String printed = ExampleOutput.by(Handlers::main);

        assertThat(printed)
                .containsSubsequence(
                        "status 200", "|", "for centuries.", "a block is complete", "the end", "It began with 'A s")
                .doesNotContain("failed");
        assertThat(printed.chars().filter(c -> c == '|')).hasSize(1);
    }

    @Test
    void threeWaysToStopEachSayWhy() throws Exception {
        assertThat(ExampleOutput.by(CancelAndLimits::main))
                .contains(
                        "(onCancel runs)",
                        "By hand: Cancelled[reason=the user pressed stop]",
                        "By chunks: LimitReached[limit=chunks, value=12]",
                        "By time: The total timeout of 1500 ms passed")
                .containsPattern("Kept: [1-9]\\d* characters");
    }

    @Test
    void aToolCallIsSeenWhileItIsWrittenAndThenRun() throws Exception {
        assertThat(ExampleOutput.by(ToolCallDeltas::main))
                .containsSubsequence(
                        "Let me look that up.",
                        "so far: {}",
                        "so far: {river=Guadiana}",
                        "so far: {river=Guadiana, days=3, unit=m}",
                        "river_level is called with LevelInput[river=Guadiana, days=3, unit=m]",
                        "Guadiana: 2.41 m, falling slowly");
    }

    @Test
    void thinkingIsShownBeforeTheAnswer() throws Exception {
        assertThat(ExampleOutput.by(Thinking::main))
                .containsSubsequence("(thinks) They ask", "(says) A river begins")
                .containsPattern("[1-9]\\d* of \\d+ tokens were thinking");
    }

    @Test
    void everyFaultHasItsTypeAndKeepsWhatCameBeforeIt() throws Exception {
        String printed = ExampleOutput.by(ErrorsAndPartials::main);

        assertThat(printed)
                .containsSubsequence(ExampleOutput.FAULTS_OF_ALL_PROVIDERS)
                .containsSubsequence(
                        "HALF_CLOSE",
                        "Truncated",
                        "ERROR",
                        "ApiError, status 200, type overloaded_error",
                        "BARE_ERROR",
                        "Truncated",
                        "OVERLOADED",
                        "ApiError, status 529, type overloaded_error",
                        "nothing",
                        "SLOW",
                        "whole:     Rain fills");
        assertThat(printed.split("kept: +Rain fills", -1)).hasSize(10);
    }

    @Test
    void aBusyServerIsAskedAgainAndABrokenOneNoMore() throws Exception {
        assertThat(ExampleOutput.by(RetriesAndBreaker::main))
                .containsSubsequence(
                        "(retry 1 in ",
                        "(retry 2 in ",
                        "now the wheel has news.",
                        "after 2 retries",
                        "(State transition from CLOSED to OPEN)",
                        "ConnectionFailed: ",
                        "so far: Rain fills",
                        "CircuitOpen: The circuit breaker 'claude' is OPEN");
    }

    @Test
    void anAnswerThatBreaksTwiceComesOutWhole() throws Exception {
        String whole = ExampleOutput.by(Quickstart::main, "What", "is", "backpressure?")
                .replaceFirst("(?s).*?(Backpressure is.*runs out\\.).*", "$1");
        assertThat(ExampleOutput.by(ContinueAnswer::main)).contains("\n" + whole + "\n\nGone on with 2 times;");
    }

    @Test
    void anAnswerThatOneProviderBeginsAndAnotherFinishesChangesItsColour() throws Exception {
        String whole = ExampleOutput.by(Quickstart::main, "What", "is", "backpressure?")
                .replaceFirst("(?s).*?(Backpressure is.*runs out\\.).*", "$1");
        String coloured = ExampleOutput.by(args -> ProviderFailover.run(true));
        assertThat(coloured)
                .containsPattern("\033\\[36mBackpressure is[^\033]*\033\\[33m[^\033]*runs out\\.\033\\[39m")
                .containsSubsequence("claude (", ") from character 0", "openai-responses (", ") from character ");
        assertThat(coloured.replaceAll("\033\\[\\d+m", "")).contains(whole);
        assertThat(ExampleOutput.by(ProviderFailover::main))
                .contains("[claude] Backpressure is", "[openai-responses] ");
    }

    @Test
    void theTokensAreCountedAndTheAnswerComesWhole() throws Exception {
        assertThat(ExampleOutput.by(OneShot::main))
                .containsPattern("The prompt has [1-9]\\d* tokens\\.\n\nBackpressure is")
                .containsPattern("\n\n[1-9]\\d* tokens, STOP\n$");
    }

    @Test
    void theSecondAnswerIsStoppedWhereTheMoneyEnds() throws Exception {
        assertThat(ExampleOutput.by(BudgetDemo::main))
                .containsSubsequence(
                        "Completed[]",
                        " [half is spent] ",
                        "LimitReached[limit=cost micros, value=4000]",
                        "output tokens by estimate");
    }

    @Test
    void metersTellOfBothAnswersAndOfTheRetry() throws Exception {
        assertThat(ExampleOutput.by(Metrics::main))
                .containsSubsequence(
                        "gen_ai.client.operation.duration none \n    COUNT 2.000",
                        "sluice.client.stream.retries",
                        "    COUNT 1.000")
                .doesNotContain("histogram");
    }

    @Test
    void aRecordIsPrintedAsItGrowsAndThenUsed() throws Exception {
        assertThat(ExampleOutput.by(StructuredOutput::main))
                .containsSubsequence(
                        "so far: Trip[title=null, days=null, warning=Optional.empty]",
                        "days=[Day[date=null, place=null, by=null, sights=null]]",
                        "days=[Day[date=2026-03-14, place=",
                        "by=BOAT, sights=[",
                        "\n2026-03-14, ",
                        ", by BOAT: ");
    }

    @Test
    void aConversationIsStoredLoadedAndGoneOnWith() throws Exception {
        assertThat(ExampleOutput.by(Conversations::main))
                .containsSubsequence(
                        "> What is a sluice?",
                        "A sluice is a gate",
                        "(stored: 2 messages in ",
                        "> And now as a haiku.",
                        "Rain fills the mill pond.")
                .containsPattern("\\(4 messages, \\d+ tokens in all\\)\n$");
    }

    @Test
    void threeToolsRunAtOnceAndTheAnswerIsMadeOfWhatTheySay() throws Exception {
        assertThat(ExampleOutput.by(ToolsDemo::main))
                .startsWith("Talking to a scripted server")
                .contains("\n> Can a barge that draws 1.8 m pass the mill gate today?\n\nI shall read")
                .containsPattern("\n✓ read_file gate.log +\\d+\\.\\d\\d s  5\\d{3} characters\n")
                .containsPattern("\n✓ sound upper pool +\\d+\\.\\d\\d s  2\\.41 m\n")
                .containsPattern("\n✓ sound lower pool +\\d+\\.\\d\\d s  2\\.12 m\n")
                .containsPattern("\n✓ calculate 1\\.8 \\* 1\\.15 +\\d+\\.\\d\\d s  2\\.07\n")
                .containsPattern("\n  sound upper pool +█+░+ +\\d+ %  the lead is at \\d\\.\\d\\d m\n")
                .contains("2026-03-14 06:00 gate open by 20 cm")
                .contains("2.41 m above the gate and 2.12 m below it, so she can pass, with 5 cm to spare.")
                .containsPattern("\n\n[1-9]\\d+ tokens read, [1-9]\\d+ written, in 2 turns\n$");
    }

    @Test
    void theAnswerFollowsTheToolsNotTheScript() throws Exception {
        assertThat(ExampleOutput.by(ToolsDemo::main, "Can a barge that draws 2 m pass?"))
                .contains("calculate 2 * 1.15")
                .contains("draws 2 m needs 2.3 m")
                .contains("so she cannot pass: 18 cm are missing.");
        assertThat(ExampleOutput.by(ToolsDemo::main, "How deep is the mill pool?"))
                .contains("\n✗ sound mill pool")
                .contains("I cannot say: There is an upper pool and a lower pool, but no 'mill pool'");
    }

    @Test
    void anAgentAsksAnotherAndBothAreSeen() throws Exception {
        assertThat(ExampleOutput.by(AgentInAgent::main))
                .containsSubsequence(
                        "ask_hydrologist is called with {\"river\":\"Guadiana\"}\n",
                        "    read_gauge is called with {\"river\":\"Guadiana\"}\n",
                        "    and says: Guadiana: 2.41 m\n",
                        "    \"I looked it up, and this is what came back: Guadiana: 2.41 m",
                        "and says: I looked it up",
                        "\"I looked it up",
                        "2 turns of the outer one\n");
    }
}
