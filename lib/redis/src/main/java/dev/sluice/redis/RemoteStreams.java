package dev.sluice.redis;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import dev.sluice.relay.Session;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** The streams as Redis has them: what this node does with those of others. */
final class RemoteStreams {
    /** The result of {@link #takeOver} for a stream that has ended. */
    static final long ENDED = -2;

    private static final long NONE = -1;

    private final RedisServer server;
    private final Keys keys;
    private final KnownStreams seen;
    private final RedisSettings settings;
    private final TimeSource time;

    /** For commands that wait in Redis on a lent connection. */
    private final Semaphore blocking = new Semaphore(RedisServer.LENT / 2);

    RemoteStreams(RedisServer server, Keys keys, KnownStreams seen, RedisSettings settings, TimeSource time) {
        this.server = server;
        this.keys = keys;
        this.seen = seen;
        this.settings = settings;
        this.time = time;
    }

    /**
     * The state of a stream at one moment.
     *
     * @param node who writes it
     * @param written whether its writer still holds it
     * @param last its last event
     * @param end how it ended
     * @param page what follows the place that was asked about, a page of it at most
     */
    private record State(
            String node,
            boolean written,
            long last,
            @Nullable End end,
            List<StoredEntry> page) {

        /** The place after which to read for a watcher that has this event. A watcher that has none reads from the first event. */
        long place(long after) {
            return after == 0 && isFromBegin() ? page.getFirst().id() : after;
        }

        /** Whether what follows this event is kept, and there was such an event. */
        boolean hasAllAfter(long after) {
            if (isFromBegin()) {
                return after == 0;
            }
            boolean gap = !page.isEmpty() && page.getFirst().id() != after + 1;
            return after >= 0 && !gap && after <= last;
        }

        private boolean isFromBegin() {
            return !page.isEmpty() && page.getFirst().isBegin();
        }
    }

    /** Begins a stream that has one writer. False if there is such a stream already. */
    boolean create(Lease claim, Session owner, String node) {
        return create(claim, owner, node, settings.lease(), settings.keep(), false);
    }

    /** Begins a stream that may have other writers later. False if there is such a stream already. */
    boolean createDurable(Lease claim, Session owner, String node) {
        return create(claim, owner, node, settings.durableLease(), settings.durableKeep(), true);
    }

    private boolean create(Lease claim, Session owner, String node, Duration lease, Duration keep, boolean durable) {
        boolean created = server.ask(connection -> {
            connection.sendCommand(
                    Command.EVAL,
                    Keys.bytes(LuaScripts.CREATE),
                    Keys.bytes(2),
                    claim.meta,
                    claim.lease,
                    Keys.owner(claim.streamId, owner),
                    Keys.bytes(node),
                    claim.token,
                    Keys.bytes(lease.toMillis()),
                    Keys.bytes(keep.toMillis()),
                    Keys.bytes(durable ? 1 : 0));
            return connection.getIntegerReply() == 1;
        });
        seen.add(claim.streamId, owner);
        return created;
    }

    /** Begins a stream that replaces one that is there, or was. Returns the id before that of its first event. */
    long recreate(Lease claim, Session owner, String node) {
        long begin = take(
                claim,
                owner,
                node,
                LuaScripts.RECREATE,
                Keys.bytes(TimeUnit.MILLISECONDS.toMicros(time.now().toEpochMilli())));
        if (begin == NONE) {
            throw new IllegalArgumentException("streamId: there is such a stream already");
        }
        seen.add(claim.streamId, owner);
        return begin;
    }

    /** Takes a stream from its writer. Returns the id of its last event, or {@link #ENDED}. */
    long takeOver(Lease claim, Session owner, String node) {
        long last = take(claim, owner, node, LuaScripts.TAKE_OVER, new byte[0]);
        if (last == NONE) {
            throw new RelayException(Code.UNKNOWN, "There is no stream that could go on.");
        }
        seen.add(claim.streamId, owner);
        return last;
    }

    private long take(Lease claim, Session owner, String node, String script, byte[] more) {
        return server.ask(connection -> {
            connection.sendCommand(
                    Command.EVAL,
                    Keys.bytes(script),
                    Keys.bytes(3),
                    claim.meta,
                    claim.lease,
                    claim.events,
                    Keys.owner(claim.streamId, owner),
                    Keys.bytes(node),
                    claim.token,
                    Keys.bytes(settings.durableLease().toMillis()),
                    Keys.bytes(settings.durableKeep().toMillis()),
                    more);
            return connection.getIntegerReply();
        });
    }

    /** Delivers the stored events on this thread, then gives the subscription to the reader. */
    ResumeLog.Subscription subscribe(
            String streamId,
            Session owner,
            long after,
            ResumeLog.Listener listener,
            StreamReader reader,
            byte[] control) {
        var state = find(streamId, owner, after);
        var watch = new RemoteSubscription(streamId, state.place(after), listener, reader);
        var page = state.page();
        watch.entries(page);
        while (page.size() == StreamReader.PAGE && !watch.isOver()) {
            page = server.ask(connection -> page(connection, streamId, watch.position()));
            watch.entries(page);
        }
        if (watch.isOver()) {
            return watch;
        }
        if (!state.written()) {
            watch.end(End.WRITER_LOST); // what it wrote was read after it was gone
        } else if (reader.add(watch)) {
            wake(streamId, control);
        } else {
            watch.end(End.UNAVAILABLE);
        }
        return watch;
    }

