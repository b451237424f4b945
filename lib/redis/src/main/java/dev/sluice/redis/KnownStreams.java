package dev.sluice.redis;

import dev.sluice.relay.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The streams that this node has written or watched lately, with their owners. A stream that Redis lost is then not
 * taken for one that never existed.
 */
final class KnownStreams {
    private static final int MOST = 10_000;

    private final ReentrantLock lock = new ReentrantLock();

    private record Stream(String id, Session owner) {}

    private final Map<Stream, Boolean> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stream, Boolean> eldest) {
            return size() > MOST;
        }
    };

    void add(String streamId, Session owner) {
        lock.lock();
        try {
            seen.put(new Stream(streamId, owner), true);
        } finally {
            lock.unlock();
        }
    }

    boolean contains(String streamId, Session owner) {
        lock.lock();
        try {
            return seen.containsKey(new Stream(streamId, owner));
        } finally {
            lock.unlock();
        }
    }
}
