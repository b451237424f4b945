package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.Session;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The starts that clients gave a key, so that a request that is sent again starts nothing again. A browser repeats a
 * request by itself if its connection was closed before there was an answer. A key is known for ten minutes; if there
 * are too many, the oldest are forgotten. In this program's memory.
 */
final class IdempotencyKeys {
    private static final Pattern KEY = Pattern.compile("[ -~]{1,100}");
    private static final Duration KEPT = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST = 10_000;
    private static final int MOST_OF_A_SESSION = 200;

    private record Key(Session session, String name) {}

    /** One that was asked for at a time; its stream is known when it has begun, and is none if that failed. */
    private record Start(long at, CompletableFuture<Optional<String>> stream) {}

    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock; the oldest first.
    private final SequencedMap<Key, Start> starts = new LinkedHashMap<>();
    private final Map<Session, SequencedSet<Key>> sessions = new HashMap<>();

    IdempotencyKeys(TimeSource time) {
        this.time = time;
    }

    /** A client's key, or throws. */
    static String key(Object value) {
        if (value instanceof String name && KEY.matcher(name).matches()) {
            return name;
        }
        throw Problem.badRequest("A request's key must be a text of 1 to 100 printable ASCII characters.");
    }

    /** Whether this session asked for a start with this key that has not failed. */
    boolean has(Session session, String name) {
        lock.lock();
        try {
            forgetOld();
            return starts.containsKey(new Key(session, name));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts a run, unless the session has done so with this key. Blocks while another request with it is being started, for
     * a bounded time; if that one fails, this one tries.
     *
     * @return the stream's id
     */
    String once(Session session, String name, Supplier<String> start) {
        var key = new Key(session, name);
        long since = time.nanos();
        while (true) {
            var mine = new Start(time.nanos(), new CompletableFuture<>());
            Start first = firstOf(key, mine);
            if (first.equals(mine)) {
                return begin(key, mine, start);
            }
            Optional<String> stream = await(first, PATIENCE.minusNanos(time.nanos() - since));
            if (stream.isPresent()) {
                return stream.get();
            }
        }
    }

    private String begin(Key key, Start mine, Supplier<String> start) {
        Optional<String> stream = Optional.empty();
        try {
            stream = Optional.of(start.get());
            return stream.get();
        } finally {
            if (stream.isEmpty()) {
                forget(key, mine);
            }
            mine.stream.complete(stream);
        }
    }

    private Optional<String> await(Start other, Duration atMost) {
        var stream = other.stream.copy();
        TimeSource.Scheduled limit = time.schedule(atMost, () -> stream.cancel(false));
        try {
            return stream.get();
        } catch (CancellationException | ExecutionException e) {
            throw unavailable("The first request with this key is still being started");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("The request was interrupted");
        } finally {
            limit.cancel();
        }
    }

    private static RelayException unavailable(String message) {
        return new RelayException(RelayException.Code.UNAVAILABLE, message + "; try again soon");
    }

    /** The one that has this key, which is the new one if there was none. */
    private Start firstOf(Key key, Start next) {
        lock.lock();
        try {
            forgetOld();
            Start before = starts.putIfAbsent(key, next);
            if (before != null) {
                return before;
            }
            SequencedSet<Key> own = sessions.computeIfAbsent(key.session(), session -> new LinkedHashSet<>());
            own.add(key);
            if (own.size() > MOST_OF_A_SESSION) {
                remove(own.getFirst());
            }
            if (starts.size() > MOST) {
                remove(starts.firstEntry().getKey());
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void forget(Key key, Start start) {
        lock.lock();
        try {
            if (start.equals(starts.get(key))) {
                remove(key);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forgetOld() {
        long now = time.nanos();
        while (!starts.isEmpty() && now - starts.firstEntry().getValue().at() >= KEPT.toNanos()) {
            remove(starts.firstEntry().getKey());
        }
    }

    private void remove(Key key) {
        starts.remove(key);
        sessions.computeIfPresent(key.session(), (session, own) -> {
            own.remove(key);
            return own.isEmpty() ? null : own;
        });
    }
}
