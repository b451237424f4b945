package dev.sluice.relay.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that a client is gone while nothing is written to it, without a thread. The selector reports when there is
 * something to read, and the end of the connection is read like bytes are. For HTTP/1 only, where a connection carries
 * one response, and only if that is the last one on it. Further bytes of the client are thrown away.
 */
final class DisconnectWatch implements Callback {
    /** A client that sends more than this during its response is none that we know. */
    private static final int UNWANTED = 64 * 1024;

    private final EndPoint endPoint;
    private final Runnable gone;
    private int unwanted;
    private volatile boolean stopped;

    private DisconnectWatch(EndPoint endPoint, Runnable gone) {
        this.endPoint = endPoint;
        this.gone = gone;
    }

    /** Closes the connection of a request whose client is gone; nothing where other requests share it. */
    static void cut(Request request, Throwable why) {
        if (isWatchable(request)) {
            request.getConnectionMetaData().getConnection().getEndPoint().close(why);
        }
    }

    /** A watch of a request's connection, begun; empty if it cannot be watched. */
    static Optional<DisconnectWatch> begin(Request request, Runnable gone) {
        if (!isWatchable(request)) {
            return Optional.empty();
        }
        var watch = new DisconnectWatch(
                request.getConnectionMetaData().getConnection().getEndPoint(), gone);
        watch.again();
        return Optional.of(watch);
    }

    static boolean isWatchable(Request request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        return connection.getHttpVersion().getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    }

    /** No further end is reported. */
    void stop() {
        stopped = true;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public void succeeded() {
        if (stopped) {
            return;
        }
        try {
            if (isOver()) {
                gone.run();
            } else {
                again();
            }
        } catch (IOException e) {
            gone.run();
        }
    }

    @Override
    public void failed(Throwable x) {
        if (!stopped) {
            gone.run();
        }
    }

    /** Reads what there is. */
    private boolean isOver() throws IOException {
        ByteBuffer buffer = BufferUtil.allocate(256);
        int read = endPoint.fill(buffer);
        while (read > 0 && unwanted <= UNWANTED) {
            unwanted += read;
            BufferUtil.clear(buffer);
            read = endPoint.fill(buffer);
        }
        return read != 0;
    }

    /** If another reader exists there is no watch, and the next write will fail. */
    private void again() {
        endPoint.tryFillInterested(this);
    }
}
