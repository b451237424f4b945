package dev.sluice.stream;

import static dev.sluice.peer.ClaudeWire.begin;
import static dev.sluice.peer.ClaudeWire.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.peer.Script;
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
        try (var talk = Talk.with(Script.stream().sse(begin("a")).repeat(piece, GIGABYTE / piece.length()));
                var stream = talk.stream()) {
            Awaitility.await().until(() -> stream.metrics().events() >= 250);
            // The server is stuck when nothing more is written for a while.
            long[] written = {-1};
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        boolean stuck = written[0] == talk.peer.bytesWritten();
                        written[0] = talk.peer.bytesWritten();
                        return stuck;
                    });
            assertThat(written[0]).as("of %s bytes offered", GIGABYTE).isLessThan(16 << 20);
            assertThat(stream.metrics().bytes()).isLessThan(1 << 20);
            assertThat(heap() - before).as("bytes held").isLessThan(8 << 20);
            assertThat(stream.isEnded()).isFalse();
        }
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
