package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.context.ContextCarrier;
import dev.sluice.continuation.Continuation;
import dev.sluice.observation.Observer;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import io.github.resilience4j.retry.Retry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether, when and what is sent again, without a thread and without a server. */
@Timeout(10)
class RetryLoopTest {
    private static final URI ADDRESS = URI.create("http://localhost/v1/messages");
    private static final TransportRequest FIRST = request("first");

    /** What becomes of the requests, one after the other; true for an answer that is complete. */
    private final Queue<Object> outcomes = new ArrayDeque<>();

    private final List<String> log = new ArrayList<>();
    private Optional<TransportRequest> continuation = Optional.empty();
    private Resilience resilience = Resilience.defaults();
    private boolean eventsCome;
    private RetryLoop loop;

    /** Notes each wait, and does not wait. */
    private final TimeSource time = new TimeSource() {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            throw new AssertionError("nothing needs a timer here");
        }

        @Override
        public void sleep(Duration delay) throws InterruptedException {
            log.add("waits");
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    };

    private static TransportRequest request(String name) {
        return new TransportRequest("POST", ADDRESS, Map.of("name", name), new byte[0]);
    }

    private void run(Object... results) throws InterruptedException {
        outcomes.addAll(List.of(results));
        loop = new RetryLoop(config(), FIRST, ServerAnswer.ofConnection(config()), null, new RetryLoop.Listener() {
            @Override
            public void send() throws InterruptedException {
                log.add(String.valueOf(loop.request().headers().get("name")));
                if (eventsCome) {
                    loop.onFirstEvent();
                }
                switch (outcomes.remove()) {
                    case StreamException failure -> throw failure;
                    case InterruptedException interrupt -> throw interrupt;
                    default -> log.add("answered");
                }
            }

            @Override
            public Optional<TransportRequest> continuationAfter(StreamException failure) {
                return continuation;
            }

            @Override
            public void onResume(StreamException failure, Duration delay) {
                throw new AssertionError("nothing is kept");
            }

            @Override
            public void onRetry(StreamException failure, int retry, Duration delay) {
                log.add("retry " + retry);
            }

            @Override
            public void onBudgetExhausted(LimitReached limit) {
                throw new AssertionError("there is no budget");
            }
        });
        loop.run();
    }

    private ClientConfig config() {
        HttpTransport none = new HttpTransport() {
            @Override
            public TransportResponse open(TransportRequest request) {
                throw new AssertionError("nothing is sent here");
            }

            @Override
            public void close() {}
        };
        return new ClientConfig(
                Claude.builder().apiKey("test-key").build(),
                none,
                Timeouts.none(),
                Limits.defaults(),
                256,
                1 << 20,
                time,
                resilience,
                Continuation.off(),
                report -> {},
                new ServerCancellations(),
                ContextCarrier.none(),
                Observer.none(),
                new RequestDefaults("", OptionalInt.empty()));
    }

    private static ConnectionFailed broken(String why) {
        return new ConnectionFailed(why, new IOException(why), true);
    }

    @Test
    void anAnswerThatIsCompleteIsTheEnd() throws Exception {
        run(true);
        assertThat(log).containsExactly("first", "answered");
    }

    @Test
    void beforeItsFirstEventTheSameRequestIsSentAgainAfterADelay() throws Exception {
        run(broken("one"), broken("two"), true);
        assertThat(log).containsExactly("first", "retry 1", "waits", "first", "retry 2", "waits", "first", "answered");
    }

    @Test
    void theLastFailureIsThrownAndHasThoseBeforeItSuppressed() {
        var two = broken("two");
        var three = broken("three");
        assertThatThrownBy(() -> run(broken("one"), two, three))
                .isSameAs(three)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).containsExactly(two));
        assertThat(two.getSuppressed())
                .extracting(Throwable::getMessage)
                .singleElement()
                .asString()
                .contains("one");
    }

    @Test
    void whatNoRetryCanHealIsThrownAtOnce() {
        var failure = new ProtocolError("nonsense", null);
        assertThatThrownBy(() -> run(failure)).isSameAs(failure);
        assertThat(log).containsExactly("first");
    }

    @Test
    void afterItsFirstEventARequestIsNotSentAgain() {
        eventsCome = true;
        assertThatThrownBy(() -> run(new Truncated("cut"), true)).isInstanceOf(Truncated.class);
        assertThat(log).containsExactly("first");
    }

    @Test
    void afterThatTheContinuationIsSentAtOnceAndMayItselfBeRetried() throws Exception {
        eventsCome = true;
        continuation = Optional.of(request("continuation"));
        run(new Truncated("cut"), new Truncated("cut again"), true);
        assertThat(log).containsExactly("first", "continuation", "continuation", "answered");
    }

    @Test
    void anInterruptEndsTheDelay() {
        assertThatThrownBy(() -> {
                    Thread.currentThread().interrupt();
                    run(broken("one"), true);
                })
                .isInstanceOf(InterruptedException.class);
        assertThat(log).containsExactly("first", "retry 1", "waits");
    }

    @Test
    void aStreamThatHasEndedIsNotTriedAgain() {
        var ended = new InterruptedException();
        assertThatThrownBy(() -> run(ended)).isSameAs(ended);
        assertThat(log).containsExactly("first");
    }

    @Test
    void howOftenItIsTriedIsTheCallersRetrys() {
        resilience = Resilience.builder()
                .retry(Retry.of("mine", RetryDefaults.config(0)))
                .build();
        assertThatThrownBy(() -> run(broken("one"), true)).isInstanceOf(ConnectionFailed.class);
        assertThat(log).containsExactly("first");
    }

    @Test
    void aConnectionThatHadGoneIsReplacedOncePerStream() throws Exception {
        run(true);
        assertThat(loop.mayReconnect()).isTrue();
        assertThat(loop.mayReconnect()).isFalse();
    }

    @Test
    void onceItIsAnsweredNothingHoldsTheRequest() throws Exception {
        run(true);
        assertThatThrownBy(loop::request).isInstanceOf(NullPointerException.class);
    }
}
