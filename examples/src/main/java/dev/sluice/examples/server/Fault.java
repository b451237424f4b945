package dev.sluice.examples.server;

import java.util.Locale;
import java.util.Optional;

/**
 * How an answer goes wrong. Asked for with the header {@code x-script} (the name in lower case, {@code -} for
 * {@code _}) or with {@link ScriptedServer#next}. All but the last two strike in the middle of an answer that is streamed.
 */
public enum Fault {
    /** No more content; pings go on, or what a gateway sends in their place where the API has none. */
    STALL,
    /** Not a byte more; the connection stays open, and the server does not notice when the client closes it. */
    SILENT,
    /** The connection is dropped inside a frame. */
    CUT,
    /** The response ends in good order, the answer does not: what a proxy makes of a server that is gone. */
    HALF_CLOSE,
    /** An error in a frame of its own, after which nothing comes. */
    ERROR,
    /** The same as bare JSON, without a frame: what a proxy or an overloaded front end writes into a stream. */
    BARE_ERROR,
    /** No answer at all: status 529, or 503 where the API knows no 529. */
    OVERLOADED,
    /** Nothing breaks, but the gaps between tokens are five times as long. */
    SLOW;

    /** The fault's name in the header. */
    public String header() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Fault> ofHeader(String value) {
        for (Fault fault : values()) {
            if (fault.header().equalsIgnoreCase(value.strip())) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }
}
