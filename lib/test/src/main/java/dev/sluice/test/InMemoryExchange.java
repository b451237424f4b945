package dev.sluice.test;

import dev.sluice.internal.ResponseHeads;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptOutput;
import dev.sluice.transport.HttpTransport.NoResponseException;
import dev.sluice.transport.TransportResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One exchange without a socket: a script writes it on a thread of its own, and the caller reads. */
final class InMemoryExchange implements ScriptOutput {
    /** How much the script is ahead of the reader at most, but for its last piece. */
    private static final int AHEAD = 64 << 10;

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final ReentrantLock lock = new ReentrantLock(); // guards what follows, never held while anything else waits
    private final Condition changed = lock.newCondition();
    private final Queue<byte[]> pieces = new ArrayDeque<>();
    private int ahead;
    private @Nullable TransportResponse head;
    private long left = Long.MAX_VALUE; // of a body that has a length
    private boolean endsWithConnection;
    private boolean ended;
    private @Nullable IOException failure;
    private volatile boolean abandoned; // written under lock

    private final Consumer<InMemoryExchange> over;
    private final Thread thread;

    /**
     * An exchange that is to be started.
     *
     * @param over called once it was read to its end or given up
     */
    InMemoryExchange(Script script, Consumer<InMemoryExchange> over) {
        this.over = over;
        this.thread = Thread.ofVirtual()
                .name("sluice-in-memory-" + NUMBERS.incrementAndGet())
                .unstarted(() -> run(script));
    }

    /** Runs the script up to its head. */
    TransportResponse start() throws IOException, InterruptedException {
        thread.start();
        try {
            lock.lockInterruptibly();
            try {
                while (head == null && failure == null && !abandoned) {
                    changed.await();
                }
                if (head == null) {
                    throw failure != null ? failure : new IOException("The transport was closed");
                }
                return head;
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException | IOException e) {
            abandon();
            throw e;
        }
    }

    /** Ends it from the client's side, in each of its states. */
    void abandon() {
        lock.lock();
        try {
            abandoned = true;
            pieces.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        over.accept(this);
    }

    private void run(Script script) {
        try {
            script.run(this);
        } catch (InterruptedException clientGone) {
            // who reads has left
        } catch (IOException e) {
            fail(e); // no one hears it if the reason is that who reads has left
        } catch (RuntimeException e) {
            fail(new IOException("The script failed: " + e, e));
        }
    }

    @Override
    public void head(int status, String... headers) throws IOException {
        Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < headers.length; i += 2) {
            all.computeIfAbsent(headers[i], name -> new ArrayList<>()).add(headers[i + 1]);
        }
        ResponseHeads.check(all);
        lock.lock();
        try {
            endsWithConnection = all.getOrDefault("connection", List.of()).contains("close");
            if (all.containsKey("content-length")) {
                left = Long.parseLong(all.get("content-length").getFirst().strip());
                ended = left == 0;
            }
            head = new TransportResponse(status, all, new Body());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void body(byte[] bytes) throws IOException {
        lock.lock();
        try {
            while (ahead >= AHEAD && !abandoned) {
                changed.awaitUninterruptibly();
            }
            if (abandoned) {
                throw new IOException("The client has gone");
            }
            if (bytes.length > 0 && !ended) {
                pieces.add(bytes);
                ahead += bytes.length;
                left -= bytes.length;
                ended = left <= 0;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void raw(byte[] bytes) {
        fail(new IOException("The script sends raw bytes, which are no HTTP without a socket: use a ScriptedPeer"));
    }

    @Override
    public void end() {
        end(true, null);
    }

    @Override
    public void pause(Duration time) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long nanos = time.toNanos(); nanos > 0 && !abandoned; ) {
                nanos = changed.awaitNanos(nanos);
            }
            if (abandoned) {
                throw new IOException("The client has gone");
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void stall() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!abandoned) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void halfClose() {
        close();
    }

    @Override
    public void reset() {
        fail(new IOException("Connection reset by the script"));
    }

    @Override
    public void close() {
        end(endsWithConnection, new EOFException("The script closed the connection before the end of the body"));
    }

    private void fail(IOException e) {
        end(false, e);
    }

    /** The first end counts. */
    private void end(boolean whole, @Nullable IOException broken) {
        lock.lock();
        try {
            if (!ended && failure == null) {
                ended = whole && head != null;
                if (!ended) {
                    failure = failure(broken == null ? new IOException("The script has no head") : broken);
                }
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Without a head it is that of a connection that never answered, unless it is about the head. */
    private IOException failure(IOException broken) {
        return head != null || broken instanceof ProtocolException
                ? broken
                : new NoResponseException(String.valueOf(broken.getMessage()), broken);
    }

    /** The body, for one reader; any thread may close it. */
    private final class Body extends InputStream {
        private byte[] piece = {};
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == piece.length || abandoned) {
                byte[] next = take();
                if (next == null) {
                    over.accept(InMemoryExchange.this);
                    return -1;
                }
                piece = next;
                at = 0;
            }
            int count = Math.min(length, piece.length - at);
            System.arraycopy(piece, at, target, offset, count);
            at += count;
            return count;
        }

        /** The next piece, or null at the end. */
        private byte @Nullable [] take() throws IOException {
            try {
                lock.lockInterruptibly();
                try {
                    while (pieces.isEmpty() && !ended && failure == null && !abandoned) {
                        changed.await();
                    }
                    if (abandoned) {
                        throw new IOException("The response was closed");
                    }
                    byte[] next = pieces.poll();
                    if (next != null) {
                        ahead -= next.length;
                        changed.signalAll();
                    } else if (failure != null) {
                        throw new IOException("The response broke off: " + failure.getMessage(), failure);
                    }
                    return next;
                } finally {
                    lock.unlock();
                }
            } catch (InterruptedException e) {
                abandon();
                Thread.currentThread().interrupt();
                var interrupted = new InterruptedIOException("Interrupted while reading the response");
                interrupted.initCause(e);
                throw interrupted;
            }
        }

        @Override
        public int available() {
            if (at < piece.length && !abandoned) {
                return piece.length - at;
            }
            lock.lock();
            try {
                byte[] next = abandoned ? null : pieces.peek();
                return next == null ? 0 : next.length;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            abandon();
        }
    }
}
