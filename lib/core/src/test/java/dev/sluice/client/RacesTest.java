package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.transport.HttpTransport;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * Two things that happen at once, again and again. Whichever wins: the end is told once, its reason is one of the two, the
 * reader ends, and nobody waits for ever.
 */
@Timeout(30)
class RacesTest {
    private static final int ROUNDS = 5;
    private static final int TIMES = 25;

    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger cancels = new AtomicInteger();

    /** One stream and what raced over it. */
    private MessageStream start(LlmClient client) {
        ends.set(0);
        cancels.set(0);
        var controller =
                StreamController.builder().onCancel(cancels::incrementAndGet).build();
        return client.stream(ClientFixture.REQUEST, controller).on(Signal.END, ends::incrementAndGet);
    }

    /** Runs all of it at the same moment, each on a thread of its own, and waits for all. */
    private static void atOnce(Runnable... racers) throws Exception {
        var line = new CyclicBarrier(racers.length);
        List<Future<?>> running = new ArrayList<>();
        for (Runnable racer : racers) {
            var task = new FutureTask<>(
                    () -> {
                        await(line);
                        racer.run();
                    },
                    null);
            Thread.ofVirtual().start(task);
            running.add(task);
        }
        for (Future<?> racer : running) {
            racer.get(10, TimeUnit.SECONDS);
        }
    }

    private static void await(CyclicBarrier line) {
        try {
            line.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // before the line rather than at it
        } catch (BrokenBarrierException e) {
            throw new AssertionError(e);
        }
    }

    private EndReason endOf(MessageStream stream, LlmClient client) {
        stream.close();
        assertThat(ends).as("times the end was told").hasValue(1);
        Awaitility.await().pollDelay(Duration.ZERO).until(() -> !stream.reader().isAlive() && client.running() == 0);
        EndReason reason = stream.endReason().orElseThrow();
        int expected = reason instanceof Cancelled ? 1 : 0;
        Awaitility.await().pollDelay(Duration.ZERO).until(() -> cancels.get() == expected);
        return reason;
    }

    private static HttpTransport answering() {
        return MisbehavingParts.transport(() -> MisbehavingParts.answer(MisbehavingParts.bytes(answer("a", "b", "c"))));
    }

