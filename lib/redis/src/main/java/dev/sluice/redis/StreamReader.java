package dev.sluice.redis;

import dev.sluice.TimeSource;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/**
 * One connection and one virtual thread that wait for the events of many streams of other nodes, and for messages of
 * other nodes to this one. It waits for a moment only, so that it also sees whose writer is lost.
 */
final class StreamReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

    /** How many events of a stream are taken at a time. */
    static final int PAGE = 200;

    /** Reads that follow each other faster would take an event each, which costs more than it saves. */
    private static final Duration PACE = Duration.ofMillis(5);

    private static final Duration RETRY = Duration.ofMillis(200);

    private final RedisServer server;
    private final Keys keys;
    private final RedisSettings settings;
    private final TimeSource time;
    private final byte[] control;
    private final BiConsumer<String, String> cancel;
    private final Thread thread;
    /** Held for a few instructions: never while Redis is asked or a listener is called. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, RemoteStream> followed = new HashMap<>(); // by the name of its key; guarded by the lock
    private volatile boolean closed;
    private volatile @Nullable Connection connection; // set by the reader's thread; close() cuts it to end a read

    // Owned by the reader's thread.
    private byte[] heard = Keys.bytes("0-0");
    private long lastAnswer;
    private long lastCheck;

    /**
     * Starts the thread.
     *
     * @param cancel receives the stream and the reason when a node wants a run of this one stopped
     */
    StreamReader(
            RedisServer server,
            Keys keys,
            RedisSettings settings,
            TimeSource time,
            byte[] control,
            BiConsumer<String, String> cancel) {
        this.server = server;
        this.keys = keys;
        this.settings = settings;
        this.time = time;
        this.control = control;
        this.cancel = cancel;
        lastAnswer = time.nanos();
        lastCheck = lastAnswer;
        thread = Thread.ofVirtual().name("sluice-redis-reader").start(this::run);
    }

    /** Sends later events to a subscription; it takes a wake-up, or a moment. False if this reader is closed. */
    boolean add(RemoteSubscription watch) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            followed.computeIfAbsent(keys.eventsName(watch.streamId), name -> new RemoteStream(watch.streamId, keys))
                    .add(watch);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void remove(RemoteSubscription watch) {
        lock.lock();
        try {
            var name = keys.eventsName(watch.streamId);
            var stream = followed.get(name);
            if (stream != null) {
                stream.remove(watch);
                if (stream.isEmpty()) {
                    followed.remove(name);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what wakes the reader that reads this control stream, on a connection of the caller's. */
    static void say(Connection connection, byte[] control, byte[] about, byte[] text) {
        var most = Keys.bytes(1000);
        connection.sendCommand(
                Command.XADD, control, Keys.bytes("MAXLEN"), Keys.bytes("~"), most, Keys.bytes("*"), about, text);
        connection.sendCommand(Command.PEXPIRE, control, Keys.bytes(60_000));
        RedisServer.answers(connection, 2);
    }

    /** Asks that it be noted for the length of a lease that somebody watches. */
    static void watched(Connection connection, byte[] watched, RedisSettings settings) {
        var life = Keys.bytes(settings.lease().toMillis());
        connection.sendCommand(Command.SET, watched, Keys.bytes(1), Keys.bytes("PX"), life);
    }

    private void run() {
        try {
            while (!closed) {
                long began = time.nanos();
                try {
                    read(connect());
                    lastAnswer = time.nanos();
                } catch (Throwable e) { // any failure: this thread must continue
                    failed(e);
                }
                long rest = PACE.toNanos() - (time.nanos() - began);
                time.sleep(Duration.ofNanos(rest));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
            endAll(End.UNAVAILABLE);
        }
    }

    private Connection connect() {
        var open = connection;
        if (open == null) {
            open = server.open(Math.toIntExact(settings.check().toMillis()));
            connection = open;
        }
        return open;
    }

    private void read(Connection from) {
        var streams = streams();
        from.sendCommand(Command.XREAD, request(streams.values()));
        for (Object answer : StoredEntry.list(from.getOne())) {
            var parts = StoredEntry.list(answer);
            var stream = streams.get(StoredEntry.text(parts.getFirst()));
            if (stream == null) {
                listen(StoredEntry.list(parts.get(1)));
            } else {
                stream.entries(StoredEntry.all(parts.get(1)));
            }
        }
        long now = time.nanos();
        if (now - lastCheck >= settings.check().toNanos()) {
            lastCheck = now;
            streams.values().forEach(stream -> watched(from, stream.watched, settings));
            RedisServer.answers(from, streams.size());
            checkWriters(from, streams.values());
        }
        dropEmpty();
    }

    private Map<String, RemoteStream> streams() {
        lock.lock();
        try {
            return Map.copyOf(followed);
        } finally {
            lock.unlock();
        }
    }

    private byte[][] request(Collection<RemoteStream> streams) {
        var names = new ArrayList<byte[]>();
        var places = new ArrayList<byte[]>();
        names.add(control);
        places.add(heard);
        for (RemoteStream stream : streams) {
            long position = stream.ask();
            if (position != Long.MAX_VALUE) { // its last watch has just gone
                names.add(stream.events);
                places.add(Keys.bytes("0-" + position));
            }
        }
        var request = new ArrayList<byte[]>(names.size() * 2 + 5);
        request.add(Keys.bytes("COUNT"));
        request.add(Keys.bytes(PAGE));
        request.add(Keys.bytes("BLOCK"));
        request.add(Keys.bytes(settings.check().toMillis()));
        request.add(Keys.bytes("STREAMS"));
        request.addAll(names);
        request.addAll(places);
        return request.toArray(byte[][]::new);
    }

    /** A message of another node: the name of a stream and why to stop it. Or nothing, to wake a waiting thread. */
    private void listen(List<Object> said) {
        for (Object entry : said) {
            var parts = StoredEntry.list(entry);
            heard = (byte[]) parts.getFirst();
            var fields = StoredEntry.list(parts.get(1));
            var streamId = StoredEntry.text(fields.getFirst());
            if (!streamId.equals("-")) {
                cancel.accept(streamId, StoredEntry.text(fields.get(1)));
            }
        }
    }

    private void checkWriters(Connection from, Collection<RemoteStream> streams) {
        var silent = streams.stream().filter(RemoteStream::wasSilent).toList();
        if (silent.isEmpty()) {
            return;
        }
        from.sendCommand(
                Command.MGET, silent.stream().map(stream -> stream.lease).toArray(byte[][]::new));
        var leases = StoredEntry.list(from.getOne());
        for (int i = 0; i < leases.size(); i++) {
            if ((@Nullable Object) leases.get(i) == null) {
                afterTheWriter(from, silent.get(i));
            }
        }
    }

    /** Its writer has ended it or is lost: what it wrote last may not have been read. */
    private void afterTheWriter(Connection from, RemoteStream stream) {
        for (int taken = PAGE; taken == PAGE && !stream.isEmpty(); ) {
            from.sendCommand(Command.XRANGE, range(stream.events, stream.ask()));
            var entries = StoredEntry.all(from.getOne());
            stream.entries(entries);
            taken = entries.size();
        }
        if (!stream.isEmpty()) {
            from.sendCommand(Command.EXISTS, stream.meta);
            stream.nothingFollows(from.getIntegerReply() == 1 ? End.WRITER_LOST : End.EXPIRED);
        }
    }

    /** The arguments that ask for a page of events after a place. */
    static byte[][] range(byte[] events, long after) {
        return new byte[][] {events, Keys.bytes("(0-" + after), Keys.bytes("+"), Keys.bytes("COUNT"), Keys.bytes(PAGE)};
    }

    private void dropEmpty() {
        lock.lock();
        try {
            followed.values().removeIf(RemoteStream::isEmpty);
        } finally {
            lock.unlock();
        }
    }

    private void failed(Throwable e) throws InterruptedException {
        disconnect();
        if (closed) {
            return;
        }
        if (!server.isRefusal(e)) {
            log.debug("Waiting for events failed", e);
        }
        if (time.nanos() - lastAnswer > settings.lease().toNanos()) {
            endAll(End.UNAVAILABLE);
        }
        time.sleep(RETRY);
    }

    private void endAll(End end) {
        streams().values().forEach(stream -> stream.end(end));
        dropEmpty();
    }

    private void disconnect() {
        var open = connection;
        connection = null;
        if (open != null) {
            RedisServer.close(open);
        }
    }

    /** Ends the watches and the thread, and waits for that, but not long. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        var open = connection;
        if (open != null) {
            RedisServer.close(open);
        }
        try {
            thread.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
