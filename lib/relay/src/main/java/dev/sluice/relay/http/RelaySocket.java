package dev.sluice.relay.http;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.Caller;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.QuotaCounter;
import dev.sluice.relay.RelayException;
import java.io.EOFException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of one client over a WebSocket, and the streams that it receives on it. An error in a message is
 * answered with a message of type {@code error}, and the socket stays open. See {@code docs/relay.md} for the messages.
 */
public final class RelaySocket {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySocket.class);
    private static final int STREAMS = 16;

    /** The connection, as the web server has it. The interface for adapters; for any thread. */
    public interface Wire {
        /**
         * Sends a text message. Blocks while the connection takes no more, for a bounded time.
         *
         * @throws IOException if the connection is gone
         */
        void send(String text) throws IOException;

        /** As {@link EventSink#progress} says, of all that is sent. */
        default AtomicLong progress() {
            return new AtomicLong();
        }

        /** Ends the connection in order, because the server goes away. Neither waits nor throws. */
        void close();

        /** Cuts the connection. Does not throw. */
        void cut();
    }

    private final RunService runs;
    private final Caller caller;
    private final Captured context;
    private final QuotaCounter.Permit permit;
    private final Wire wire;
    private final Set<RelaySocket> open;
    private final Map<String, Told> streams = new ConcurrentHashMap<>();
    private volatile boolean gone;

    /** A socket that is among the open ones until it is gone. */
    RelaySocket(
            RunService runs,
            Caller caller,
            Captured context,
            QuotaCounter.Permit permit,
            Wire wire,
            Set<RelaySocket> open) {
        this.runs = runs;
        this.caller = caller;
        this.context = context;
        this.permit = permit;
        this.wire = wire;
        this.open = open;
        open.add(this);
    }

    /** A message has come. One at a time; blocks as long as it takes to start a run and to send the answer. */
    public void received(String text) {
        if (!gone) { // else nobody would hear the answer
            context.run(() -> answer(text));
        }
    }

    private void answer(String text) {
        Map<String, Object> message = Map.of();
        try {
            message = RequestBody.object(text);
            switch (message.get("type") instanceof String type ? type : "") {
                case "start" -> start(message);
                case "resume" -> tell(string(message, "streamId"), lastEventId(message));
                case "cancel" -> runs.cancel(caller.session(), string(message, "streamId"));
                default -> throw Problem.badRequest("The message's type must be start, resume or cancel.");
            }
        } catch (Problem e) {
            refuse(message, e);
        } catch (RelayException e) {
            refuse(message, Problem.of(e));
        } catch (AccessDenied e) {
            refuse(message, Problem.of(e));
        } catch (IOException e) {
            wire.cut();
        } catch (Throwable e) { // any failure: the client must get an answer
            LOG.warn("A message of a WebSocket's failed", e);
            refuse(message, Problem.internal());
        }
    }

    /** The connection is gone. */
    public void gone() {
        gone = true;
        permit.release();
        open.remove(this);
        streams.values().forEach(told -> told.notice.give());
        streams.clear();
    }

    /** The server goes away. */
    void close() {
        wire.close();
    }

    private void start(Map<String, Object> message) throws IOException {
        if (streams.size() >= STREAMS) {
            throw tooManyStreams();
        }
        var key = Optional.ofNullable(message.get("requestId")).map(IdempotencyKeys::key);
        runs.admit(caller, key);
        String id = runs.start(caller, key, ClientProtocol.MESSAGES, message);
        var started = reply(message, "started");
        started.put("streamId", id);
        wire.send(Json.write(started));
        tell(id, 0);
    }

    private void tell(String streamId, long after) throws IOException {
        if (runs.isDelivered(caller.session(), streamId, after)) {
            wire.send(Json.write(Map.of("type", "delivered", "streamId", streamId)));
            return;
        }
        if (streams.size() >= STREAMS) {
            throw tooManyStreams();
        }
        var told = new Told(streamId);
        Told before = streams.put(streamId, told);
        if (before != null) {
            before.over = true;
            before.notice.give();
        }
        if (gone) {
            told.notice.give();
        }
        try {
            runs.attach(caller, streamId, after, ClientProtocol.MESSAGES.format(Map.of()), told);
        } catch (RuntimeException | Error e) {
            told.close();
            throw e;
        }
    }

    private void refuse(Map<String, Object> message, Problem problem) {
        var error = reply(message, "error");
        if (message.get("streamId") instanceof String id) {
            error.put("streamId", id);
        }
        error.put("error", problem.error());
        try {
            wire.send(Json.write(error));
        } catch (IOException e) {
            wire.cut();
        }
    }

    /** An answer, with what the client wrote into the message to know it by. */
    private static Map<String, Object> reply(Map<String, Object> message, String type) {
        var reply = new LinkedHashMap<String, Object>();
        reply.put("type", type);
        if (message.get("ref") instanceof String ref) {
            reply.put("ref", ref);
        }
        return reply;
    }

    private static Problem tooManyStreams() {
        return new Problem(429, "too_many_streams", "A connection carries at most " + STREAMS + " streams at once.");
    }

    private static String string(Map<String, Object> message, String field) {
        if (message.get(field) instanceof String value) {
            return value;
        }
        throw Problem.badRequest("The message needs a text in its field " + field + ".");
    }

    private static long lastEventId(Map<String, Object> message) {
        return switch (message.get("lastEventId")) {
            case null -> 0;
            case String id -> RunService.eventId(id);
            case Number id -> RunService.eventId(id.toString());
            default -> RunService.eventId("");
        };
    }

    /** One stream's part of the connection: its messages, each a JSON object, with the stream's id as their first field. */
    private final class Told implements EventSink {
        private final String streamId;
        private final DisconnectSignal notice = new DisconnectSignal();
        private volatile boolean over; // sent from another event on

        private Told(String streamId) {
            this.streamId = streamId;
        }

        @Override
        public void write(List<String> frames) throws IOException {
            for (String frame : frames) {
                if (over) {
                    throw new EOFException("the stream is sent from another event on");
                }
                wire.send("{\"streamId\":\"" + streamId + "\"," + frame.substring(1));
            }
        }

        /** A client that takes something of one stream is not too slow for the others, which share the connection. */
        @Override
        public AtomicLong progress() {
            return wire.progress();
        }

        @Override
        public void onGone(Runnable gone) {
            notice.take(gone);
        }

        @Override
        public void close() {
            streams.remove(streamId, this);
        }

        /** A client that does not read one stream does not read the others either: they share the connection. */
        @Override
        public void abort() {
            streams.remove(streamId, this);
            if (!over) {
                wire.cut();
            }
        }
    }
}
