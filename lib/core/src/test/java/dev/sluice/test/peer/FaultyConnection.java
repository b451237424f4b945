package dev.sluice.test.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** One connection of a {@link FaultProxy}: to the client, and to the server if it comes to that. */
final class FaultyConnection {
    private static final int BLOCK = 4 << 10;
    private static final int TRICKLED = 150;

    final int number;
    private final FaultPlan plan;
    private final Socket client;
    private final Socket server = new Socket();
    private final LongAdder done;
    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile int sent;

    // Owned by the thread that acts: the one from the client if nothing is carried, else the one to it.
    private boolean met;
    private int recent; // the last four bytes

    FaultyConnection(int number, FaultPlan plan, Socket client, LongAdder done) {
        this.number = number;
        this.plan = plan;
        this.client = client;
        this.done = done;
    }

    /** Whether it lives at all. */
    boolean isLet() throws IOException {
        switch (plan.fault()) {
            case HEALTHY -> met();
            case CLOSE_AT_ONCE -> {
                met();
                return false;
            }
            case RESET_AT_ONCE -> {
                met();
                reset();
                return false;
            }
            default -> {}
        }
        return true;
    }

    void connect(int port) throws IOException {
        client.setTcpNoDelay(true);
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        server.setTcpNoDelay(true);
        server.setSoLinger(true, 0); // thousands of connections a minute: none may wait in the kernel
    }

    /** Carries what the client says until it has gone, or the connection is closed. */
    void up() throws IOException {
        try {
            InputStream in = client.getInputStream();
            byte[] block = new byte[BLOCK];
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                if (plan.fault() != Fault.DROP_REQUESTS) {
                    server.getOutputStream().write(block, 0, count);
                } else {
                    met();
                }
            }
        } finally {
            close();
        }
    }

    /** Carries what the server says, in the way of the plan. */
    void down() throws IOException, InterruptedException {
        try {
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] block = new byte[BLOCK];
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                int before = Math.clamp(plan.at() - sent, 0, count);
                write(out, block, 0, before);
                if (before < count) {
                    at(out, block, before, count - before);
                }
            }
        } finally {
            close();
        }
    }

    /** What happens from the planned byte on. */
    private void at(OutputStream out, byte[] block, int from, int count) throws IOException, InterruptedException {
        switch (plan.fault()) {
            case RESET_BEFORE_HEADERS, RESET_INSIDE_HEADERS, RESET_INSIDE_BODY -> {
                met();
                reset();
            }
            case CUT -> {
                met();
                close();
            }
            case HALF_CLOSE -> {
                met();
                client.shutdownOutput();
                closed.await();
            }
            case STALL, DELAY -> {
                if (met()) {
                    pause(plan.pause());
                }
                write(out, block, from, count);
            }
            case TRICKLE -> trickle(out, block, from, count);
            case SPLIT -> split(out, block, from, count);
            case BROKEN_JSON, BROKEN_CHUNK -> {
                corrupt(block, from, count);
                write(out, block, from, count);
            }
            default -> write(out, block, from, count);
        }
    }

    /** Counts the fault; whether it is for the first time. */
    private boolean met() {
        if (met) {
            return false;
        }
        met = true;
        done.increment();
        return true;
    }

    private void trickle(OutputStream out, byte[] block, int from, int count) throws IOException, InterruptedException {
        met();
        int slow = Math.clamp(plan.at() + TRICKLED - sent, 0, count);
        for (int i = 0; i < slow; i++) {
            write(out, block, from + i, 1);
            pause(plan.pause().dividedBy(TRICKLED));
        }
        write(out, block, from + slow, count - slow);
    }

    private void split(OutputStream out, byte[] block, int from, int count) throws IOException {
        met();
        int end = from + count;
        for (int next = from; next < end; ) {
            int piece = Math.min(1 + plan.random().nextInt(60), end - next);
            write(out, block, next, piece);
            Thread.yield();
            next += piece;
        }
    }

    /** Breaks one byte that is no word's: a brace, or what follows the end of an event and of its HTTP chunk. */
    private void corrupt(byte[] block, int from, int count) {
        for (int i = from; i < from + count && !met; i++) {
            boolean hit = plan.fault() == Fault.BROKEN_JSON
                    ? block[i] == '{' || block[i] == '}'
                    : recent == ('\n' << 24 | '\n' << 16 | '\r' << 8 | '\n');
            recent = recent << 8 | block[i] & 0xff;
            if (hit) {
                block[i] = 'z';
                met();
            }
        }
    }

    private void write(OutputStream out, byte[] block, int from, int count) throws IOException {
        out.write(block, from, count);
        sent += count;
    }

    private void pause(Duration time) throws IOException, InterruptedException {
        if (closed.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException("closed");
        }
    }

    private void reset() throws IOException {
        client.setSoLinger(true, 0);
        close();
    }

    void close() {
        closed.countDown();
        try (client;
                server) {
            // both, whatever one of them says
        } catch (IOException e) {
            // nothing more to be done about it
        }
    }

    @Override
    public String toString() {
        return "connection " + number + " " + plan.fault() + " at " + plan.at() + ", sent " + sent;
    }
}
