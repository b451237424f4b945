package dev.sluice.transport;

import java.io.IOException;
import org.slf4j.LoggerFactory;

/**
 * Opens HTTP exchanges. Knows nothing of what is in them: no redirects of its own making, no retries, no decoding.
 * Implementations are safe for use by any number of threads at once.
 *
 * <p>The contract that the promises of a stream rest on:
 *
 * <ul>
 *   <li>{@link #open} blocks until the response's head is there. An interrupt ends the wait at once and gives the
 *       connection up; if it came before, nothing is sent.
 *   <li>Reading the body blocks until at least one byte is there. An interrupt ends the wait at once with an
 *       {@link IOException} and gives the connection up.
 *   <li>The body is not read ahead without a bound, so that a slow reader slows the server.
 *   <li>Bytes that arrived before a connection broke can be read before the read that throws.
 *   <li>Closing the body gives the connection up without reading what is left, or back if there is nothing left. Any thread may,
 *       and a read that waits then ends at once with an {@link IOException}.
 *   <li>{@link java.io.InputStream#available} of the body is positive only if the next read does not block. If the next
 *       read may block, it is 0: a reader then delivers the events that it has before it reads. It is cheap, for it is
 *       asked before each read.
 *   <li>A head that is not HTTP's, or leaves a doubt where the body ends (RFC 9112, section 6.3), is a {@link
 *       java.net.ProtocolException}.
 * </ul>
 */
public interface HttpTransport extends AutoCloseable {

    /**
     * Sends a request and waits for the head of its response.
     *
     * @param request what to send
     * @return the response, of any status; the caller closes it
     * @throws java.net.SocketTimeoutException if the transport gave up waiting for a connection
     * @throws java.net.ProtocolException if the server sent something that is no head of an HTTP response
     * @throws NoResponseException if the connection ended before a single byte of a response
     * @throws IOException if there was no connection, or it broke
     * @throws InterruptedException if the thread was interrupted; the connection is given up
     */
    TransportResponse open(TransportRequest request) throws IOException, InterruptedException;

    /** Gives up all connections. Exchanges that are open end with an {@link IOException}. Does not wait for them. */
    @Override
    void close();

    /**
     * A transport that does the same and logs it, to see what a provider is sent and answers. It writes each request, each head
     * of a response, and each piece of a body as it is read, at level {@code INFO} of the logger {@code
     * dev.sluice.transport.wire}. Conversations are in it. Keys are not: of most headers it writes the name alone, and no query
     * of an address.
     */
    default HttpTransport logged() {
        return new LoggingTransport(this, LoggerFactory.getLogger("dev.sluice.transport.wire"));
    }

    /**
     * The connection ended before a single byte of a response came. As a rule it was a kept connection that had gone before
     * the request was sent, so the request may be sent again; that the server has seen it cannot be ruled out.
     */
    final class NoResponseException extends IOException {
        private static final long serialVersionUID = 1L;

        /** A failure with this message and cause. */
        public NoResponseException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
