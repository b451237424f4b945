package dev.sluice.relay.jetty;

import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.GoneNotice;
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
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A response of server-sent events that outlives the handling of its request. It holds no thread. */
final class JettySink implements EventSink {
    private final Request request;
    private final Response response;
    private final Callback completion;
    private final Duration writeLimit;
    private final GoneNotice notice = new GoneNotice();
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Makes a write and the end follow each other. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile @Nullable DisconnectWatch watch;

    JettySink(Request request, Response response, Callback completion, Duration writeLimit) {
        this.request = request;
        this.response = response;
        this.completion = completion;
        this.writeLimit = writeLimit;
    }

    /** Sends the headers, and begins to watch. */
    void open() throws IOException {
        request.addIdleTimeoutListener(silence -> false);
        request.addFailureListener(failure -> lost());
        send(BufferUtil.EMPTY_BUFFER);
        watch = DisconnectWatch.begin(request, this::lost).orElse(null);
    }

    @Override
    public void write(List<String> frames) throws IOException {
        send(ByteBuffer.wrap(String.join("", frames).getBytes(StandardCharsets.UTF_8)));
    }

    private void send(ByteBuffer bytes) throws IOException {
        writing.lock();
        try {
            if (ended.get()) {
                throw new EOFException("the connection is closed");
            }
            var written = new Callback.Completable();
            response.write(false, bytes, written);
            written.get(writeLimit.toMillis(), TimeUnit.MILLISECONDS);
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
        if (DisconnectWatch.isWatchable(request)) {
            request.getConnectionMetaData().getConnection().getEndPoint().close(why);
        }
        completion.failed(why);
    }

    private boolean end() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        DisconnectWatch watching = watch;
        if (watching != null) {
            watching.stop();
        }
        return true;
    }
}
