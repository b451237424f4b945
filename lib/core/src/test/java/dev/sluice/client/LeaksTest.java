package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A stream that has ended leaves nothing with the timer and nothing with its client. */
@Timeout(20)
class LeaksTest {
    private final FakeTime time = new FakeTime();

    static Stream<Script> ends() {
        return Stream.of(
                Script.stream(answer("a")),
                Script.stream().sse(answer("a")).stall(),
                Script.stream().sse(begin("a")).end(),
                Script.stream().sse(begin("a")).reset(),
                Script.stream().sse(error("api_error", "x")).stall(),
                Script.json(500, "{}"),
                Script.empty().cut());
    }

    @ParameterizedTest
    @MethodSource("ends")
    void nothingWaitsForTheTimerAfterTheEnd(Script script) {
        try (var fixture = ClientFixture.with(settings -> settings.time(time), script);
                var stream = fixture.stream()) {
            ClientFixture.collect(stream);
            awaitNothing(fixture.client);
        }
    }

    @Test
    void aStreamThatWasCancelledBeforeItBeganLeavesNothingEither() {
        var controller = StreamController.withTimeout(Duration.ofHours(1));
        controller.cancel("never mind");
        try (var fixture = ClientFixture.with(
                        settings -> settings.time(time), Script.stream().stall());
                var stream = fixture.stream(controller)) {
            stream.done();
            awaitNothing(fixture.client);
        }
    }

    private void awaitNothing(LlmClient client) {
        Awaitility.await().until(() -> {
            time.advance(Duration.ofMillis(100)); // in the end the drain is over, where there is one
            return client.running() == 0;
        });
        assertThat(time.scheduled()).as("tasks that wait for their time").isZero();
    }
}
