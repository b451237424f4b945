package dev.sluice.relay;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;

/** A connection that keeps what is written to it, and can be slow, stuck, broken or gone. */
class RecordingSink implements EventSink {
    static {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    final List<List<String>> writes = new CopyOnWriteArrayList<>();
    volatile boolean closed;
    volatile boolean aborted;
    volatile boolean broken;
    volatile boolean inWrite;
    private volatile CountDownLatch open = new CountDownLatch(0);
    private volatile boolean heedsInterrupts = true;
    private volatile Runnable onGone = () -> {};

    /** From now on it takes nothing. */
    RecordingSink block() {
        open = new CountDownLatch(1);
        return this;
    }

    /** From now on it takes nothing, whatever is done to it. */
    RecordingSink blockForEver() {
        heedsInterrupts = false;
        return block();
    }

    void unblock() {
        open.countDown();
    }

    void gone() {
        broken = true;
        onGone.run();
    }

    @Override
    public void write(List<String> frames) throws IOException {
        inWrite = true;
        while (true) {
            try {
                open.await();
                break;
            } catch (InterruptedException e) {
                if (heedsInterrupts) {
                    inWrite = false;
                    throw new IOException("interrupted", e);
                }
            }
        }
        inWrite = false;
        if (broken) {
            throw new IOException("broken pipe");
        }
        writes.add(List.copyOf(frames));
    }

    @Override
    public void onGone(Runnable gone) {
        onGone = gone;
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void abort() {
        aborted = true;
    }

    List<String> frames() {
        return writes.stream().flatMap(List::stream).toList();
    }

    /** The id of the last event in it; 0 if there is none. */
    long lastId() {
        return frames().stream()
                .filter(frame -> Character.isDigit(frame.charAt(0)))
                .mapToLong(frame -> Long.parseLong(frame.substring(0, frame.indexOf(' '))))
                .max()
                .orElse(0);
    }

    /** Waits until it has been written to so often, and says what was written in all. */
    List<List<String>> awaitWrites(int count) {
        await().until(() -> writes.size() >= count);
        return writes;
    }

    RecordingSink awaitEnd() {
        await().until(() -> closed || aborted);
        return this;
    }
}