    /** The beginning of an answer, and then silence until somebody interrupts. */
    private static HttpTransport stalling() {
        return MisbehavingParts.transport(() -> MisbehavingParts.answer(new SequenceInputStream(
                MisbehavingParts.bytes(begin("a", "b")), new InputStream() {
                    @Override
                    public int read() throws java.io.IOException {
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            throw new java.io.InterruptedIOException();
                        }
                        return -1;
                    }
                })));
    }

    @RepeatedTest(ROUNDS)
    void cancelAndCompletion() throws Exception {
        try (var client = MisbehavingParts.client(answering())) {
            for (int i = 0; i < TIMES; i++) {
                MessageStream stream = start(client);
                List<StreamEvent> events = new ArrayList<>();
                atOnce(() -> stream.forEach(events::add), () -> stream.cancel("stop"));
                boolean whole = events.stream().anyMatch(MessageStop.class::isInstance);
                assertThat(endOf(stream, client)).isEqualTo(whole ? new Completed() : new Cancelled("stop"));
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void timeoutAndCompletion() throws Exception {
        var time = new FakeTime();
        try (var client = LlmClient.builder(MisbehavingParts.CLAUDE)
                .transport(answering())
                .time(time)
                .build()) {
            for (int i = 0; i < TIMES; i++) {
                MessageStream stream =
                        client.stream(ClientFixture.REQUEST, StreamController.withTimeout(Duration.ofSeconds(9)));
                ends.set(0);
                cancels.set(0);
                stream.on(Signal.END, ends::incrementAndGet);
                var collected = new ArrayList<ClientFixture.CollectedEvents>();
                atOnce(() -> collected.add(ClientFixture.collect(stream)), () -> time.advance(Duration.ofSeconds(9)));
                EndReason reason = endOf(stream, client);
                assertThat(reason).isInstanceOfAny(Completed.class, Failed.class);
                boolean whole = reason instanceof Completed;
                if (whole) {
                    assertThat(collected.getFirst().failure()).isNull();
                } else {
                    assertThat(collected.getFirst().failure()).isInstanceOf(TimedOut.class);
                }
                assertThat(collected.getFirst().events().stream().anyMatch(MessageStop.class::isInstance))
                        .isEqualTo(whole);
                assertThat(time.scheduled()).isZero();
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void closeAndAnExceptionOfAHandler() throws Exception {
        try (var client = MisbehavingParts.client(stalling())) {
            for (int i = 0; i < TIMES; i++) {
                MessageStream stream = start(client);
                var mine = new IllegalStateException("mine");
                stream.on(Signal.TEXT, (words, all) -> {
                    throw mine;
                });
                var collected = new ArrayList<ClientFixture.CollectedEvents>();
                atOnce(() -> collected.add(ClientFixture.collect(stream)), stream::close);
                assertThat(collected.getFirst().failure()).isIn(null, mine);
                assertThat(endOf(stream, client)).isInstanceOf(Cancelled.class);
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void closingTheClientAndStartingAStream() throws Exception {
        for (int i = 0; i < TIMES; i++) {
            LlmClient client = MisbehavingParts.client(stalling());
            var streams = new ArrayList<MessageStream>();
            atOnce(client::close, () -> {
                try {
                    MessageStream stream = start(client);
                    streams.add(stream);
                    stream.done();
                } catch (StreamException.Cancelled e) {
                    assertThat(e.reason()).isEqualTo("the client was closed");
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("closed");
                }
            });
            for (MessageStream stream : streams) {
                assertThat(endOf(stream, client)).isEqualTo(new Cancelled("the client was closed"));
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void closersAndAConsumer() throws Exception {
        try (var client = MisbehavingParts.client(stalling())) {
            for (int i = 0; i < TIMES; i++) {
                MessageStream stream = start(client);
                atOnce(stream::close, stream::close, () -> stream.forEach(event -> {}), stream::close);
                assertThat(endOf(stream, client)).isInstanceOf(Cancelled.class);
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void closingAndAwaitingThat() throws Exception {
        try (var client = MisbehavingParts.client(stalling())) {
            for (int i = 0; i < TIMES; i++) {
                MessageStream stream = start(client);
                var aborts = new ArrayList<StreamException>();
                atOnce(stream::close, () -> stream.await(Signal.ABORT).ifPresent(aborts::add));
                assertThat(aborts).singleElement().isInstanceOf(StreamException.Cancelled.class);
                assertThat(endOf(stream, client)).isInstanceOf(Cancelled.class);
            }
        }
    }

    @RepeatedTest(ROUNDS)
    void anInterruptOfTheConsumerAndTheEnd() throws Exception {
        try (var client = MisbehavingParts.client(answering())) {
            for (int i = 0; i < TIMES; i++) {
                MessageStream stream = start(client);
                var line = new CyclicBarrier(2);
                var kept = new AtomicInteger();
                Thread consumer = Thread.ofVirtual().start(() -> {
                    await(line);
                    try {
                        stream.done();
                    } catch (StreamException.Cancelled e) {
                        assertThat(e.reason()).contains("interrupted");
                    }
                    while (!Thread.currentThread().isInterrupted()) { // it comes, sooner or later
                        Thread.onSpinWait();
                    }
                    kept.incrementAndGet();
                });
                await(line);
                consumer.interrupt();
                assertThat(consumer.join(Duration.ofSeconds(10))).isTrue();
                assertThat(kept).as("interrupts kept").hasValue(1);
                assertThat(endOf(stream, client)).isInstanceOfAny(Completed.class, Cancelled.class);
            }
        }
    }
}
