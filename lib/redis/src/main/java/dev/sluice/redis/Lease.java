package dev.sluice.redis;

/** A writer's claim to a stream: what the lease holds while it lives, and where things are. */
final class Lease {
    final String streamId;

    /** A random token, so that a writer that lost the stream cannot mistake another's lease for its own. */
    final byte[] token;

    final byte[] events;
    final byte[] lease;
    final byte[] meta;

    Lease(String streamId, String token, Keys keys) {
        this.streamId = streamId;
        this.token = Keys.bytes(token);
        events = keys.events(streamId);
        lease = keys.lease(streamId);
        meta = keys.meta(streamId);
    }
}
