package dev.sluice.test.peer;

/** What a {@link FaultProxy} does to one connection. All of them come to an end by themselves. */
public enum Fault {
    /** Nothing: bytes pass as they come. */
    HEALTHY(30),
    /** Closed as soon as it is accepted: FIN. */
    CLOSE_AT_ONCE(3),
    /** Broken as soon as it is accepted: RST. */
    RESET_AT_ONCE(3),
    /** RST when the request has gone out and the response's first byte is there. */
    RESET_BEFORE_HEADERS(4),
    /** RST inside the first response's head. */
    RESET_INSIDE_HEADERS(4),
    /** RST somewhere behind the first response's head. */
    RESET_INSIDE_BODY(6),
    /** FIN after some bytes of a response, wherever that is. */
    CUT(8),
    /** FIN after some bytes of a response, while the client may still speak. */
    HALF_CLOSE(4),
    /** Silence after some bytes, for a while. */
    STALL(6),
    /** Some bytes one by one. */
    TRICKLE(4),
    /** The first byte of the first response comes late. */
    DELAY(5),
    /** Writes that end anywhere: inside a character, a line, a chunk's head. */
    SPLIT(10),
    /** One brace of the JSON is another byte. Words stay as they are, so a whole answer has the right ones or is none. */
    BROKEN_JSON(4),
    /** One size of an HTTP chunk is no number. */
    BROKEN_CHUNK(4),
    /** What the client says reaches nobody. */
    DROP_REQUESTS(2);

    /** How often it happens, compared to the others. */
    final int share;

    Fault(int share) {
        this.share = share;
    }
}
