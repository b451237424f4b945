package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class WatchedInputTest {
    private final FakeTime time = new FakeTime();
    private final long start = time.nanos();
    private final List<Duration> arrivals = new ArrayList<>();

    /** A server that is always ahead: there is no wait, so that none is announced. */
    private static final class Ahead extends InputStream implements AnnouncesWaits {
        @Override
        public void onWait(Runnable announcement) {}

        @Override
        public int read() {
            return 'x';
        }

        @Override
        public int available() {
            return Integer.MAX_VALUE;
        }
    }

    private WatchedInput watched(InputStream body) {
        return new WatchedInput(
                body,
                new EventQueue<>(1),
                new Deadlines(time, Timeouts.none(), timeout -> {}),
                (count, now) -> arrivals.add(Duration.ofNanos(now - start)),
                0);
    }

    private void pass(int seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void muchThatIsThereArrivesWhenItIsRead() throws IOException {
        WatchedInput input = watched(new Ahead());
        for (int i = 0; i < 3; i++) {
            pass(1);
            input.readNBytes(1024);
        }
        assertThat(arrivals).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3));
    }

    /** A reader that was away asks first what is there; of the few bytes that follow, none is worth a look at the clock. */
    @Test
    void littleThatIsThereArrivesWhenItWasAskedFor() throws IOException {
        WatchedInput input = watched(new Ahead());
        for (int i = 0; i < 2; i++) {
            pass(1);
            assertThat(input.available()).isPositive();
            pass(1);
            input.readNBytes(100);
            input.readNBytes(100);
        }
        assertThat(arrivals)
                .containsExactly(
                        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(3));
    }
}
