package dev.sluice.stream;

import static dev.sluice.stream.Talk.REQUEST;
import static dev.sluice.stream.Talk.hear;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.AnnouncesWaits;
import dev.sluice.control.EndReason;
import dev.sluice.control.EndReason.Cancelled;
import dev.sluice.control.EndReason.Completed;
import dev.sluice.control.EndReason.LimitReached;
import dev.sluice.control.Limits;
import dev.sluice.control.StreamController;
import dev.sluice.control.StreamException;
import dev.sluice.control.StreamException.ApiError;
import dev.sluice.control.StreamException.ConnectionFailed;
import dev.sluice.control.StreamException.LimitExceeded;
import dev.sluice.control.StreamException.ProtocolError;
import dev.sluice.control.StreamException.Truncated;
import dev.sluice.message.StreamEvent;
import dev.sluice.peer.ClaudeWire;
import dev.sluice.provider.Claude;
import dev.sluice.provider.Gemini;
import dev.sluice.provider.OpenAi;
import dev.sluice.provider.Provider;
import dev.sluice.stream.Talk.Heard;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A stream whose queue has run full is read on by its consumer as long as bytes are there. Whatever happens then, happens as
 * if the reader had read it.
 */
@Timeout(60)
class ConsumerStandsInTest {
    private static final int CAPACITY = 16;
    private static final Provider CLAUDE = Claude.builder().apiKey("none").build();

    /** A body all of which has arrived but for what comes after some byte: there, a reader waits a moment. */
    private static final class Arrived extends InputStream implements AnnouncesWaits {
        final Set<Thread> readers = ConcurrentHashMap.newKeySet();
        final AtomicInteger reads = new AtomicInteger();
        private final byte[] all;
        private int breaks; // once, so that whoever forgets it is found out
        private int stop;
        private int position;
        private Runnable announcement = () -> {};

        Arrived(byte[] all, int stop, int breaks) {
            this.all = all;
            this.stop = stop;
            this.breaks = breaks;
        }

        @Override
        public void onWait(Runnable announcement) {
            this.announcement = announcement;
        }

        @Override
        public int available() {
            return stop - position;
        }

        @Override
        public int read() {
            throw new AssertionError("one byte after the other");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            readers.add(Thread.currentThread());
            reads.incrementAndGet();
            if (position == stop) {
                announcement.run();
                stop = all.length;
            }
            if (position >= breaks) {
                breaks = Integer.MAX_VALUE;
                throw new IOException("broken on purpose");
            }
            int count = Math.min(Math.min(length, 100), Math.min(stop, breaks) - position);
            System.arraycopy(all, position, target, offset, count);
            position += count;
            return count > 0 ? count : -1;
        }
    }

    private static LlmClient client(Provider provider, InputStream body, Limits limits) {
        return Talk.client(
                provider,
                settings -> settings.queueCapacity(CAPACITY).limits(limits).transport(new HttpTransport() {
                    @Override
                    public TransportResponse open(TransportRequest request) {
                        return new TransportResponse(200, Map.of("content-type", List.of("text/event-stream")), body);
                    }

                    @Override
                    public void close() {}
                }));
    }

