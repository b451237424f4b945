package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts.Phase;
import dev.sluice.message.StreamEvent;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TransportUnderTest;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Lets one fault happen to one stream, and sees what the caller gets and what is left behind. */
final class FaultRun {
    /** "Promptly", on a machine that is busy with other rows. */
    private static final Duration SLACK = Duration.ofSeconds(4);

    private final Fault fault;
    private final String gets;
    private final int tries;
    private final int events;
    private final String text;

    private FaultRun(Fault fault, String gets, int tries, int events, String text) {
        this.fault = fault;
        this.gets = gets;
        this.tries = tries;
        this.events = events;
        this.text = text;
    }

    /** The fault lasts: the caller gets what its row says. */
    static void lasting(Fault fault) {
        int requests = fault.tries + (fault.asksTwice ? 1 : 0);
        new FaultRun(fault, fault.gets, fault.tries, fault.events, fault.partial).run(requests, requests);
    }

    /** The fault is there once, and the caller does not notice. */
    static void passing(Fault fault) {
        new FaultRun(fault, Fault.WHOLE, 2, 6, FaultPeer.HEALTHY).run(1, 2);
    }

    private void run(int faulty, int requests) {
        try (var peer = fault.peer.start(faulty);
                var transport = new Counting(TransportUnderTest.create(fault.timeouts.connect()));
                var client = ClientFixture.client(
                        peer.uri(),
                        settings -> settings.transport(transport)
                                .resilience(Resilience.builder()
                                        .retry(FastRetries.quick())
                                        .build())
                                .timeouts(fault.timeouts)
                                .limits(fault.limits))) {
            long start = System.nanoTime();
            try (var stream = client.stream(fault.request)) {
                consume(stream, start, requests);
                var soon = Awaitility.with().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
                soon.await()
                        .until(() -> client.running() == 0 && !stream.reader().isAlive());
            }
            if (fault.limit != Phase.CONNECT && fault.limit != Phase.HEADERS) { // else it may be met before one is sent
                assertThat(transport.opened).as("requests").hasValue(requests);
            }
            if (peer.scripted() != null) {
                seeConnections(client, peer.scripted(), requests);
            }
        }
    }

    private void consume(MessageStream stream, long start, int requests) {
        List<String> terminal = new ArrayList<>();
        stream.on(Signal.FINAL_MESSAGE, message -> terminal.add("final"))
                .on(Signal.ERROR, failure -> terminal.add("error"))
                .on(Signal.ABORT, failure -> terminal.add("abort"))
                .on(Signal.END, () -> terminal.add("end"));
        ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        assertThat(words(collected.failure())).as("%s", collected.failure()).isEqualTo(gets);
        assertThat(collected.events().stream().filter(event -> !(event instanceof StreamEvent.Ping)))
                .hasSize(events);
        assertThat(stream.snapshot().text()).isEqualTo(text);
        assertThat(stream.metrics().retries()).as("retries").isEqualTo(requests - (fault.asksTwice ? 2 : 1));
        assertThat(took).isBetween(atLeast(), atLeast().plus(SLACK));
        assertThat(stream.isEnded()).isTrue();
        assertThat(stream.isAborted()).isFalse();
        if (collected.failure() instanceof StreamException failure) {
            assertThat(terminal).containsExactly("error", "end");
            assertThat(failure.retryable()).as("retryable").isEqualTo(fault.retryable);
            assertThat(failure.partial()).isEqualTo(stream.snapshot());
            assertThat(failure.getMessage()).isNotBlank().doesNotContain("test-key", "rivers");
            assertThat(stream.endReason()).contains(new Failed(failure));
            assertThat(stream.isErrored()).isTrue();
            assertThat(catchThrowable(stream::finalMessage)).isSameAs(failure);
        } else {
            assertThat(terminal).containsExactly("final", "end");
            assertThat(stream.endReason()).contains((EndReason) new Completed());
            assertThat(stream.isErrored()).isFalse();
            assertThat(stream.finalText()).isEqualTo(text);
        }
    }

    private Duration atLeast() {
        Duration limit = fault.limit == null ? Duration.ZERO : Fault.LIMIT;
        int faulty = gets.equals(Fault.WHOLE) ? tries - 1 : tries;
        return limit.multipliedBy(faulty).plus(fault.wait.multipliedBy(tries - 1));
    }

    /** What is not given back is given up, and the client is as good as new. */
    private void seeConnections(LlmClient client, ScriptedPeer peer, int requests) {
        boolean keeps = fault.keeps || text.equals(FaultPeer.HEALTHY);
        if (!keeps) {
            peer.awaitGone(Duration.ofSeconds(5));
        }
        try (var next = client.stream(ClientFixture.REQUEST)) {
            assertThat(next.finalText()).as("the next answer").isEqualTo(FaultPeer.HEALTHY);
        }
        List<ReceivedRequest> all = peer.requests();
        assertThat(all).hasSize(requests + 1);
        boolean kept = all.getLast().connection() == all.get(requests - 1).connection();
        assertThat(kept).as("same connection").isEqualTo(keeps);
    }

    /** The type of a failure, and what tells it from others of its type. */
    static String words(@Nullable RuntimeException failure) {
        return switch (failure) {
            case null -> Fault.WHOLE;
            case TimedOut timeout -> "TimedOut(" + timeout.phase() + ")";
            case LimitExceeded exceeded -> "LimitExceeded(" + exceeded.limit() + ")";
            case ApiError error when error.type().isEmpty() -> "ApiError(" + error.status() + ")";
            case ApiError error -> "ApiError(" + error.status() + " " + error.type() + ")";
            default -> failure.getClass().getSimpleName();
        };
    }

    /** Counts the requests, whoever gets them. */
    private record Counting(HttpTransport transport, AtomicInteger opened) implements HttpTransport {
        Counting(HttpTransport transport) {
            this(transport, new AtomicInteger());
        }

        @Override
        public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
            opened.incrementAndGet();
            return transport.open(request);
        }

        @Override
        public void close() {
            transport.close();
        }
    }
}
