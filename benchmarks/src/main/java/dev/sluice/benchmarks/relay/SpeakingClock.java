package dev.sluice.benchmarks.relay;

import dev.sluice.benchmarks.wire.Stamp;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.relay.RunSource;
import dev.sluice.tools.RunEvent;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A run whose words are the times at which they were said. It goes on until it is cancelled. */
final class SpeakingClock implements RunSource {
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final int perSecond;

    SpeakingClock(int perSecond) {
        this.perSecond = perSecond;
    }

    @Override
    public Iterator<RunEvent> iterator() {
        return new Iterator<>() {
            private final long began = System.nanoTime();
            private long said = -1;

            @Override
            public boolean hasNext() {
                return said < 1 || !isCancelled(perSecond == 0 ? Long.MAX_VALUE : dueIn());
            }

            private long dueIn() {
                return began + (said + 1) * (1_000_000_000 / perSecond) - System.nanoTime();
            }

            @Override
            public RunEvent next() {
                return ++said == 0
                        ? new RunEvent.MessageStart(Message.EMPTY)
                        : new RunEvent.MessageDelta(
                                new ContentBlockDelta(0, new TextDelta(Stamp.now() + " is the time")));
            }
        };
    }

    private boolean isCancelled(long within) {
        try {
            return cancelled.await(within, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void cancel(String reason) {
        cancelled.countDown();
    }

    @Override
    public void close() {
        cancelled.countDown();
    }
}
