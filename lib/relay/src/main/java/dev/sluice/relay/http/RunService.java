package dev.sluice.relay.http;

import dev.sluice.relay.Caller;
import dev.sluice.relay.EventSink;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayException;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.StreamFormat;
import dev.sluice.relay.format.UiMessageFormat.Answers;
import dev.sluice.tools.ToolApproval;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts runs and lets clients at them, with what can go wrong in the client's words. The same for HTTP and WebSocket. */
final class RunService {
    private static final Logger LOG = LoggerFactory.getLogger(RunService.class);
    private static final Pattern STREAM_ID = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final Pattern EVENT_ID = Pattern.compile("[0-9]{1,18}");

    /** How many characters the reason of a refusal may have: the journal keeps it, and the model reads it. */
    private static final int LONGEST_REASON = 4_096;

    private final Relay relay;
    private final RunFactory starter;
    private final RequestLimits sizes;
    private final StartRateLimiter sessionLimit;
    private final StartRateLimiter addressLimit;
    private final IdempotencyKeys starts;
    private final ActiveChats chats = new ActiveChats();

    RunService(
            Relay relay,
            RunFactory starter,
            RequestLimits sizes,
            StartRateLimiter sessionLimit,
            StartRateLimiter addressLimit,
            IdempotencyKeys starts) {
        this.relay = relay;
        this.starter = starter;
        this.sizes = sizes;
        this.sessionLimit = sessionLimit;
        this.addressLimit = addressLimit;
        this.starts = starts;
    }

    /** Throws if this caller has started or answered too often. A repeated start does not count. */
    void admit(Caller caller, Optional<String> key) {
        if (key.isEmpty() || !starts.has(caller.session(), key.get())) {
            addressLimit.take(caller.address());
            sessionLimit.take(caller.session().id());
        }
    }

    /** Starts a run, unless one was started with this key. @return the stream's id */
    String start(Caller caller, Optional<String> key, ClientProtocol dialect, Map<String, Object> body) {
        return key.isEmpty()
                ? start(caller, dialect, body)
                : starts.once(caller.session(), key.get(), () -> start(caller, dialect, body));
    }

    private String start(Caller caller, ClientProtocol dialect, Map<String, Object> body) {
        sizes.check(body);
        try {
            StartRequest request = dialect.request(caller.session(), body);
            var tracked = new AtomicReference<ActiveChats.@Nullable Tracked>();
            String id = relay.start(caller, request, asked -> {
                ActiveChats.Tracked run = run(asked);
                tracked.set(run);
                return run;
            });
            Objects.requireNonNull(tracked.get()).started(id);
            return id;
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        } catch (AccessDenied | RelayException e) {
            throw e;
        } catch (
                Throwable e) { // the starter is the application's; an interrupted thread could not answer, so it is not
            // marked
            LOG.warn("A run could not be started", e);
            throw new Problem(500, "start_failed", "The run could not be started; the server's log says why.");
        }
    }

    /** Makes a run that is found by the name of its chat. */
    private ActiveChats.Tracked run(StartRequest request) throws Exception {
        RunSource run = Objects.requireNonNull(starter.start(request), "the RunFactory returned no run");
        return chats.track(request.session(), request.chatId(), run);
    }

    /** Goes on with lost runs, as this starts new ones. */
    void recover() {
        relay.recoverWith(asked -> {
            ActiveChats.Tracked run = run(asked);
            asked.journal().ifPresent(claim -> run.started(claim.runId()));
            return run;
        });
    }

    /** Whether there is nothing more to send; throws if the stream is not there for this session. */
    boolean isDelivered(Session session, String streamId, long after) {
        return relay.isDelivered(session, checked(streamId), after);
    }

    /** Sends a stream to a client that has been promised one, so errors are reported in the stream's form. */
    void attach(Caller caller, String streamId, long after, StreamFormat format, EventSink sink) throws IOException {
        try {
            relay.attach(caller, streamId, after, format, sink);
        } catch (RelayException e) {
            Problem problem = Problem.of(e);
            var frames = new ArrayList<String>();
            format.encoder(streamId)
                    .failure(
                            problem.code(),
                            String.valueOf(problem.getMessage()),
                            e.code() == RelayException.Code.UNAVAILABLE || e.code() == RelayException.Code.TOO_MANY,
                            frames::add);
            sink.write(frames);
            sink.close();
        }
    }

    void cancel(Session session, String streamId) {
        relay.cancel(session, checked(streamId), "stopped by the client");
    }

    /** Takes the answer to a question of a run. Throws if it is none, or there was one. */
    void answer(Session session, String streamId, String callKey, Map<String, Object> answer) {
        if (!(answer.get("allowed") instanceof Boolean allowed)) {
            throw Problem.badRequest("allowed: must be true or false");
        }
        String reason = answer.get("reason") instanceof String given ? given : "the user did not allow it";
        ToolApproval.Verdict verdict = allowed ? ToolApproval.allow() : ToolApproval.deny(reason);
        check(verdict);
        boolean first = relay.answer(session, checked(streamId), callKey, verdict);
        if (!first) {
            throw new Problem(409, "answered", "This question was answered before, or its run has ended.");
        }
    }

    /**
     * Takes the answers to questions of a run that a client sends in place of a start; those that are not the first do not count. Throws
     * if there is no such run for this session.
     */
    Optional<Answers> answer(Session session, ClientProtocol dialect, Map<String, Object> body) {
        try {
            sizes.check(body);
            Optional<Answers> answers = dialect.answers(body);
            answers.ifPresent(found -> {
                String id = checked(found.streamId());
                found.byCall().values().forEach(RunService::check);
                found.byCall().forEach((callKey, verdict) -> relay.answer(session, id, callKey, verdict));
            });
            return answers;
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(String.valueOf(e.getMessage()));
        }
    }

    private static void check(ToolApproval.Verdict answer) {
        if (answer instanceof ToolApproval.Verdict.Denied(String reason) && reason.length() > LONGEST_REASON) {
            throw Problem.badRequest(
                    "reason: has " + reason.length() + " characters; at most " + LONGEST_REASON + " are allowed");
        }
    }

    Optional<String> streamOf(Session session, String chatId) {
        return chats.stream(session, chatId);
    }

    /** The id of the last event that a client has. */
    static long eventId(String value) {
        if (!EVENT_ID.matcher(value).matches()) {
            throw Problem.badRequest("The id of the last event must be a number of at most 18 digits.");
        }
        return Long.parseLong(value);
    }

    /** A name that cannot be a stream's id is not looked up. */
    private static String checked(String streamId) {
        if (!STREAM_ID.matcher(streamId).matches()) {
            throw Problem.of(new RelayException(RelayException.Code.UNKNOWN, "There is no such stream."));
        }
        return streamId;
    }
}
