package dev.sluice.transport.apache;

import dev.sluice.internal.ConnectFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import org.apache.hc.core5.concurrent.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * A body that is read straight from its socket by one thread. Any thread may close, which gives the connection up unless
 * Apache has taken it back at the body's end.
 */
final class ApacheBody extends InputStream {
    private final InputStream content;
    private final Cancellable exchange;
    private volatile boolean closed;
    private @Nullable IOException failure; // the reader's own; Apache's stream pretends to be at its end after one

    ApacheBody(InputStream content, Cancellable exchange) {
        this.content = content;
        this.exchange = exchange;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("The response was closed");
        } else if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        } else if (Thread.currentThread().isInterrupted()) { // it is then noticed even if the server never pauses
            throw interrupted(null);
        }
        try {
            return content.read(target, offset, length);
        } catch (IOException | RuntimeException e) {
            if (closed) {
                throw new IOException("The response was closed", e);
            } else if (Thread.currentThread().isInterrupted()) {
                throw interrupted(e);
            }
            exchange.cancel();
            failure = new IOException("The response broke off: " + ConnectFailures.reason(e), e);
            throw failure;
        }
    }

    private IOException interrupted(@Nullable Exception cause) {
        exchange.cancel();
        var interrupted = new InterruptedIOException("Interrupted while reading the response");
        interrupted.initCause(cause);
        failure = interrupted;
        return interrupted;
    }

    /** At the end it is 0: Apache's stream forgets its socket then, which may be another exchange's. */
    @Override
    public int available() throws IOException {
        return closed || failure != null ? 0 : content.available();
    }

    @Override
    public void close() {
        closed = true;
        exchange.cancel();
    }
}
