package dev.sluice.relay.jetty;

import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.DisconnectSignal;
import dev.sluice.relay.http.HalfOpenDetector;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A response of server-sent events that outlives the handling of its request. It holds no thread. */
final class JettySink implements EventSink {
    /** How much is written at a time, in bytes: a client that takes that much takes something. */
    private static final int PART = 16 * 1024;

    private final Request request;
    private final Response response;
    private final Callback completion;
    private final Duration writeLimit;
    private final HalfOpenDetector halfOpen;
    private final DisconnectSignal notice = new DisconnectSignal();
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Makes a write and the end follow each other. */
    private final ReentrantLock writing = new ReentrantLock();

    private final AtomicLong progress = new AtomicLong();

    // Set once, by open(). Volatile because another thread may end the response, also before they are set: see open().
    private volatile @Nullable DisconnectWatch watch;
    private volatile HalfOpenDetector.@Nullable Watch silence;

    JettySink(Request request, Response response, Callback completion, Duration writeLimit, HalfOpenDetector halfOpen) {
        this.request = request;
        this.response = response;
        this.completion = completion;
        this.writeLimit = writeLimit;
        this.halfOpen = halfOpen;
    }

    /** Sends the headers, and begins to watch. */
    void open() throws IOException {
        request.addIdleTimeoutListener(silence -> false);
        request.addFailureListener(failure -> lost());
        send(BufferUtil.EMPTY_BUFFER);
        watch = DisconnectWatch.begin(request, this::lost).orElse(null);
        EndPoint endPoint = endPoint();
        silence = halfOpen.watch(endPoint.getLocalSocketAddress(), endPoint.getRemoteSocketAddress(), this::lost);
        if (ended.get()) {
            stopWatching();
        }
    }

    @Override
    public void write(List<String> frames) throws IOException {
        byte[] bytes = String.join("", frames).getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += PART) {
            send(ByteBuffer.wrap(bytes, from, Math.min(PART, bytes.length - from)));
        }
    }

    @Override
    public AtomicLong progress() {
        return progress;
    }

    private void send(ByteBuffer bytes) throws IOException {
        writing.lock();
        try {
            if (ended.get()) {
                throw new EOFException("the connection is closed");
            }
            var taken = new Callback.Completable();
            response.write(false, bytes, taken);
            taken.get(writeLimit.toMillis(), TimeUnit.MILLISECONDS);
            progress.incrementAndGet();
        } catch (ExecutionException e) {
            lost();
            throw new IOException("the client is gone", e.getCause());
        } catch (TimeoutException e) {
            abort();
            throw new IOException("the client has taken nothing for " + writeLimit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            abort();
            var interrupted = new InterruptedIOException("interrupted while the client was written to");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void onGone(Runnable gone) {
        notice.take(gone);
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (end()) {
                response.write(true, BufferUtil.EMPTY_BUFFER, completion);
            }
        } finally {
            writing.unlock();
        }
    }

    /** The last chunk is missing then, so the client knows. */
    @Override
    public void abort() {
        if (end()) {
            cut(new IOException("cut by the relay"));
        }
    }

    private void lost() {
        if (end()) {
            cut(new EOFException("the client is gone"));
            // Not on the selector's thread, which has other connections.
            Thread.ofVirtual().name("sluice-gone").start(notice::give);
        }
    }

    private void cut(IOException why) {
        DisconnectWatch.cut(request, why);
        completion.failed(why);
    }

    private boolean end() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        stopWatching();
        return true;
    }

    private void stopWatching() {
        DisconnectWatch watching = watch;
        if (watching != null) {
            watching.stop();
        }
        HalfOpenDetector.Watch detecting = silence;
        if (detecting != null) {
            detecting.stop();
        }
    }

    private EndPoint endPoint() {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }
}
