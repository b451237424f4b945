package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of one response, where it is not read as a stream of events: an error, an answer that comes whole, or a page of
 * somebody else's.
 *
 * @param request the method and address of what it answers
 * @param head the head it came with
 * @param bytes the body as it arrives
 * @param masked takes the secrets out of what is shown of it: a proxy can echo a request
 */
record ResponseBodyCheck(String request, TransportResponse head, InputStream bytes, UnaryOperator<String> masked) {
    private static final Logger log = LoggerFactory.getLogger(ResponseBodyCheck.class);
    private static final int EXCERPT_BYTES = 200;

    /**
     * Rejects what cannot be the answer: a 200 with a web page is a proxy's, one with the other of a JSON object and an event
     * stream than was asked for is a gateway's that does not listen, and what is compressed cannot be read.
     *
     * @param streamed whether an event stream was asked for
     */
    void reject(boolean streamed) {
        String coding = head.header("content-encoding").orElse("identity");
        if (!coding.equalsIgnoreCase("identity")) {
            throw new ProtocolError(
                    "The server answered " + request + " with content-encoding " + coding
                            + ", which was not asked for; switch compression off in the proxy or gateway between",
                    null);
        }
        String type = head.header("content-type").orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith("text/html") || type.startsWith(streamed ? "application/json" : "text/event-stream")) {
            throw new ProtocolError(
                    "The server answered " + request + " with " + type + " instead of "
                            + (streamed ? "an event stream: " : "JSON: ") + beginning(EXCERPT_BYTES),
                    null);
        }
    }

    /**
     * All of it.
     *
     * @throws LimitExceeded if it is larger than an event may be
     * @throws IOException if the connection breaks
     */
    byte[] whole(int maxEventBytes) throws IOException {
        byte[] all = bytes.readNBytes((int) Math.min(Integer.MAX_VALUE, maxEventBytes + 1L));
        if (all.length > maxEventBytes) {
            throw new LimitExceeded(Limits.Limit.EVENT_BYTES, maxEventBytes);
        }
        return all;
    }

    /** The beginning of it, masked, as far as it comes: an error that is cut still says more than its cut. */
    String beginning(int most) {
        var text = new ByteArrayOutputStream();
        byte[] buffer = new byte[Math.min(most, 4 << 10)];
        try {
            int count;
            while (text.size() < most
                    && (count = bytes.read(buffer, 0, Math.min(buffer.length, most - text.size()))) >= 0) {
                text.write(buffer, 0, count);
            }
        } catch (IOException | StreamException e) {
            log.debug("The body of an error broke: {}", e.getClass().getSimpleName());
        }
        return masked.apply(text.toString(StandardCharsets.UTF_8));
    }
}
