package dev.sluice.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.relay.Session;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The names of the keys.
 *
 * @param prefix what all of them begin with
 */
record Keys(String prefix) {
    private static final int LONGEST_ID = 200;

    /** The stream of a run's events; entry {@code 0-7} is the event 7. */
    byte[] events(String streamId) {
        return bytes(eventsName(streamId));
    }

    String eventsName(String streamId) {
        return prefix + "events:" + streamId;
    }

    /** Holds the writer's token while the writer lives. */
    byte[] lease(String streamId) {
        return bytes(prefix + "lease:" + streamId);
    }

    /** A hash: who owns the stream, and which node writes it. */
    byte[] meta(String streamId) {
        return bytes(prefix + "meta:" + streamId);
    }

    /** There while somebody on another node than the writer's watches. */
    byte[] watched(String streamId) {
        return bytes(prefix + "watched:" + streamId);
    }

    /** Messages to a reader of a node: a new watcher, or a run to stop. */
    byte[] control(String node, int reader) {
        return bytes(prefix + "node:" + node + ":" + reader);
    }

    /** Whether this can be the name of a stream at all. */
    static boolean isId(String streamId) {
        return !streamId.isBlank() && streamId.length() <= LONGEST_ID;
    }

    /** A hash of an owner in the meta hash, which does not reveal the owner. */
    static byte[] owner(String streamId, Session owner) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(bytes(streamId + "\n" + owner.id()));
            return Base64.getUrlEncoder().withoutPadding().encode(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }
}
