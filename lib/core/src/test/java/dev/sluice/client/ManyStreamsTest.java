package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.StreamEvent;
import dev.sluice.test.peer.Script;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many streams leave nothing behind: no thread, no connection, no memory, and no carrier thread pinned. */
class ManyStreamsTest {
    private static final Script ANSWER = Script.stream(answer("Rivers ", "run."));

    @Test
    @Timeout(120)
    void twoThousandOneAfterAnother() throws Exception {
        oneAfterAnother(2_000);
    }

    @Test
    @Timeout(120)
    void fiveHundredAtOnce() throws Exception {
        atOnce(500);
    }

    @Test
    @Tag("soak")
    @Timeout(900)
    void aHundredThousandOneAfterAnother() throws Exception {
        oneAfterAnother(100_000);
    }

    @Test
    @Tag("soak")
    @Timeout(300)
    void fiveThousandAtOnce() throws Exception {
        atOnce(5_000);
    }

    private static void oneAfterAnother(int count) throws Exception {
        try (var fixture = ClientFixture.with(ANSWER)) {
            try (var once =
                    new Pinned()) { // what is loaded and pooled once, the flight recorder's as well, is there now
                run(fixture, 500);
            }
            int threads = platformThreads();
            fixture.peer.forgetRequests();
            long heap = heap();
            var pinned = new Pinned();
            try (pinned) {
                run(fixture, count);
            }
            assertThat(pinned.events).isEmpty();
            assertNothingRuns(fixture);
            fixture.peer.forgetRequests();
            // 2,000 streams that something holds take 12 MB.
            assertThat(heap() - heap).as("heap held").isLessThan(8 << 20);
            assertThat(platformThreads()).isLessThanOrEqualTo(threads + 4);
        }
    }

    private static void run(ClientFixture fixture, int count) {
        for (int i = 0; i < count; i++) {
            try (var stream = fixture.stream()) {
                switch (i % 4) { // the ways people leave a stream
                    case 0 -> assertThat(stream.finalText()).isEqualTo("Rivers run.");
                    case 1 -> assertThat(stream.text()).hasSize(2);
                    case 2 -> stream.iterator().next();
                    default -> stream.cancel("not needed");
                }
            }
        }
    }

    private static void atOnce(int count) throws Exception {
        var all = new CountDownLatch(count);
        Script together = Script.stream()
                .reach(all)
                .gate(all)
                .sse(answer("Rivers ", "run."))
                .end();
        try (var fixture = ClientFixture.with(together)) {
            int threads = platformThreads();
            var whole = new AtomicInteger();
            List<Thread> consumers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                consumers.add(Thread.ofVirtual().start(() -> {
                    try (var stream = fixture.stream()) {
                        int events = 0;
                        for (StreamEvent event : stream) {
                            events++;
                        }
                        whole.addAndGet(events == 7 ? 1 : 0);
                    }
                }));
            }
            for (Thread consumer : consumers) {
                assertThat(consumer.join(Duration.ofSeconds(60))).isTrue();
            }
            assertThat(whole).as("streams with all their events").hasValue(count);
            assertThat(platformThreads()).as("no thread for each stream").isLessThanOrEqualTo(threads + 64);
            assertNothingRuns(fixture);
            fixture.client.close();
            fixture.peer.awaitGone(Duration.ofSeconds(10));
        }
    }

    private static void assertNothingRuns(ClientFixture fixture) {
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> fixture.client.running() == 0);
    }

    private static int platformThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long heap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Collects the moments at which a virtual thread held its carrier. */
    private static final class Pinned implements AutoCloseable {
        private final RecordingStream recording = new RecordingStream();
        final List<RecordedEvent> events = new ArrayList<>();

        Pinned() {
            recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
            recording.setReuse(false);
            recording.onEvent("jdk.VirtualThreadPinned", event -> {
                if (!isTheJdksInterruptLock(event) && !isTheRecordersOwn(event)) {
                    events.add(event);
                }
            });
            recording.startAsync();
        }

        /** A virtual thread that clears its interrupt while another one sets it waits for that one's store, in the JDK. */
        private static boolean isTheJdksInterruptLock(RecordedEvent event) {
            return event.getStackTrace() != null
                    && event.getStackTrace().getFrames().stream()
                            .limit(2)
                            .anyMatch(frame ->
                                    frame.getMethod().getType().getName().equals("java.lang.VirtualThread")
                                            && frame.getMethod().getName().contains("Interrupt"));
        }

        /** Who writes an event waits for who writes another's words, in the flight recorder and only while it records. */
        private static boolean isTheRecordersOwn(RecordedEvent event) {
            return event.getStackTrace() != null
                    && event.getStackTrace()
                            .getFrames()
                            .getFirst()
                            .getMethod()
                            .getType()
                            .getName()
                            .startsWith("jdk.jfr.internal.");
        }

        @Override
        public void close() {
            recording.stop();
            recording.close();
        }
    }
}
