package dev.sluice.relay.jdk;

import dev.sluice.StreamException;
import dev.sluice.TimeSource;
import dev.sluice.internal.CancellationScope;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Limits how long this thread waits for a request's body, since the JDK's server does not. After the limit the thread is
 * interrupted, which closes the connection. Nothing is interrupted once the body has been read, or the limit was ended.
 */
final class ReadLimit {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final CancellationScope reading = new CancellationScope(Thread.currentThread());
    private final TimeSource.Scheduled expiry;

    /** A limit on what this thread reads from now on. */
    ReadLimit(TimeSource time) {
        var tooLong = new StreamException.Cancelled("the body took longer than " + LIMIT.toSeconds() + " s");
        expiry = time.schedule(LIMIT, () -> reading.interrupt(tooLong));
    }

    /** The body, whose end ends the limit. */
    InputStream of(InputStream body) {
        return new FilterInputStream(body) {
            @Override
            public int read() throws IOException {
                return seen(in.read());
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return seen(in.read(bytes, from, length));
            }
        };
    }

    private int seen(int read) {
        if (read < 0) {
            end();
        }
        return read;
    }

    /** Ends the limit. For the thread that reads. A second call does nothing. */
    void end() {
        expiry.cancel();
        reading.end();
    }
}
