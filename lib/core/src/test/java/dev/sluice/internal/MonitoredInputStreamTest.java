package dev.sluice.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.StreamException;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MonitoredInputStreamTest {
    private final FakeTime time = new FakeTime();
    private final long start = time.nanos();
    private final List<Duration> arrivals = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private int available;

    private final Deadlines deadlines =
            new Deadlines(time, Timeouts.none().with(Phase.IDLE, Duration.ofSeconds(9)), timeout -> {});

    /** A server that sends a byte each second, unless some are there. */
    private final InputStream server = new InputStream() {
        @Override
        public int read() {
            throw new AssertionError("one byte after the other");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            steps.add("read");
            if (available == 0) {
                time.advance(Duration.ofSeconds(1));
                return 1;
            }
            int count = Math.min(length, available);
            available -= count;
            return count;
        }

        @Override
        public int available() {
            return available;
        }
    };

    private MonitoredInputStream monitored(InputStream body, long maxBytes) {
        return new MonitoredInputStream(
                body,
                () -> steps.add("before blocking"),
                deadlines,
                (count, now) -> arrivals.add(Duration.ofNanos(now - start)),
                maxBytes);
    }

    @Test
    void beforeAReadThatMayBlockTheReaderIsToldAndBeforeNoOther() throws IOException {
        available = 5;
        var input = monitored(server, 0);
        byte[] buffer = new byte[3];
        assertThat(input.read(buffer)).isEqualTo(3);
        assertThat(input.read(buffer)).isEqualTo(2);
        assertThat(input.read(buffer)).isOne();
        assertThat(steps).containsExactly("read", "read", "before blocking", "read");
    }

    @Test
    void bytesArriveWhenTheirReadIsOver() throws IOException {
        var input = monitored(server, 0);
        byte[] buffer = new byte[3];
        for (int i = 0; i < 3; i++) {
            assertThat(input.read(buffer)).isOne();
        }
        available = 2;
        assertThat(input.read(buffer)).isEqualTo(2);
        assertThat(arrivals)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(3));
    }

    @Test
    void whatFitsIntoTheLimitIsHandedOnFirst() throws IOException {
        var input = monitored(new ByteArrayInputStream(new byte[10]), 7);
        assertThat(input.read(new byte[10])).isEqualTo(7);
        assertThatThrownBy(() -> input.read(new byte[10])).isInstanceOf(StreamException.LimitExceeded.class);
    }
}