    boolean isDelivered(String streamId, Session owner, long after) {
        var state = find(streamId, owner, after);
        return state.end() == End.FINISHED && state.place(after) == state.last();
    }

    /** Asks the node that writes a stream to stop its run. */
    void cancel(String streamId, Session owner, String reason) {
        var state = find(streamId, owner, 0, true);
        if (state.written()) {
            server.ask(connection -> {
                StreamReader.say(connection, keys.control(state.node(), 0), Keys.bytes(streamId), Keys.bytes(reason));
                return true;
            });
        }
    }

    boolean isWatched(String streamId) {
        return server.ask(connection -> {
            connection.sendCommand(Command.EXISTS, keys.watched(streamId));
            return connection.getIntegerReply() == 1;
        });
    }

    private void wake(String streamId, byte[] control) {
        try {
            server.ask(connection -> {
                StreamReader.watched(connection, keys.watched(streamId), settings);
                connection.getStatusCodeReply();
                StreamReader.say(connection, control, Keys.bytes("-"), new byte[0]);
                return true;
            });
        } catch (RelayException e) {
            // The reader polls soon by itself, and ends the subscription if Redis stays away.
        }
    }

    private State find(String streamId, Session owner, long after) {
        return find(streamId, owner, after, false);
    }

    private State find(String streamId, Session owner, long after, boolean anyPlace) {
        if (!Keys.isId(streamId)) {
            throw new RelayException(Code.UNKNOWN, "There is no such stream.");
        }
        var state = server.ask(connection -> look(connection, streamId, owner, after));
        seen.add(streamId, owner);
        if (anyPlace) {
            return state;
        }
        long missing = after - state.last();
        if (missing > 0 && missing <= settings.maxEvents() && state.written() && mayHaveCome(streamId, after)) {
            state = server.ask(connection -> look(connection, streamId, owner, after));
        }
        if (!state.hasAllAfter(after)) {
            throw new RelayException(
                    Code.EXPIRED, "The events after " + after + " of this stream are not kept, or never existed.");
        }
        return state;
    }

    /**
     * Waits for an event that a watcher has from the writer's memory and Redis does not have yet. False if it did not come.
     */
    private boolean mayHaveCome(String streamId, long id) {
        if (!blocking.tryAcquire()) {
            pause(); // so that enough connections remain for those who need not wait
            return true;
        }
        try {
            return server.ask(connection -> {
                connection.sendCommand(
                        Command.XREAD,
                        Keys.bytes("COUNT"),
                        Keys.bytes(1),
                        Keys.bytes("BLOCK"),
                        Keys.bytes(settings.underWay().toMillis()),
                        Keys.bytes("STREAMS"),
                        keys.events(streamId),
                        Keys.bytes("0-" + (id - 1)));
                return !StoredEntry.list(connection.getOne()).isEmpty();
            });
        } finally {
            blocking.release();
        }
    }

    private void pause() {
        try {
            time.sleep(settings.underWay());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RelayException(Code.UNAVAILABLE, "The thread that looked for the stream was interrupted.", e);
        }
    }

    /** The lease is read before what was written, so that what was written without one is all there will be. */
    private State look(Connection connection, String streamId, Session owner, long after) {
        var events = keys.events(streamId);
        connection.sendCommand(Command.HMGET, keys.meta(streamId), Keys.bytes("owner"), Keys.bytes("node"));
        connection.sendCommand(Command.EXISTS, keys.lease(streamId));
        connection.sendCommand(
                Command.XREVRANGE, events, Keys.bytes("+"), Keys.bytes("-"), Keys.bytes("COUNT"), Keys.bytes(1));
        connection.sendCommand(Command.XRANGE, StreamReader.range(events, Math.max(after, 0)));
        var answers = RedisServer.answers(connection, 4);
        var meta = StoredEntry.list(answers.getFirst());
        if ((@Nullable Object) meta.getFirst() == null) {
            throw seen.contains(streamId, owner)
                    ? new RelayException(Code.EXPIRED, "This stream is no longer kept.")
                    : new RelayException(Code.UNKNOWN, "There is no such stream.");
        }
        if (!Arrays.equals((byte[]) meta.getFirst(), Keys.owner(streamId, owner))) {
            throw new RelayException(Code.UNKNOWN, "There is no such stream.");
        }
        var newest = StoredEntry.all(answers.get(2));
        long last = newest.isEmpty() ? 0 : newest.getFirst().lastEvent();
        return new State(
                StoredEntry.text(meta.get(1)),
                answers.get(1).equals(1L),
                last,
                newest.isEmpty() ? null : newest.getFirst().end(),
                StoredEntry.all(answers.get(3)));
    }

    private List<StoredEntry> page(Connection connection, String streamId, long after) {
        connection.sendCommand(Command.XRANGE, StreamReader.range(keys.events(streamId), after));
        return StoredEntry.all(connection.getOne());
    }
}
