package dev.sluice.test.peer;

import java.io.IOException;
import java.time.Duration;

/**
 * The output of a {@link Script}: a connection, or a replacement of one. One thread, the script's, calls it. Each
 * method throws an {@link IOException} once the client has gone.
 */
public interface ScriptOutput {

    /** Sends a head; names and values of headers in turn. See {@link Script#head}. */
    void head(int status, String... headers) throws IOException;

    /** Sends bytes of the body in the framing that the head announced. */
    void body(byte[] bytes) throws IOException;

    /** Sends raw bytes, without framing. */
    void raw(byte[] bytes) throws IOException;

    /** Ends a chunked body as it should. */
    void end() throws IOException;

    /** Waits. */
    void pause(Duration time) throws IOException, InterruptedException;

    /** Waits until the client has gone. */
    void stall() throws IOException, InterruptedException;

    /** Sends FIN and keeps listening. */
    void halfClose() throws IOException;

    /** Breaks the connection: RST. */
    void reset() throws IOException;

    /** Closes the connection: FIN, and no end of the body. */
    void close() throws IOException;
}
