package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.StreamException;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fault matrix says of streams, where nothing of a stream is there yet, holds for every other request. */
@Timeout(30)
class NonStreamingFaultsTest {

    static Stream<Arguments> faults() {
        return StatusFaults.rows().stream()
                .filter(fault -> fault.peer instanceof FaultPeer.Scripted)
                .filter(fault -> fault.limit == null) // has a length of its own here
                .filter(fault -> !fault.what.contains("stream"))
                .flatMap(fault -> Arrays.stream(NonStreamingCall.values()).map(call -> arguments(fault, call)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("faults")
    void aFaultThatLastsIsTheSameFailureAfterAsManyTries(Fault fault, NonStreamingCall call) {
        Script script = ((FaultPeer.Scripted) fault.peer).script();
        try (var peer = ScriptedPeer.serving(script);
                var client = client(peer, fault)) {
            var failure = catchThrowableOfType(StreamException.class, () -> call.send(client));
            assertThat(FaultRun.words(failure)).as("%s", failure).isEqualTo(fault.gets);
            assertThat(failure.retryable()).isEqualTo(fault.retryable);
            assertThat(failure.getMessage()).isNotBlank().doesNotContain("test-key", "rivers");
            assertThat(peer.requests()).hasSize(fault.tries);
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("faults")
    void aFaultThatPassesIsNotSeenIfItIsRetried(Fault fault, NonStreamingCall call) {
        var asked = new AtomicInteger();
        Script script = ((FaultPeer.Scripted) fault.peer).script();
        Script fine = Script.json(200, call.body);
        try (var peer = ScriptedPeer.serving(request -> asked.getAndIncrement() == 0 ? script : fine);
                var client = client(peer, fault)) {
            if (fault.isRetried()) {
                assertThat(call.send(client)).isEqualTo(call.expected());
                assertThat(peer.requests())
                        .extracting(ReceivedRequest::bodyText)
                        .hasSize(2)
                        .containsOnly(peer.requests().getFirst().bodyText());
            }
        }
    }

    private static LlmClient client(ScriptedPeer peer, Fault fault) {
        return ClientFixture.client(
                peer.uri(""),
                settings -> settings.timeouts(fault.timeouts)
                        .resilience(
                                Resilience.builder().retry(FastRetries.quick()).build()));
    }
}
