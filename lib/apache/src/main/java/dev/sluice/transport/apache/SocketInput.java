package dev.sluice.transport.apache;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/**
 * A socket's bytes, for one reader, who may ask for those that are there and no wait. A read that would have to wait
 * then times out at once, after which Apache's parsers continue where they stopped.
 */
final class SocketInput extends FilterInputStream {

    /** Thrown often, so without a stack trace. */
    private static final class WouldWait extends SocketTimeoutException {
        private static final long serialVersionUID = 1L;

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Reads something of what comes from the socket. */
    interface Read {
        int read() throws IOException;
    }

    private boolean mayWait = true;
    private boolean stopped;

    SocketInput(InputStream socket) {
        super(socket);
    }

    /** The result of the read, or -1 if it would have to wait. */
    int withoutWaiting(Read some) throws IOException {
        mayWait = false;
        try {
            return some.read();
        } catch (WouldWait e) {
            return -1;
        } finally {
            mayWait = true;
        }
    }

    /** Whether a parser had to stop and has had no byte since: nobody knows then in the middle of what it is. */
    boolean stoppedMidway() {
        return stopped;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (!mayWait && in.available() == 0) {
            stopped = true;
            throw new WouldWait();
        }
        int count = in.read(target, offset, length);
        stopped = false;
        return count;
    }
}
