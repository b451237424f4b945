package dev.sluice.transport;

import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's client that a transport uses, and the ones it has used before.
 *
 * <p>When the JDK's client cannot read the head of a response, it forgets the connection. The connection then stays
 * open until the server closes it. Nothing but the end of the client closes it. So that client is replaced, and ends as
 * soon as the exchanges that it has begun are over.
 */
final class JdkClientPool {
    private final @Nullable Supplier<HttpClient> make; // null if the client is the caller's
    private final ReentrantLock lock = new ReentrantLock(); // guards what follows

    private HttpClient current;
    private boolean closed;

    /** How many requests each client has that still wait for a head. */
    private final Map<HttpClient, Integer> opening = new HashMap<>();

    private final Set<HttpClient> retired = new HashSet<>();

    /** Clients that are made when they are needed, and end with this. */
    JdkClientPool(Supplier<HttpClient> make) {
        this.make = make;
        current = make.get();
    }

    /** The caller's own client, which is left alone. */
    JdkClientPool(HttpClient client) {
        make = null;
        current = client;
    }

    boolean areOurs() {
        return make != null;
    }

    /** The client for one request, to be {@linkplain #giveBack given back} when the head is there or will not be. */
    HttpClient take() {
        lock.lock();
        try {
            opening.merge(current, 1, Integer::sum);
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a request's use of its client; null for no failure. */
    void giveBack(HttpClient client, @Nullable Throwable failure) {
        lock.lock();
        try {
            opening.computeIfPresent(client, (same, count) -> count == 1 ? null : count - 1);
            if (make != null && !closed) {
                retired.removeIf(HttpClient::isTerminated);
                if (failure instanceof ProtocolException && client.equals(current)) {
                    current = make.get();
                    retired.add(client);
                }
                if (retired.contains(client) && !opening.containsKey(client)) {
                    client.shutdown(); // waits for the bodies that are being read, not for those that are given up
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            if (make != null) {
                retired.forEach(HttpClient::shutdownNow);
                current.shutdownNow();
            }
        } finally {
            lock.unlock();
        }
    }
}
