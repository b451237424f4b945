package dev.sluice.transport;

import dev.sluice.internal.ConnectFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that the JDK's client pushes, to be pulled by one thread. Bytes that came before a failure are read before
 * the failure is thrown. The JDK's own stream drops them when the connection breaks, and with them the last words of a
 * cut answer.
 *
 * <p>Holds one batch ahead, which is what the client reads at once, 16 KB, or eight batches of a long body. Then the
 * client stops reading its socket. Any thread may close.
 */
final class JdkBody extends InputStream implements BodySubscriber<JdkBody> {
    /** After so many batches it is a long body, of which more may be fetched than is known to be wanted. */
    private static final int LONG = 4;

    /** So many ahead that reader and client seldom wait for each other. */
    private static final int AHEAD = 8;

    private final ReentrantLock lock = new ReentrantLock(); // passes batches from the client to the reader
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private Flow.@Nullable Subscription subscription;
    private final Queue<List<ByteBuffer>> next = new ArrayDeque<>(1);
    private @Nullable Throwable failure;
    private boolean complete;

    private volatile boolean closed; // written under lock

    // the reader's own
    private Iterator<ByteBuffer> batch = Collections.emptyIterator();
    private int batches;
    private ByteBuffer current = ByteBuffer.allocate(0);

    @Override
    public int read() throws IOException {
        return fill() ? current.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, current.remaining());
        current.get(target, offset, count);
        return count;
    }

    /** The count of bytes that can be read without waiting, or a part of it; 0 only if there are none. */
    @Override
    public int available() {
        if (closed) {
            return 0;
        }
        while (!current.hasRemaining() && batch.hasNext()) {
            current = batch.next();
        }
        if (current.hasRemaining()) {
            return current.remaining();
        }
        lock.lock();
        try {
            List<ByteBuffer> first = next.peek();
            return first == null
                    ? 0
                    : first.stream().mapToInt(ByteBuffer::remaining).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a byte; false at the end. */
    private boolean fill() throws IOException {
        if (closed) {
            throw new IOException("The response was closed");
        }
        while (!current.hasRemaining()) {
            if (batch.hasNext()) {
                current = batch.next();
            } else {
                List<ByteBuffer> taken = take();
                if (taken == null) {
                    return false;
                }
                batch = taken.iterator();
            }
        }
        return true;
    }

    /** The next batch, or null at the end. */
    private @Nullable List<ByteBuffer> take() throws IOException {
        List<ByteBuffer> taken;
        Flow.Subscription more;
        try {
            lock.lockInterruptibly(); // so that an interrupt is noticed even if the server never pauses
            try {
                while (next.isEmpty() && failure == null && !complete && !closed) {
                    changed.await();
                }
                taken = taken();
                more = subscription;
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            var interrupted = new InterruptedIOException("Interrupted while reading the response");
            interrupted.initCause(e);
            throw interrupted;
        }
        if (more != null) {
            more.request(++batches == LONG ? AHEAD : 1); // not under the lock: it runs the client's code
        }
        return taken;
    }

    private @Nullable List<ByteBuffer> taken() throws IOException {
        if (closed) {
            throw new IOException("The response was closed");
        }
        List<ByteBuffer> taken = next.poll();
        if (taken == null && failure != null) {
            throw new IOException("The response broke off: " + ConnectFailures.reason(failure), failure);
        }
        return taken;
    }

    /** Gives the connection up if there is more to come. Does not wait, and a thread that reads gets an exception. */
    @Override
    public void close() {
        Flow.Subscription abandoned;
        lock.lock();
        try {
            closed = true;
            abandoned = subscription;
            subscription = null;
            next.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (abandoned != null) {
            abandoned.cancel();
        }
    }

    @Override
    public CompletionStage<JdkBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription body) {
        lock.lock();
        try {
            subscription = closed ? null : body;
        } finally {
            lock.unlock();
        }
        if (closed) {
            body.cancel();
        } else {
            body.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> arrived) {
        lock.lock();
        try {
            if (!closed) {
                next.add(arrived);
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void onError(Throwable broken) {
        end(broken);
    }

    @Override
    public void onComplete() {
        end(null);
    }

    private void end(@Nullable Throwable broken) {
        lock.lock();
        try {
            if (!complete && failure == null) {
                failure = broken;
                complete = broken == null;
                subscription = null;
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }
}
