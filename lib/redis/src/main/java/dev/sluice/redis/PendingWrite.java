package dev.sluice.redis;

/** One write of a writer to its stream. */
final class PendingWrite {
    private static final int OVERHEAD = 150;

    final RedisWriter writer;

    /** The entry's place. */
    final long id;

    /** The event's type, or how the stream ended. */
    final byte[] type;

    final byte[] json;

    /** Whether nothing follows. */
    final boolean end;

    private PendingWrite(RedisWriter writer, long id, byte[] type, byte[] json, boolean end) {
        this.writer = writer;
        this.id = id;
        this.type = type;
        this.json = json;
        this.end = end;
    }

    static PendingWrite event(RedisWriter writer, long id, String type, String json) {
        return new PendingWrite(writer, id, Keys.bytes(type), Keys.bytes(json), false);
    }

    static PendingWrite end(RedisWriter writer, long id, String how) {
        return new PendingWrite(writer, id, Keys.bytes(how), new byte[0], true);
    }

    /** About what it takes while it waits. */
    int bytes() {
        return type.length + json.length + OVERHEAD;
    }
}
