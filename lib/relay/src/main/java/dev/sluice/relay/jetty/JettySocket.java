package dev.sluice.relay.jetty;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelaySocket;
import dev.sluice.relay.http.WebSocketHandshake;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of Jetty's. It reads a few messages ahead of the one that is handled, so that a client that sends many waits. A
 * client that answers no ping is gone. Public because Jetty must be able to call it; made by {@link JettyRelay} only.
 */
public final class JettySocket implements org.eclipse.jetty.websocket.api.Session.Listener, RelaySocket.Wire {
    /** How much of a message is sent at a time, in characters: a client that takes that much takes something. */
    private static final int PART = 16 * 1024;

    private final RelayEndpoint endpoint;
    private final WebSocketHandshake.Accepted handshake;
    private final Duration writeLimit;
    private final Duration pingEvery;
    private final TimeSource time;
    private final MessageQueue messages = new MessageQueue(this::handle, this::demand);

    /** Serialises messages, because the parts of two must not mix. Fair, so that no stream waits behind the same other one again and again. */
    private final ReentrantLock sending = new ReentrantLock(true);

    private final AtomicLong progress = new AtomicLong();
    private volatile org.eclipse.jetty.websocket.api.@Nullable Session connection;
    private volatile @Nullable RelaySocket relay; // since the connection is open
    private volatile boolean heard = true; // a message or a pong since the last ping
    private volatile boolean closed; // never set back

    JettySocket(
            RelayEndpoint endpoint,
            WebSocketHandshake.Accepted handshake,
            Duration writeLimit,
            Duration pingEvery,
            TimeSource time) {
        this.endpoint = endpoint;
        this.handshake = handshake;
        this.writeLimit = writeLimit;
        this.pingEvery = pingEvery;
        this.time = time;
    }

    /**
     * Only now is there something to release. A handshake may fail after this was made, and no callback reports that.
     */
    @Override
    public void onWebSocketOpen(org.eclipse.jetty.websocket.api.Session opened) {
        connection = opened;
        opened.setIdleTimeout(Duration.ZERO); // the pings see to that
        opened.setMaxTextMessageSize(endpoint.maxBodyBytes());
        try {
            relay = endpoint.socket(handshake, this);
        } catch (RelayException e) { // others have come since the handshake
            close(StatusCode.TRY_AGAIN_LATER, String.valueOf(e.getMessage()));
            return;
        }
        time.schedule(pingEvery, this::ping);
        opened.demand();
    }

    /** Not on Jetty's thread: to start a run may take a moment, and pongs must be read meanwhile. */
    @Override
    public void onWebSocketText(String message) {
        heard = true;
        if (messages.add(message)) {
            demand();
        }
    }

    private void handle(String message) {
        RelaySocket told = relay;
        if (told != null) {
            told.received(message);
        }
    }

    @Override
    public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
        callback.succeed();
        close(StatusCode.BAD_DATA, "text messages only");
    }

    @Override
    public void onWebSocketPong(ByteBuffer payload) {
        heard = true;
        demand();
    }

    @Override
    public void onWebSocketError(Throwable cause) {
        end();
    }

    @Override
    public void onWebSocketClose(int code, String reason, Callback callback) {
        end();
        callback.succeed();
    }

    /** Waits for the messages before it, and then for each part as long as a write may take. */
    @Override
    public void send(String text) throws IOException {
        try {
            sending.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        try {
            int end = 0;
            do {
                int start = end;
                end = endOfPart(text, start);
                sendPart(text.substring(start, end), end == text.length());
            } while (end < text.length());
        } finally {
            sending.unlock();
        }
    }

    /** No part ends within a character. */
    private static int endOfPart(String text, int start) {
        int end = Math.min(text.length(), start + PART);
        return end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    }

    private void sendPart(String part, boolean last) throws IOException {
        var open = connection;
        if (open == null || closed) {
            throw new EOFException("the connection is closed");
        }
        try {
            Callback.Completable.with(taken -> open.sendPartialText(part, last, taken))
                    .get(writeLimit.toMillis(), TimeUnit.MILLISECONDS);
            progress.incrementAndGet();
        } catch (ExecutionException e) {
            throw new IOException("the client is gone", e.getCause());
        } catch (TimeoutException e) {
            cut();
            throw new IOException("the client has taken nothing for " + writeLimit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            cut();
            throw interrupted(e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        var interrupted = new InterruptedIOException("interrupted while the client was written to");
        interrupted.initCause(e);
        return interrupted;
    }

    @Override
    public AtomicLong progress() {
        return progress;
    }

    @Override
    public void cut() {
        var open = connection;
        if (open != null) {
            open.disconnect();
        }
        end();
    }

    @Override
    public void close() {
        close(StatusCode.SHUTDOWN, "the server is being stopped");
    }

    private void ping() {
        var open = connection;
        if (closed || open == null) {
            return;
        }
        if (!heard && !messages.isFull()) { // else nothing is read
            Thread.ofVirtual().name("sluice-gone").start(this::cut);
            return;
        }
        heard = false;
        open.sendPing(BufferUtil.EMPTY_BUFFER, Callback.NOOP);
        time.schedule(pingEvery, this::ping);
    }

    private void demand() {
        var open = connection;
        if (open != null && !closed) {
            open.demand();
        }
    }

    private void close(int code, String reason) {
        var open = connection;
        if (open != null) {
            open.close(code, reason, Callback.NOOP);
        }
    }

    private void end() {
        closed = true;
        RelaySocket told = relay;
        if (told != null) {
            Thread.ofVirtual().name("sluice-gone").start(told::gone);
        }
    }
}
