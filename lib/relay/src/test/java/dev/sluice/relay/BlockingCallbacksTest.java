package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static dev.sluice.relay.RelayFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.tools.RunEvent;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The application's code never runs on the timer: while it blocks, the limits of other runs and watchers are kept. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BlockingCallbacksTest {
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch entered = new CountDownLatch(1);
    private final AtomicReference<Thread> caller = new AtomicReference<>();

    @AfterEach
    void release() {
        release.countDown();
    }

    /** Where the test moves its clock it stands for the timer: what blocks there, blocks the test. */
    private void block() {
        caller.set(Thread.currentThread());
        entered.countDown();
        boolean interrupted = false;
        while (true) {
            try {
                release.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertBlocksElsewhere() throws InterruptedException {
        entered.await();
        assertThat(caller.get().isVirtual()).isTrue();
    }

    private static RunSource blocking(ScriptedRun run, Runnable block) {
        return new RunSource() {
            @Override
            public Iterator<RunEvent> iterator() {
                return run.iterator();
            }

            @Override
            public void cancel(String reason) {
                block.run();
            }

            @Override
            public void close() {
                run.close();
            }
        };
    }

    @Test
    void aRunsLimitFiresWhileAnothersCancelBlocks() throws InterruptedException {
        try (var fixture = new RelayFixture(builder -> builder.totalTimeout(Duration.ofSeconds(2)))) {
            fixture.start(blocking(new ScriptedRun(), this::block));
            var other = new ScriptedRun();
            fixture.relay.start(BOB, other);
            fixture.seconds(2);
            await().until(() -> other.cancels.size() == 1);
            assertBlocksElsewhere();
            fixture.seconds(2);
            await().until(() -> fixture.relay.running() == 0);
        }
    }

    @Test
    void whoCancelsDoesNotWaitForTheRun() throws InterruptedException {
        try (var fixture = new RelayFixture()) {
            String id = fixture.start(blocking(new ScriptedRun(), this::block));
            fixture.relay.cancel(ALICE, id, "the user");
            assertBlocksElsewhere();
            fixture.relay.shutdown(Duration.ofMillis(1));
            fixture.seconds(2);
            await().until(() -> fixture.relay.running() == 0);
        }
    }

    @Test
    void aRunsLimitFiresWhileASinksAbortBlocks() throws InterruptedException {
        var sink = new RecordingSink() {
            @Override
            public void abort() {
                BlockingCallbacksTest.this.block();
            }
        };
        assertLimitFiresWhileAReaderIsCut(sink, new RelayListener() {});
    }

    @Test
    void aRunsLimitFiresWhileAListenersLeftBlocks() throws InterruptedException {
        assertLimitFiresWhileAReaderIsCut(new RecordingSink(), new RelayListener() {
            @Override
            public void left(Departure why) {
                block();
            }
        });
    }

    private void assertLimitFiresWhileAReaderIsCut(RecordingSink sink, RelayListener listener)
            throws InterruptedException {
        try (var fixture =
                new RelayFixture(builder -> builder.listener(listener).totalTimeout(Duration.ofSeconds(40)))) {
            sink.blockForEver();
            var run = new ScriptedRun();
            fixture.watch(fixture.start(run), 0, sink);
            run.say(ScriptedRun.progress("stuck"));
            await().until(() -> sink.inWrite);
            fixture.seconds(30);
            assertBlocksElsewhere();
            fixture.seconds(11);
            await().until(() -> run.cancels.size() == 1);
            sink.unblock();
            release.countDown();
        }
    }

    @Test
    void aShutdownDoesNotWaitForASinkThatCannotBeCut() throws InterruptedException {
        var sink = new RecordingSink() {
            @Override
            public void abort() {
                BlockingCallbacksTest.this.block();
            }
        };
        try (var fixture = new RelayFixture()) {
            sink.blockForEver();
            var run = new ScriptedRun();
            fixture.watch(fixture.start(run), 0, sink);
            run.say(ScriptedRun.progress("stuck"));
            await().until(() -> sink.inWrite);
            fixture.relay.shutdown(Duration.ofMillis(1));
            assertBlocksElsewhere();
            sink.unblock();
        }
    }

    /** It is called where the run's events are written, which everybody else waits for. */
    @Test
    void aRunGoesOnWhileAListenersPausedBlocks() throws InterruptedException {
        var listener = new RelayListener() {
            @Override
            public void paused() {
                block();
            }
        };
        try (var fixture =
                new RelayFixture(builder -> builder.listener(listener).watcherBuffer(1_000))) {
            var behind = new RecordingSink().block();
            var run = new ScriptedRun();
            String id = fixture.start(run);
            fixture.watch(id, 0, behind);
            var other = fixture.watch(id);
            run.say(ScriptedRun.progress("first"));
            await().until(() -> behind.inWrite);
            run.say(ScriptedRun.progress("x".repeat(2_000)));
            entered.await();
            run.say(ScriptedRun.progress("last"));
            await().until(() -> other.lastId() == 3);
            fixture.relay.cancel(ALICE, id, "the user");
            fixture.seconds(2);
            await().until(() -> fixture.relay.running() == 0);
            behind.unblock();
        }
    }
}