    /** A stream whose reader sleeps because the queue is full, or that has ended. */
    private static MessageStream full(LlmClient client, StreamController controller) {
        MessageStream stream = client.stream(REQUEST, controller);
        Awaitility.await()
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofNanos(50_000))
                .until(() -> stream.reader().getState() == Thread.State.WAITING
                        || stream.reader().getState() == Thread.State.TERMINATED);
        return stream;
    }

    private static Heard heard(Arrived body, Limits limits) {
        try (var client = client(CLAUDE, body, limits);
                var stream = full(client, StreamController.withCancellation())) {
            Heard heard = hear(stream);
            assertThat(body.readers).as("who has read").contains(Thread.currentThread());
            return heard;
        }
    }

    private static byte[] answer(int deltas, String... rest) {
        var answer = new StringBuilder(ClaudeWire.messageStart()).append(ClaudeWire.textStart(0));
        IntStream.range(0, deltas).forEach(i -> answer.append(ClaudeWire.text(0, "word " + i)));
        List.of(rest).forEach(answer::append);
        return answer.toString().getBytes(UTF_8);
    }

    private static byte[] whole(int deltas) {
        return answer(
                deltas, ClaudeWire.blockStop(0), ClaudeWire.messageDelta("end_turn", deltas), ClaudeWire.messageStop());
    }

    private static Arrived all(byte[] bytes) {
        return new Arrived(bytes, bytes.length, Integer.MAX_VALUE);
    }

    private static List<StreamEvent> plainly(Provider provider, byte[] bytes) {
        try (var client = client(provider, new ByteArrayInputStream(bytes), Limits.defaults());
                var stream = client.stream(REQUEST)) {
            return hear(stream).events();
        }
    }

    @Test
    void aLongAnswerIsTheSame() {
        byte[] bytes = whole(1000);
        Arrived body = all(bytes);
        try (var client = client(CLAUDE, body, Limits.defaults());
                var stream = full(client, StreamController.withCancellation())) {
            assertThat(hear(stream).events()).isEqualTo(plainly(CLAUDE, bytes)).hasSize(1005);
            assertThat(stream.endReason()).contains(new Completed());
            assertThat(stream.metrics().events()).isEqualTo(1005);
            assertThat(stream.metrics().bytes()).isEqualTo(bytes.length);
            assertThat(body.readers).containsExactlyInAnyOrder(Thread.currentThread(), stream.reader());
        }
    }

    @Test
    void aBodyThatDoesNotSayWhenItWaitsIsReadOnByItsReaderWhenHalfTheQueueIsFree() {
        Arrived body = all(whole(100));
        var silent = new FilterInputStream(body) {};
        try (var client = client(CLAUDE, silent, Limits.defaults());
                var stream = full(client, StreamController.withCancellation())) {
            int before = body.reads.get();
            Iterator<StreamEvent> events = stream.iterator();
            for (int i = 0; i < CAPACITY / 2 + 2; i++) {
                events.next();
            }
            Awaitility.await().until(() -> body.reads.get() > before);
            assertThat(body.readers).containsExactly(stream.reader());
        }
    }

    static Stream<Arguments> transcripts() {
        var providers = Map.of(
                "claude-", CLAUDE,
                "gemini-", Gemini.builder().apiKey("none").build(),
                "openai/", OpenAi.builder().apiKey("none").build());
        return Stream.of(
                        "claude-parallel-tool-use",
                        "claude-thinking-text",
                        "claude-web-search-citations",
                        "claude-unicode",
                        "claude-midstream-overloaded",
                        "claude-truncated",
                        "gemini-text",
                        "gemini-midstream-error")
                .map(name -> Arguments.of(providers.get(name.substring(0, 7)), name));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("transcripts")
    void anAnswerIsTheSameWhereverItsBytesStopForAMoment(Provider provider, String name) throws IOException {
        byte[] bytes;
        try (InputStream recorded = getClass().getResourceAsStream("/transcripts/" + name + ".sse")) {
            bytes = recorded.readAllBytes();
        }
        List<StreamEvent> expected = plainly(provider, bytes);
        EndReason end = null;
        for (int stop = 1; stop < bytes.length; stop += 7) {
            try (var client = client(provider, new Arrived(bytes, stop, Integer.MAX_VALUE), Limits.defaults());
                    var stream = full(client, StreamController.withCancellation())) {
                List<StreamEvent> events = hear(stream).events();
                if (!events.equals(expected)) {
                    assertThat(events).as("stop %d", stop).isEqualTo(expected);
                }
                String reason = String.valueOf(stream.endReason());
                end = end == null ? stream.endReason().orElseThrow() : end;
                assertThat(reason).isEqualTo("Optional[" + end + "]");
            }
        }
    }

    private static void assertFailed(Heard heard, int events, Class<? extends StreamException> type, String message) {
        assertThat(heard.events()).hasSize(events);
        assertThat(heard.failure()).isInstanceOf(type).hasMessageContaining(message);
        assertThat(((StreamException) heard.failure()).partial().text())
                .as("what was received")
                .endsWith("word " + (events - 3));
    }

    @Test
    void aFailureComesAfterAllThatCameBeforeIt() {
        assertFailed(
                heard(all(answer(100, "data: {]\n\n", ClaudeWire.text(0, "more"))), Limits.defaults()),
                102,
                ProtocolError.class,
                "no JSON");
        assertFailed(
                heard(all(answer(100, ClaudeWire.error("overloaded_error", "busy"))), Limits.defaults()),
                102,
                ApiError.class,
                "busy");
        assertFailed(heard(all(answer(100)), Limits.defaults()), 102, Truncated.class, "102 events");
    }

    @Test
    void aConnectionThatBreaksIsAFailureOfTheConnection() {
        byte[] bytes = whole(100);
        int breaks = answer(50).length;
        assertFailed(
                heard(new Arrived(bytes, bytes.length, breaks), Limits.defaults()),
                52,
                ConnectionFailed.class,
                "broken on purpose");
    }

    @Test
    void theLimitOfAllBytesHolds() {
        long fits = answer(50).length;
        Limits defaults = Limits.defaults();
        Heard heard = heard(all(whole(100)), new Limits(defaults.maxLineBytes(), defaults.maxEventBytes(), fits));
        assertFailed(heard, 52, LimitExceeded.class, "stream bytes was met");
    }

    @Test
    void theCallersLimitHolds() {
        try (var client = client(CLAUDE, all(whole(100)), Limits.defaults());
                var stream = full(client, StreamController.withChunkLimit(40))) {
            assertThat(hear(stream).events()).hasSize(40);
            assertThat(stream.endReason()).contains(new LimitReached(Limits.Limit.CHUNKS, 40));
            assertReaderEnds(stream);
        }
    }

    /** Cancels in the middle. Returns whether this thread was left interrupted. */
    private static boolean isInterruptedAfter(Consumer<MessageStream> cancel, String reason) {
        try (var client = client(CLAUDE, all(whole(100)), Limits.defaults());
                var stream = full(client, StreamController.withCancellation())) {
            int heard = 0;
            for (StreamEvent event : stream) {
                heard++;
                if (heard == 50) {
                    cancel.accept(stream);
                }
            }
            boolean interrupted = Thread.interrupted();
            assertThat(heard).isEqualTo(50);
            assertThat(stream.endReason()).contains(new Cancelled(reason));
            assertReaderEnds(stream);
            return interrupted;
        }
    }

    @Test
    void aCancelIsHeard() {
        assertThat(isInterruptedAfter(stream -> stream.cancel("enough"), "enough"))
                .isFalse();
    }

    @Test
    void anInterruptOfTheConsumerIsACancelAndNoFailureOfTheConnection() {
        assertThat(isInterruptedAfter(
                        stream -> Thread.currentThread().interrupt(), "the consuming thread was interrupted"))
                .isTrue();
    }

    private static void assertReaderEnds(MessageStream stream) {
        Awaitility.await().until(() -> !stream.reader().isAlive());
    }
}
