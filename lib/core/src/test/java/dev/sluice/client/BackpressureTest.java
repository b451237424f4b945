package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.Script;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A consumer that never reads makes the server wait, and costs no memory that grows. */
@Timeout(60)
class BackpressureTest {
    private static final long GIGABYTE = 1L << 30;

    @Test
    void aConsumerThatNeverReadsMakesTheServerWaitAndTheHeapStaysFlat() {
        String piece = text(0, "x".repeat(1000));
        long before = heap();
        try (var fixture =
                        ClientFixture.with(Script.stream().sse(begin("a")).repeat(piece, GIGABYTE / piece.length()));
                var stream = fixture.stream()) {
            Awaitility.await().until(() -> stream.metrics().events() >= 250);
            // The server is stuck when nothing more is written for a while.
            long[] written = {-1};
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        boolean stuck = written[0] == fixture.peer.bytesWritten();
                        written[0] = fixture.peer.bytesWritten();
                        return stuck;
                    });
            assertThat(written[0]).as("of %s bytes offered", GIGABYTE).isLessThan(16 << 20);
            assertThat(stream.metrics().bytes()).isLessThan(1 << 20);
            assertThat(heap() - before).as("bytes held").isLessThan(8 << 20);
            assertThat(stream.isEnded()).isFalse();
        }
    }

    /** Events of a megabyte: a queue of 256 of them would hold what nobody has. */
    @Test
    void largeEventsAreBoundedByTheirBytes() {
        try (var fixture =
                        ClientFixture.with(Script.stream().sse(begin("a")).repeat(text(0, "x".repeat(1 << 20)), 100));
                var stream = fixture.stream()) {
            Awaitility.await().until(() -> stream.metrics().bytes() >= 4 << 20);
            Awaitility.await().until(() -> stream.reader().getState() == Thread.State.WAITING);
            assertThat(stream.metrics().bytes())
                    .as("read of 100 MB: what the queue holds, and the event that was being read")
                    .isLessThan(7 << 20);
        }
    }

    @Test
    void howManyBytesWaitIsTheCallersToSay() {
        try (var fixture = ClientFixture.with(
                        settings -> settings.queueBytes(10_000),
                        Script.stream()
                                .sse(begin("a"))
                                .repeat(text(0, "x".repeat(4_000)), 100)
                                .stall());
                var stream = fixture.stream()) {
            Awaitility.await().until(() -> stream.metrics().events() >= 4);
            Awaitility.await().until(() -> stream.reader().getState() == Thread.State.WAITING);
            assertThat(stream.metrics().events()).as("of 4,000 bytes each").isLessThan(8);
            int[] left = {100};
            stream.on(Signal.TEXT, (delta, all) -> left[0]--);
            stream.await(Signal.TEXT);
            while (left[0] > 0) {
                stream.await(Signal.TEXT);
            }
            assertThat(stream.snapshot().text()).hasSizeGreaterThan(99 * 4_000);
        }
        assertThatThrownBy(() -> ClientFixture.with(settings -> settings.queueBytes(0), Script.stream()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queueBytes");
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
