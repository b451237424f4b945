package dev.sluice.examples;

import static dev.sluice.examples.EveryProviderTest.GEMINI;
import static dev.sluice.examples.EveryProviderTest.INTERACTIONS;
import static dev.sluice.examples.EveryProviderTest.OPENAI;
import static dev.sluice.examples.EveryProviderTest.printed;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of what goes wrong say the same, whoever is asked. Claude is asked by {@link ExamplesTest}. */
@Timeout(value = 60, unit = SECONDS)
class EveryProvidersFaultsTest {
    @ParameterizedTest
    @ValueSource(strings = {GEMINI, INTERACTIONS, OPENAI}) // Claude ends with Truncated at an error without a frame
    void everyFaultHasTheSameTypeSaveAnErrorWithoutAFrame(String provider) throws Exception {
        String printed = printed(ErrorsAndPartials::main, provider);

        assertThat(printed)
                .containsSubsequence(ExampleOutput.FAULTS_OF_ALL_PROVIDERS)
                .containsSubsequence(
                        "HALF_CLOSE",
                        "Truncated",
                        "\nERROR",
                        "ApiError, status 200",
                        "try again: true",
                        "BARE_ERROR",
                        "ApiError, status 200",
                        "OVERLOADED",
                        "ApiError, status 5",
                        "try again: true",
                        "kept:      nothing",
                        "SLOW",
                        "whole:     Rain fills");
        assertThat(printed.split("kept: +Rain fills", -1)).hasSize(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {GEMINI, INTERACTIONS, OPENAI})
    void retriesAndContinuationsWork(String provider) throws Exception {
        assertThat(printed(RetriesAndBreaker::main, provider))
                .containsSubsequence("(retry 1 in ", "(retry 2 in ", "after 2 retries", "CircuitOpen");
        assertThat(printed(ContinueAnswer::main, provider))
                .containsSubsequence("Backpressure is how", "runs out.\n\nGone on with 2 times;");
        assertThat(printed(Metrics::main, provider)).contains("sluice.client.stream.retries");
    }
}
