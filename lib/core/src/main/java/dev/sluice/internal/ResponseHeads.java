package dev.sluice.internal;

import java.net.ProtocolException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks the head of a response for the transports. HTTP clients differ in what they accept. A head that two of them
 * read in two ways is how one response is smuggled into another.
 */
public final class ResponseHeads {
    /** So many digits always fit a long. */
    private static final int MOST_DIGITS = 18;

    /** The part of a server's own words that goes into a message. */
    private static final int QUOTED = 200;

    private ResponseHeads() {}

    /**
     * Checks that the headers are valid HTTP and define one end of the body (RFC 9112, section 6.3): one length, or
     * chunks, or the end of the connection.
     *
     * @param headers by name, each spelt in one way
     * @throws ProtocolException if not; the message names the header
     */
    public static void check(Map<String, List<String>> headers) throws ProtocolException {
        boolean chunked = false;
        boolean counted = false;
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            String name = header.getKey();
            List<String> values = header.getValue();
            if (!HeaderSyntax.isToken(name) || !values.stream().allMatch(HeaderSyntax::isReceivable)) {
                throw malformed("a header has a character that HTTP does not allow: " + name, null);
            }
            switch (name.toLowerCase(Locale.ROOT)) {
                case "content-length" -> {
                    counted = true;
                    if (values.size() != 1 || !isLength(values.getFirst())) {
                        throw malformed("Content-Length is not one number: " + String.join(", ", values), null);
                    }
                }
                case "transfer-encoding" -> {
                    chunked = true;
                    if (values.size() != 1 || !values.getFirst().strip().equalsIgnoreCase("chunked")) {
                        throw malformed("Transfer-Encoding is not just chunked: " + String.join(", ", values), null);
                    }
                }
                default -> {}
            }
        }
        if (chunked && counted) {
            throw malformed("it has both Content-Length and Transfer-Encoding", null);
        }
    }

    private static boolean isLength(String text) {
        String digits = text.strip();
        return !digits.isEmpty()
                && digits.length() <= MOST_DIGITS
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /**
     * The exception for a head that is not HTTP/1.1.
     *
     * @param why what is wrong; cut if it is long, since a server may have written a part of it
     * @param cause what the HTTP client said, if it did
     */
    public static ProtocolException malformed(String why, @Nullable Throwable cause) {
        String printable = why.replaceAll("\\p{Cntrl}", "?");
        var exception =
                new ProtocolException(printable.length() <= QUOTED ? printable : printable.substring(0, QUOTED) + "…");
        exception.initCause(cause);
        return exception;
    }
}
