package dev.sluice.redis;

import java.util.Arrays;

/** One write of a writer to its stream. */
final class PendingWrite {
    private static final int OVERHEAD = 150;

    final LeasedWriter writer;

    /** The entry's place. */
    final long id;

    /** The event's type, or how the stream ended. */
    final byte[] type;

    final byte[] json;

    /** Whether nothing follows of this writer. */
    final boolean end;

    private PendingWrite(LeasedWriter writer, long id, byte[] type, byte[] json, boolean end) {
        this.writer = writer;
        this.id = id;
        this.type = type;
        this.json = json;
        this.end = end;
    }

    static PendingWrite event(LeasedWriter writer, long id, String type, String json) {
        return new PendingWrite(writer, id, Keys.bytes(type), Keys.bytes(json), false);
    }

    static PendingWrite end(LeasedWriter writer, long id, String how) {
        return new PendingWrite(writer, id, Keys.bytes(how), new byte[0], true);
    }

    /** Whether its writer leaves the stream to another one. */
    boolean leaves() {
        return end && Arrays.equals(type, Keys.bytes(StoredEntry.LEFT));
    }

    /** About what it takes while it waits. */
    int bytes() {
        return type.length + json.length + OVERHEAD;
    }
}
