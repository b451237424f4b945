package dev.sluice.relay.jetty;

import dev.sluice.control.Time;
import dev.sluice.relay.Session;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelaySocket;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of Jetty's. It asks for one message at a time, so that a client that sends many waits. A client that answers no
 * ping is gone. Public because Jetty must be able to call it; made by {@link JettyRelay} only.
 */
public final class JettySocket implements org.eclipse.jetty.websocket.api.Session.Listener, RelaySocket.Wire {
    private final RelaySocket relay;
    private final int maxMessage;
    private final Duration writeLimit;
    private final Duration pingEvery;
    private final Time time;
    private volatile org.eclipse.jetty.websocket.api.@Nullable Session connection;
    private volatile boolean heard = true;
    private volatile boolean closed;

    JettySocket(RelayEndpoint endpoint, Session session, Duration writeLimit, Duration pingEvery, Time time) {
        this.relay = endpoint.socket(session, this);
        this.maxMessage = endpoint.maxBodyBytes();
        this.writeLimit = writeLimit;
        this.pingEvery = pingEvery;
        this.time = time;
    }

    @Override
    public void onWebSocketOpen(org.eclipse.jetty.websocket.api.Session opened) {
        connection = opened;
        opened.setIdleTimeout(Duration.ZERO); // the pings see to that
        opened.setMaxTextMessageSize(maxMessage);
        time.schedule(pingEvery, this::ping);
        opened.demand();
    }

    /** Not on Jetty's thread: to start a run may take a moment. */
    @Override
    public void onWebSocketText(String message) {
        heard = true;
        Thread.ofVirtual().name("sluice-message").start(() -> {
            try {
                relay.received(message);
            } finally {
                demand();
            }
        });
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

    @Override
    public void send(String text) throws IOException {
        var open = connection;
        if (open == null || closed) {
            throw new EOFException("the connection is closed");
        }
        try {
            Callback.Completable.with(sent -> open.sendText(text, sent))
                    .get(writeLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the client is gone", e.getCause());
        } catch (TimeoutException e) {
            cut();
            throw new IOException("the client has taken nothing for " + writeLimit.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cut();
            var interrupted = new InterruptedIOException("interrupted while the client was written to");
            interrupted.initCause(e);
            throw interrupted;
        }
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
        if (!heard) {
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
        Thread.ofVirtual().name("sluice-gone").start(relay::gone);
    }
}
