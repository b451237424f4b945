package dev.sluice.relay.jdk;

import dev.sluice.TimeSource;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.DisconnectSignal;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A response of server-sent events. The request's thread waits for its end, because the server cuts a connection only when
 * that thread throws.
 */
final class JdkSink implements EventSink {
    /** How much is written at a time, in bytes: a client that takes that much takes something. */
    private static final int PART = 16 * 1024;

    private final OutputStream out;
    private final Duration writeLimit;
    private final TimeSource time;
    private final DisconnectSignal notice = new DisconnectSignal();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final AtomicLong progress = new AtomicLong();

    /** Makes a write and the end follow each other. */
    private final ReentrantLock writing = new ReentrantLock();

    JdkSink(OutputStream out, Duration writeLimit, TimeSource time) {
        this.out = out;
        this.writeLimit = writeLimit;
        this.time = time;
    }

    @Override
    public void write(List<String> frames) throws IOException {
        byte[] bytes = String.join("", frames).getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += PART) {
            write(bytes, from, Math.min(PART, bytes.length - from));
        }
    }

    private void write(byte[] bytes, int from, int length) throws IOException {
        writing.lock();
        TimeSource.Scheduled limit = time.schedule(writeLimit, this::abort);
        try {
            if (end.isDone()) {
                throw new EOFException("the connection is closed");
            }
            out.write(bytes, from, length);
            out.flush();
            progress.incrementAndGet();
        } catch (IOException e) {
            lost();
            throw e;
        } finally {
            limit.cancel();
            writing.unlock();
        }
    }

    @Override
    public AtomicLong progress() {
        return progress;
    }

    @Override
    public void onGone(Runnable gone) {
        notice.take(gone);
    }

    @Override
    public void close() {
        writing.lock();
        try {
            end.complete(null);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void abort() {
        end.completeExceptionally(new IOException("cut by the relay"));
    }

    /** The client is gone. */
    void lost() {
        notice.give();
        abort();
    }

    /** Waits until the stream has ended. Throws if it was cut. */
    void await() throws IOException, InterruptedException {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw new IOException("the response was cut", e.getCause());
        }
    }
}
