package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** There may be thousands of watchers who wait for a word, so each must be small. */
class IdleWatcherTest {
    private static final int WATCHERS = 20_000;

    /** Its connection is the server's; here all share one that counts. */
    private static final class CountingSink implements EventSink {
        final AtomicInteger frames = new AtomicInteger();

        @Override
        public void write(List<String> written) {
            frames.addAndGet(written.size());
        }

        @Override
        public void onGone(Runnable gone) {}

        @Override
        public void close() {}

        @Override
        public void abort() {}
    }

    @Test
    void anIdleWatcherThatHasHadSomethingTakesAboutAKilobyte() {
        try (var fixture = new RelayFixture()) {
            var sink = new CountingSink();
            var runs = new ScriptedRun[WATCHERS / 1_000];
            long before = used();
            for (int i = 0; i < runs.length; i++) {
                runs[i] = new ScriptedRun();
                String id = fixture.relay.start(new Session("s" + i), runs[i]);
                for (int j = 0; j < 1_000; j++) {
                    fixture.relay.attach(new Session("s" + i), id, 0, PlainFormat.PLAIN, sink);
                }
            }
            for (ScriptedRun run : runs) {
                run.say(ScriptedRun.progress("a"));
            }
            await().until(() -> sink.frames.get() == WATCHERS);
            fixture.delays.clear();
            await().untilAsserted(() -> assertThat((used() - before) / WATCHERS).isLessThan(1_300));
            assertThat(fixture.relay.watching()).isEqualTo(WATCHERS);
        }
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
