package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.examples.ExampleOutput.Example;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same examples say the same, whoever is asked: only the provider's name on the command line differs. What takes
 * seconds is not run with Claude, which {@link ExamplesTest} asks.
 */
@Timeout(value = 60, unit = SECONDS)
class EveryProviderTest {
    private static final String CLAUDE = "claude";
    static final String GEMINI = "gemini";
    static final String INTERACTIONS = "gemini-interactions";
    static final String OPENAI = "openai";
    private static final String CHAT = "openai-chat";

    @ParameterizedTest
    @ValueSource(strings = {CLAUDE, GEMINI, INTERACTIONS, OPENAI, CHAT})
    void quickstartPrintsTheAnswerAndItsUsage(String provider) throws Exception {
        assertThat(ExampleOutput.by(Quickstart::main, "--provider", provider, "What", "is", "backpressure?"))
                .startsWith("Talking to a scripted server")
                .contains("\n> What is backpressure?\n\nBackpressure is how")
                .containsPattern("[1-9]\\d+ tokens, the first after \\d+\\.\\d\\d s, then \\d+ per second\n$");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLAUDE, GEMINI, INTERACTIONS, OPENAI})
    void theLoopSeesAMessageWithABeginningAndAnEnd(String provider) throws Exception {
        // Interactions tells how it is doing, which the library hands on as it came.
        assertThat(printed(ForEachLoop::main, provider)
                        .replace("something newer than this library: interaction.status_update\n", ""))
                .containsSubsequence(
                        "message ",
                        "block 0 starts",
                        "block 0 + Ra",
                        "block 0 is complete",
                        "stops: done",
                        "message is complete",
                        "tokens in all")
                .doesNotContain("newer than this library", "\n0 tokens in all");
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI, INTERACTIONS, OPENAI})
    void streamsHandlersAndLimitsWork(String provider) throws Exception {
        assertThat(printed(JavaStreams::main, provider))
                .containsPattern("Twelve chunks: (\\|?[^|]*){12}\n")
                .contains("The whole answer: 102 words, Completed");
        assertThat(printed(Handlers::main, provider))
                .containsSubsequence("status 200", "for centuries.", "a block is complete", "the end");
        assertThat(printed(CancelAndLimits::main, provider))
                .contains("By hand: Cancelled", "By chunks: LimitReached", "By time: The total timeout");
        assertThat(printed(BudgetDemo::main, provider)).contains("LimitReached[limit=cost micros, value=4000]");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLAUDE, GEMINI, INTERACTIONS, OPENAI, CHAT})
    void aToolIsCalledAndItsResultGoesBack(String provider) throws Exception {
        assertThat(printed(ToolCallDeltas::main, provider))
                .containsSubsequence(
                        "Let me look that up.",
                        "so far: {river=Guadiana, days=3, unit=m}",
                        "river_level is called with LevelInput[river=Guadiana, days=3, unit=m]",
                        "Guadiana: 2.41 m, falling slowly");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLAUDE, GEMINI, INTERACTIONS, OPENAI})
    void severalToolsAreCalledAndTheirResultsGoBackInTheOrderOfTheCalls(String provider) throws Exception {
        assertThat(printed(ToolsDemo::main, provider))
                .containsSubsequence("I shall read", "✓ sound upper pool", "2.41 m above the gate and 2.12 m below it")
                .containsPattern("\n[1-9]\\d+ tokens read, [1-9]\\d+ written, in 2 turns\n$");
        assertThat(printed(AgentInAgent::main, provider)).contains("\n    and says: Guadiana: 2.41 m\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {CLAUDE, GEMINI, INTERACTIONS, OPENAI})
    void thinkingIsShownBeforeTheAnswer(String provider) throws Exception {
        assertThat(printed(Thinking::main, provider))
                .containsSubsequence("(thinks) They ask", "(says) A river begins")
                .containsPattern("[1-9]\\d* of [1-9]\\d* tokens were thinking");
    }

    static String printed(Example example, String provider) throws Exception {
        return ExampleOutput.by(example, "--provider", provider);
    }
}
