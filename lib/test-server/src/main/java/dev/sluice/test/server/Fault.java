package dev.sluice.test.server;

import java.util.Locale;
import java.util.Optional;

/**
 * How an answer goes wrong. Asked for with {@link Answer#failing}, with {@link ScriptedServer#next}, or by a client with the
 * header {@code x-script} (the name in lower case, {@code -} for {@code _}). All but the last two strike within the answer, in
 * its middle unless the script says where.
 *
 * <p>In an answer that is not streamed, an error is a response of its own, as {@link #OVERLOADED}, and {@link #STALL} is
 * {@link #SILENT}.
 */
public enum Fault {
    /** No more content; pings continue, or a gateway's comments if the API has no pings. */
    STALL,
    /** Not a byte more; the connection stays open until the client goes. */
    SILENT,
    /** The connection is closed inside a frame. */
    CUT,
    /** The connection is reset inside a frame. */
    RESET,
    /** A frame whose data is no JSON; the rest of the answer follows. */
    GARBAGE,
    /** A chunk of HTTP whose size is no number. */
    BROKEN_CHUNK,
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

    /** Whether the response is an error in place of an answer. */
    boolean isAnError(boolean streamed) {
        return this == OVERLOADED || (!streamed && (this == ERROR || this == BARE_ERROR));
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
