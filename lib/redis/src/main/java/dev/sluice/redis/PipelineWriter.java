package dev.sluice.redis;

import dev.sluice.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One connection and one virtual thread that write all streams of this node to Redis. All waiting writes are sent
 * together, and more can gather while the answers come. It also renews the leases, before anything else.
 */
final class PipelineWriter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PipelineWriter.class);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final RedisServer server;
    private final RedisSettings settings;
    private final TimeSource time;
    private final WriteBuffer backlog;
    /** The writers whose lease this renews. Any thread adds and removes. */
    private final Set<LeasedWriter> writers = ConcurrentHashMap.newKeySet();

    private final Thread thread;

    // There is no lock here: WriteBuffer has the only one. These are flags between the writer's thread, the timer and
    // close().
    private volatile boolean reachable = true; // written by the writer's thread
    private volatile boolean closing; // never set back
    private volatile boolean renew = true; // set by the timer, which must not block; the writer's thread renews
    private volatile @Nullable Connection connection;
    private volatile TimeSource.Scheduled renewal;

    // The thread's own: the names of the scripts on this connection's server.
    private byte[] append = new byte[0];
    private byte[] renewing = new byte[0];

    PipelineWriter(RedisServer server, RedisSettings settings, TimeSource time) {
        this.server = server;
        this.settings = settings;
        this.time = time;
        backlog = new WriteBuffer(settings.buffer(), time);
        renewal = time.schedule(settings.renewal(), this::tick);
        thread = Thread.ofVirtual().name("sluice-redis-writer").start(this::run);
    }

    /** Keeps the lease of a stream that has just been begun. */
    void hold(LeasedWriter writer) {
        writer.heldUntil(time.nanos() + writer.lease.toNanos());
        writers.add(writer);
    }

    /** No longer keeps the lease of a stream. What was written of it is still stored. */
    void release(LeasedWriter writer) {
        writers.remove(writer);
    }

    /** Whether it keeps the lease of this stream. */
    boolean holds(String streamId) {
        return writers.stream().anyMatch(writer -> writer.claim.streamId.equals(streamId));
    }

    /** Whether Redis answered last time. */
    boolean isReachable() {
        return reachable;
    }

    /** Takes a write over; waits a moment while there is too much, but not for a Redis that is away. */
    void write(PendingWrite write) {
        if (closing && !write.end) {
            write.writer.lose();
        } else if (!backlog.add(write, reachable ? settings.heldUp() : Duration.ZERO)) {
            lose(write.writer, "more waits for Redis than may");
            backlog.dropLost();
        } else if (!thread.isAlive()) {
            write.writer.ended(false);
        }
    }

    private void tick() {
        renew = true;
        backlog.ring();
        if (!closing) {
            renewal = time.schedule(settings.renewal(), this::tick);
        }
    }

    private void run() {
        try {
            while (!closing || !backlog.isEmpty()) {
                var batch = backlog.take();
                try {
                    commit(batch);
                } finally {
                    backlog.done(batch);
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            disconnect();
        }
    }

    private void commit(List<PendingWrite> batch) throws InterruptedException {
        while (true) {
            try {
                attempt(batch);
                if (!reachable) {
                    log.info("Redis answers again");
                    reachable = true;
                }
                return;
            } catch (Throwable e) { // any failure: this thread must continue, or all leases run out
                failed(e);
            }
            if (closing) {
                return;
            }
            time.sleep(RETRY);
        }
    }

    /** Sends everything, then reads the answers. */
    private void attempt(List<PendingWrite> batch) {
        var open = connect();
        var limit = RedisServer.closeAfter(settings.timeout().multipliedBy(2), open, time);
        try {
            long sent = time.nanos();
            var renewed = renew
                    ? writers.stream().filter(writer -> !writer.isEnding()).toList()
                    : List.<LeasedWriter>of();
            boolean asks = renew;
            renew = false;
            for (LeasedWriter writer : renewed) {
                sendRenewal(open, writer);
            }
            var streams = byStream(batch);
            streams.forEach((writer, writes) -> sendWrites(open, writer, writes));
            if (asks && renewed.isEmpty() && streams.isEmpty()) {
                open.sendCommand(Command.PING);
                open.getOne();
                return;
            }
            var answers = open.getMany(renewed.size() + streams.size());
            int i = 0;
            for (LeasedWriter writer : renewed) {
                renewed(writer, sent, answers.get(i++));
            }
            for (var stream : streams.entrySet()) {
                written(stream.getKey(), stream.getValue(), answers.get(i++));
            }
        } catch (RuntimeException | Error e) {
            renew = true;
            throw e;
        } finally {
            limit.cancel();
        }
    }

    private Connection connect() {
        var open = connection;
        if (open == null) {
            open = server.open(0);
            connection = open;
            append = load(open, LuaScripts.APPEND);
            renewing = load(open, LuaScripts.RENEW);
            renew = true;
        }
        return open;
    }

    private static byte[] load(Connection open, String script) {
        open.sendCommand(Command.SCRIPT, Keys.bytes("LOAD"), Keys.bytes(script));
        return open.getBinaryBulkReply();
    }

    private static Map<LeasedWriter, List<PendingWrite>> byStream(List<PendingWrite> batch) {
        Map<LeasedWriter, List<PendingWrite>> streams = new LinkedHashMap<>();
        for (PendingWrite write : batch) {
            if (!write.writer.isLost()) {
                var writes = streams.computeIfAbsent(write.writer, writer -> new ArrayList<>());
                if (writes.isEmpty() || !writes.getLast().end) { // the log may be closed while a run continues
                    writes.add(write);
                }
            }
        }
        return streams;
    }

    private void sendRenewal(Connection open, LeasedWriter writer) {
        open.sendCommand(
                Command.EVALSHA,
                renewing,
                Keys.bytes(3),
                writer.claim.lease,
                writer.claim.events,
                writer.claim.meta,
                writer.claim.token,
                Keys.bytes(writer.lease.toMillis()),
                Keys.bytes(writer.keep.toMillis()));
    }

    private void sendWrites(Connection open, LeasedWriter writer, List<PendingWrite> writes) {
        var last = writes.getLast();
        var life = last.leaves() ? settings.parkedFor() : last.end ? settings.retention() : writer.keep;
        var arguments = new ArrayList<byte[]>(writes.size() * 3 + 10);
        arguments.add(append);
        arguments.add(Keys.bytes(3));
        arguments.add(writer.claim.events);
        arguments.add(writer.claim.lease);
        arguments.add(writer.claim.meta);
        arguments.add(writer.claim.token);
        arguments.add(Keys.bytes(settings.maxEvents()));
        arguments.add(Keys.bytes(settings.maxBytes()));
        arguments.add(Keys.bytes(life.toMillis()));
        arguments.add(Keys.bytes(last.leaves() ? 2 : last.end ? 1 : 0));
        for (PendingWrite write : writes) {
            arguments.add(Keys.bytes(write.id));
            arguments.add(write.type);
            arguments.add(write.json);
        }
        open.sendCommand(Command.EVALSHA, arguments.toArray(byte[][]::new));
    }

    private void renewed(LeasedWriter writer, long sent, Object answer) {
        if (isDone(writer, answer)) {
            writer.heldUntil(sent + writer.lease.toNanos());
        }
    }

    private void written(LeasedWriter writer, List<PendingWrite> writes, Object answer) {
        boolean done = isDone(writer, answer);
        if (writes.getLast().end) {
            writers.remove(writer);
            writer.ended(done);
        }
    }

    private boolean isDone(LeasedWriter writer, Object answer) {
        if (answer instanceof JedisDataException refusal) {
            if (concernsAll(refusal)) {
                throw new JedisConnectionException(refusal);
            }
            server.isRefusal(refusal);
            lose(writer, "Redis refused it: " + refusal.getMessage());
            return false;
        }
        if (!answer.equals(1L)) {
            if (writers.contains(writer)) {
                lose(
                        writer,
                        "its lease was lost, because another machine took over, Redis lost its data, or had no sign of"
                                + " this one");
            }
            return false;
        }
        return true;
    }

    /** Whether an error says that the server is not, or not yet, what it was, rather than that one stream is wrong. */
    private static boolean concernsAll(JedisDataException refusal) {
        return RedisServer.isPassing(refusal)
                || String.valueOf(refusal.getMessage()).contains("NOSCRIPT");
    }

    private void lose(LeasedWriter writer, String why) {
        writers.remove(writer);
        if (!writer.isLost()) {
            writer.lose();
            log.info("Stream {} {}: {}", writer.claim.streamId, writer.lossMeans(), why);
        }
    }

    private void failed(Throwable e) {
        disconnect();
        boolean refused = server.isRefusal(e);
        if (reachable) {
            reachable = false;
            if (!refused) {
                log.warn("Redis cannot be reached; streams continue for the watchers of this machine", e);
            }
        }
        long now = time.nanos();
        for (LeasedWriter writer : writers) {
            if (!writer.isHeld(now)) {
                lose(writer, "Redis could not be reached for too long");
            }
        }
        backlog.dropLost();
    }

    private void disconnect() {
        var open = connection;
        connection = null;
        if (open != null) {
            RedisServer.close(open);
        }
    }

    /** Reports to watchers on other machines that the open streams are lost, and waits for that, but not long. */
    @Override
    public void close() {
        List.copyOf(writers).forEach(LeasedWriter::logCloses);
        closing = true;
        renewal.cancel();
        backlog.ring();
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
                disconnect();
                thread.join(CLOSING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
