package dev.sluice.stream;

import static dev.sluice.peer.ClaudeWire.answer;
import static dev.sluice.peer.ClaudeWire.begin;
import static dev.sluice.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.EndReason;
import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.Failed;
import dev.sluice.control.FakeTime;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ConnectionFailed;
import dev.sluice.control.StreamException.TimedOut;
import dev.sluice.control.StreamException.Truncated;
import dev.sluice.control.Timeouts;
import dev.sluice.control.Timeouts.Phase;
import dev.sluice.peer.Script;
import dev.sluice.transport.ApacheHttpTransport;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A consumer on a virtual thread that waits for the next event reads it itself, and the reader's thread is gone meanwhile. It
 * comes back for a consumer that stays away, and for every end.
 */
@Timeout(60)
class ConsumerReadsTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Duration TWO_ROUNDS = Duration.ofMillis(200);

    static Stream<Supplier<HttpTransport>> transports() {
        return Stream.of(JdkHttpTransport::create, ApacheHttpTransport::create);
    }

    /** A stream, and what consumes it on a thread of its own. */
    private static final class Listening implements AutoCloseable {
        final FakeTime time = new FakeTime();
        final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<StreamReport> reports = new LinkedBlockingQueue<>();
        final Talk talk;
        final MessageStream stream;
        final Thread consumer;
        private final HttpTransport transport;
        volatile StreamException failure;
        volatile boolean leftInterrupted;

        Listening(Supplier<HttpTransport> transports, UnaryOperator<Script> script) {
            this(transports, Thread.ofVirtual(), script, settings -> {}, text -> {});
        }

        Listening(
                Supplier<HttpTransport> transports,
                Thread.Builder threads,
                UnaryOperator<Script> script,
                Consumer<LlmClient.Builder> settings,
                Consumer<String> consuming) {
            var begin = new CountDownLatch(1);
            transport = transports.get();
            talk = Talk.with(
                    builder -> settings.accept(
                            builder.transport(transport).time(time).onEnd(reports::add)),
                    script.apply(Script.empty().gate(begin).head(200, "content-type", "text/event-stream")));
            stream = talk.stream();
            consumer = threads.start(() -> {
                try {
                    stream.text().forEach(text -> {
                        heard.add(text);
                        consuming.accept(text);
                    });
                } catch (StreamException e) {
                    failure = e;
                } finally {
                    leftInterrupted = Thread.currentThread().isInterrupted();
                }
            });
            Awaitility.await().until(() -> consumer.getState() == Thread.State.WAITING);
            begin.countDown(); // whoever sleeps when something comes is left to read on
        }

        void awaitHeard(String text) throws InterruptedException {
            assertThat(heard.poll(5, TimeUnit.SECONDS)).isEqualTo(text);
        }

        /** Until nobody reads but the consumer, which waits. */
        void awaitConsumerReads() {
            Awaitility.await().until(() -> !stream.reader().isAlive() && consumer.getState() == Thread.State.WAITING);
            assertThat(stream.endReason()).isEmpty();
            assertThat(reports).isEmpty();
        }

        StreamReport awaitReport() throws InterruptedException {
            return reports.poll(5, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            stream.close();
            talk.close();
            transport.close();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aConsumerThatWaitsReadsAndNoThreadBesideIt(Supplier<HttpTransport> transport) throws Exception {
        var gates = List.of(new CountDownLatch(1), new CountDownLatch(1), new CountDownLatch(1));
        UnaryOperator<Script> script = begun -> {
            Script next = begun.sse(begin("a"));
            for (CountDownLatch gate : gates) {
                next = next.gate(gate).sse(text(0, "b"));
            }
            return next.stall();
        };
        try (var listening = new Listening(transport, script)) {
            listening.awaitHeard("a");
            listening.awaitConsumerReads();
            Thread reader = listening.stream.reader();
            for (CountDownLatch gate : gates) {
                gate.countDown();
                listening.awaitHeard("b");
                listening.awaitConsumerReads();
                listening.time.advance(TWO_ROUNDS.multipliedBy(2)); // who waits is not away
                assertThat(listening.stream.reader()).isSameAs(reader);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void whatComesWhileTheConsumerIsAwayIsReadAhead(Supplier<HttpTransport> transport) throws Exception {
        var second = new CountDownLatch(1);
        var rest = new CountDownLatch(1);
        var back = new CountDownLatch(1);
        String[] all = answer("a", "b", "c");
        UnaryOperator<Script> script = begun -> begun.sse(all[0], all[1], all[2])
                .gate(second)
                .sse(all[3])
                .gate(rest)
                .sse(all[4], all[5], all[6], all[7])
                .end();
        Consumer<String> consuming = text -> {
            if (text.equals("b")) {
                await(back);
            }
        };
        try (var listening = new Listening(transport, Thread.ofVirtual(), script, settings -> {}, consuming)) {
            listening.awaitHeard("a");
            listening.awaitConsumerReads();
            second.countDown();
            listening.awaitHeard("b");
            rest.countDown();
            Awaitility.await().until(() -> {
                listening.time.advance(TWO_ROUNDS); // the first of them finds that it has been there
                return !listening.reports.isEmpty();
            });
            assertThat(listening.awaitReport().end()).isEqualTo(new Completed());
            assertThat(listening.heard).isEmpty();
            back.countDown();
            listening.awaitHeard("c");
            assertThat(listening.consumer.join(SOON)).isTrue();
            assertThat(listening.failure).isNull();
            assertThat(listening.stream.finalMessage().text()).isEqualTo("abc");
        }
    }

    /** What ends a stream from outside, and as what. */
    private enum End {
        CANCEL(listening -> listening.stream.cancel("enough"), Cancelled.class),
        CLOSE(listening -> listening.stream.close(), Cancelled.class),
        CLIENT(listening -> listening.talk.client.close(), Cancelled.class),
        INTERRUPT(listening -> listening.consumer.interrupt(), Cancelled.class),
        IDLE(listening -> listening.time.advance(Duration.ofSeconds(3)), Failed.class),
        TOTAL(listening -> listening.time.advance(Duration.ofSeconds(9)), Failed.class),
        TRANSPORT(listening -> listening.transport.close(), Failed.class);

        final Consumer<Listening> act;
        final Class<? extends EndReason> reason;

        End(Consumer<Listening> act, Class<? extends EndReason> reason) {
            this.act = act;
            this.reason = reason;
        }
    }

    static Stream<Arguments> ends() {
        return transports().flatMap(transport -> Stream.of(End.values()).map(end -> Arguments.of(transport, end)));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void everyEndFreesAConsumerThatReads(Supplier<HttpTransport> transport, End end) throws Exception {
        Timeouts limits = Timeouts.none()
                .with(Phase.IDLE, Duration.ofSeconds(end == End.TOTAL ? 100 : 3))
                .with(Phase.TOTAL, Duration.ofSeconds(9));
        UnaryOperator<Script> script = begun -> begun.sse(begin("a")).stall();
        try (var listening = new Listening(
                transport, Thread.ofVirtual(), script, settings -> settings.timeouts(limits), text -> {})) {
            listening.awaitHeard("a");
            listening.awaitConsumerReads();
            end.act.accept(listening);
            assertThat(listening.consumer.join(SOON)).as("freed").isTrue();
            assertThat(listening.awaitReport().end()).isInstanceOf(end.reason);
            assertThat(listening.stream.endReason()).containsInstanceOf(end.reason);
            assertThat(listening.stream.snapshot().text()).isEqualTo("a");
            assertThat(listening.leftInterrupted).isEqualTo(end == End.INTERRUPT);
            if (end == End.IDLE || end == End.TOTAL) {
                assertThat(listening.failure)
                        .isInstanceOfSatisfying(
                                TimedOut.class,
                                late -> assertThat(late.phase().name()).isEqualTo(end.name()));
            }
            listening.talk.peer.awaitGone(SOON);
        }
    }

    static Stream<Arguments> breaks() {
        return transports()
                .flatMap(transport -> Stream.of(
                        Arguments.of(transport, (UnaryOperator<Script>) Script::reset, ConnectionFailed.class),
                        Arguments.of(transport, (UnaryOperator<Script>) Script::cut, ConnectionFailed.class),
                        Arguments.of(transport, (UnaryOperator<Script>) Script::end, Truncated.class)));
    }

    @ParameterizedTest
    @MethodSource("breaks")
    void whatGoesWrongInItsHandsIsTheReadersToTell(
            Supplier<HttpTransport> transport, UnaryOperator<Script> breaks, Class<? extends StreamException> expected)
            throws Exception {
        var gate = new CountDownLatch(1);
        UnaryOperator<Script> script =
                begun -> breaks.apply(begun.sse(begin("a")).gate(gate));
        try (var listening = new Listening(transport, script)) {
            listening.awaitHeard("a");
            listening.awaitConsumerReads();
            gate.countDown();
            assertThat(listening.consumer.join(SOON)).isTrue();
            assertThat(listening.failure).isInstanceOf(expected);
            assertThat(listening.failure.partial().text()).isEqualTo("a");
            assertThat(listening.awaitReport().end()).isInstanceOf(Failed.class);
        }
    }

    /** What is told of the end may look for its classes there, whoever it was that ended the stream. */
    @Test
    void theReaderThatComesBackHasTheCallersClassLoader() throws Exception {
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        var callers = new URLClassLoader(new URL[0], before);
        var seen = new CompletableFuture<ClassLoader>();
        caller.setContextClassLoader(callers);
        try (var listening = new Listening(
                JdkHttpTransport::create,
                Thread.ofVirtual(),
                begun -> begun.sse(begin("a")).stall(),
                settings -> settings.onEnd(
                        report -> seen.complete(Thread.currentThread().getContextClassLoader())),
                text -> {})) {
            caller.setContextClassLoader(before);
            listening.awaitHeard("a");
            listening.awaitConsumerReads();
            listening.stream.cancel("enough");
            assertThat(seen.get(5, TimeUnit.SECONDS)).isSameAs(callers);
        } finally {
            caller.setContextClassLoader(before);
        }
    }

    @Test
    void aPlatformThreadDoesNotReadForItCouldNotBeInterruptedThen() throws Exception {
        assertReaderStays(Thread.ofPlatform(), settings -> {});
    }

    @Test
    void whereTheQueueHoldsFewEventsTheReaderStays() throws Exception {
        assertReaderStays(Thread.ofVirtual(), settings -> settings.queueCapacity(4));
    }

    private static void assertReaderStays(Thread.Builder threads, Consumer<LlmClient.Builder> settings)
            throws InterruptedException {
        var gate = new CountDownLatch(1);
        UnaryOperator<Script> script =
                begun -> begun.sse(begin("a")).gate(gate).sse(text(0, "b")).stall();
        try (var listening = new Listening(JdkHttpTransport::create, threads, script, settings, text -> {})) {
            listening.awaitHeard("a");
            Thread reader = listening.stream.reader();
            gate.countDown();
            listening.awaitHeard("b");
            Awaitility.await().until(() -> listening.consumer.getState() == Thread.State.WAITING);
            assertThat(listening.stream.reader()).isSameAs(reader);
            assertThat(reader.isAlive()).isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
