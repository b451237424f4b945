package dev.sluice.relay.servlet;

import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.DisconnectSignal;
import dev.sluice.relay.http.HalfOpenDetector;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A response of server-sent events that outlives the handling of its request. It holds no thread: the container is written to
 * without blocking, and reports when it takes more.
 *
 * <p>Until the request's thread is given back that thread alone may write, and it blocks: the container reports nothing before.
 */
final class ServletSink implements EventSink, WriteListener, AsyncListener {
    /** The sink of a request, in its attributes. */
    private static final String NAME = ServletSink.class.getName();

    /** How much is written at a time, in bytes: a client that takes that much takes something. */
    private static final int PART = 16 * 1024;

    private final AsyncContext async;
    private final ServletOutputStream out;
    private final Duration writeLimit;
    private final DisconnectSignal notice = new DisconnectSignal();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong progress = new AtomicLong();
    private final Semaphore possible = new Semaphore(0);

    /** Makes a write and the end follow each other. Held while the client takes nothing. */
    private final ReentrantLock writing = new ReentrantLock();

    /** Held while the container is called, which is not safe for use by several threads. It never blocks then. */
    private final ReentrantLock container = new ReentrantLock();

    private @Nullable Thread requestThread = Thread.currentThread(); // guarded by container
    private boolean finished; // guarded by container
    private volatile boolean cut;
    private volatile HalfOpenDetector.@Nullable Watch silence;

    private ServletSink(AsyncContext async, ServletOutputStream out, Duration writeLimit) {
        this.async = async;
        this.out = out;
        this.writeLimit = writeLimit;
    }

    /** Sends the headers, and makes the request one that goes on when its thread is given back. */
    static ServletSink open(
            HttpServletRequest request, HttpServletResponse response, Duration writeLimit, HalfOpenDetector halfOpen)
            throws IOException {
        ServletOutputStream out = response.getOutputStream();
        response.flushBuffer(); // which may fail, and nobody would end the request if it were asynchronous already
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(0); // the relay has limits of its own
        var sink = new ServletSink(async, out, writeLimit);
        async.addListener(sink);
        request.setAttribute(NAME, sink);
        sink.silence = halfOpen.watch(PeerAddress.local(request), PeerAddress.remote(request), sink::vanished);
        if (sink.ended.get()) {
            sink.stopWatching();
        }
        return sink;
    }

    /** Fails a request that was dispatched again only to be cut. The container then closes the connection. */
    static void throwIfCut(HttpServletRequest request) throws IOException {
        if (request.getAttribute(NAME) instanceof ServletSink sink && sink.cut) {
            throw new CutException();
        }
    }

    /** Gives the request's thread back: from now on the relay's threads write. */
    void release() {
        container.lock();
        try {
            requestThread = null;
            if (!ended.get()) {
                out.setWriteListener(this);
            }
        } finally {
            container.unlock();
        }
        possible.release();
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
        try {
            call(() -> out.write(bytes, from, length));
            call(out::flush);
            call(() -> {}); // until it is written
            progress.incrementAndGet();
        } finally {
            writing.unlock();
        }
    }

    /** Something of the container's that may fail. */
    private interface Call {
        void run() throws IOException;
    }

    /** Waits until the container takes something, then calls it. */
    private void call(Call step) throws IOException {
        while (!tryCall(step)) {
            boolean told;
            try {
                told = possible.tryAcquire(writeLimit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                abort();
                var interrupted = new InterruptedIOException("interrupted while the client was written to");
                interrupted.initCause(e);
                throw interrupted;
            }
            if (!told) {
                abort();
                throw new IOException("the client has taken nothing for " + writeLimit.toMillis() + " ms");
            }
        }
    }

    private boolean tryCall(Call step) throws IOException {
        container.lock();
        try {
            if (ended.get()) {
                throw new EOFException("the connection is closed");
            }
            boolean ready = requestThread == null ? out.isReady() : requestThread.equals(Thread.currentThread());
            if (ready) {
                step.run();
            }
            return ready;
        } catch (IOException e) {
            lost();
            throw e;
        } finally {
            container.unlock();
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
            if (end()) {
                finish(async::complete);
            }
        } finally {
            writing.unlock();
        }
    }

    /** The last chunk is missing then, so the client knows. */
    @Override
    public void abort() {
        if (end()) {
            cut();
        }
    }

    /** The kernel says that the client acknowledges nothing. */
    private void vanished() {
        if (end()) {
            cut();
            notice.give();
        }
    }

    /** The container says that the client is gone, in one of several ways. Not each container ends the request after each. */
    private void lost() {
        if (end()) {
            finish(async::complete);
            Thread.ofVirtual().name("sluice-gone").start(notice::give);
        }
    }

    /** The servlet API has nothing to cut a connection with but a failure of the servlet. */
    private void cut() {
        cut = true;
        finish(async::dispatch);
    }

    private boolean end() {
        if (!ended.compareAndSet(false, true)) {
            return false;
        }
        stopWatching();
        possible.release();
        return true;
    }

    private void stopWatching() {
        HalfOpenDetector.Watch watching = silence;
        if (watching != null) {
            watching.stop();
        }
    }

    private void finish(Runnable last) {
        container.lock();
        try {
            if (!finished) {
                finished = true;
                last.run();
            }
        } catch (IllegalStateException e) { // NOPMD the container has finished it meanwhile
        } finally {
            container.unlock();
        }
    }

    @Override
    public void onWritePossible() {
        possible.release();
    }

    @Override
    public void onError(Throwable failure) {
        lost();
    }

    @Override
    public void onError(AsyncEvent event) {
        lost();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        lost();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        lost();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
