package dev.sluice.test.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.server.Dialect.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes of each request the script of its answer, in the wire that the request's path and headers are of. A request for
 * a list of models or a count of tokens is answered without a script. A request that the vendor would refuse is
 * refused. Each other takes the next {@link Answer}; if there is none left, it is refused with status 400, which no
 * client retries.
 *
 * <p>{@link ScriptedServer} has one. It also answers without a socket, in {@code InMemoryTransport} of {@code sluice-test}. Any
 * thread.
 */
public final class AnswerQueue implements Function<ReceivedRequest, Script> {
    private final Queue<Answer> queue = new ConcurrentLinkedQueue<>();
    private final @Nullable Function<ParsedRequest, Answer> unlessQueued;
    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final RateLimits limits = new RateLimits();
    private final AtomicLong seeds = new AtomicLong(1);
    private final AtomicInteger open = new AtomicInteger();

    private AnswerQueue(@Nullable Function<ParsedRequest, Answer> unlessQueued) {
        this.unlessQueued = unlessQueued;
    }

    /** Answers in turn, each given once. */
    public static AnswerQueue of(Answer... answers) {
        var queue = new AnswerQueue(null);
        queue.add(answers);
        return queue;
    }

    /**
     * Answers that depend on what is asked. The function is called on the thread of the request, or on several at once. If it throws,
     * the request is refused with status 400 and what it says.
     */
    public static AnswerQueue answering(Function<ParsedRequest, Answer> answers) {
        return new AnswerQueue(answers);
    }

    /** Adds answers to those that are left. They come before what a function answers. */
    public void add(Answer... more) {
        queue.addAll(List.of(more));
    }

    /**
     * The next request for an answer that has not been failed yet fails in this way, independent of its answer. With
     * {@link Fault#OVERLOADED} it takes no answer.
     */
    public void next(Fault fault) {
        faults.add(fault);
    }

    /** The answers that no request has taken yet. */
    public List<Answer> remaining() {
        return List.copyOf(queue);
    }

    /** How many responses are being given right now. */
    public int open() {
        return open.get();
    }

    @Override
    public Script apply(ReceivedRequest request) {
        Script script = script(Call.of(request), new SplittableRandom(seeds.getAndIncrement()));
        Script whole = "close".equalsIgnoreCase(request.header("connection")) ? script.cut() : script;
        return Script.empty().then(connection -> {
            open.incrementAndGet();
            try {
                whole.run(connection);
            } finally {
                open.decrementAndGet();
            }
        });
    }

    private Script script(Call call, SplittableRandom random) {
        Dialect dialect = Dialect.of(call);
        String requestId = dialect.requestId(random);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(dialect.head(requestId));
        try {
            return switch (dialect.asked(call)) {
                case Dialect.Asked.Fact fact -> json(200, fact.body().toString(), headers);
                case Dialect.Asked.Answer asked -> answered(dialect, call, asked.request(), requestId, headers, random);
            };
        } catch (Refusal refusal) {
            Refused refused = dialect.refused(refusal, requestId);
            headers.putAll(refused.headers());
            headers.putAll(refusal.headers());
            return json(refused.status(), refused.body().toString(), headers);
        }
    }

    private Script answered(
            Dialect dialect,
            Call call,
            ParsedRequest asked,
            String requestId,
            Map<String, String> headers,
            SplittableRandom random)
            throws Refusal {
        Optional<Fault> wanted = wanted(call);
        if (wanted.equals(Optional.of(Fault.OVERLOADED))) {
            throw Refusal.overloaded();
        }
        Answer answer = answer(asked);
        Optional<Fault> fault = wanted.or(answer::fault);
        if (answer.refusal().isPresent()) {
            throw answer.refusal().get().with(answer.headers());
        }
        if (answer.end() == Answer.End.REFUSAL && !dialect.tellsRefusals()) {
            throw Refusal.invalid(
                    "The test's answer ends with REFUSAL, which this API has no word for: choose another end");
        }
        if (fault.filter(kind -> kind.isAnError(asked.stream())).isPresent()) {
            throw Refusal.overloaded().with(answer.headers());
        }
        var reply = new Reply(requestId, asked, answer, random);
        headers.putAll(dialect.limits(limits.count(reply.inputTokens(), reply.outputTokens())));
        headers.putAll(answer.headers());
        if (!asked.stream()) {
            return whole(dialect.whole(reply).toString().getBytes(UTF_8), reply, fault, headers);
        }
        headers.putIfAbsent("content-type", "text/event-stream; charset=utf-8");
        headers.putIfAbsent("cache-control", "no-cache");
        var playback = new Playback(
                dialect.frames(reply),
                reply,
                fault,
                dialect.refused(Refusal.overloaded(), requestId).body());
        return Script.empty().head(200, namesAndValues(headers)).then(playback::play);
    }

    /** The fault that the client or the test wants. */
    private Optional<Fault> wanted(Call call) throws Refusal {
        String header = call.header("x-script");
        if (header.isEmpty()) {
            return Optional.ofNullable(faults.poll());
        }
        Optional<Fault> fault = Fault.ofHeader(header);
        if (fault.isEmpty()) {
            throw Refusal.invalid("x-script: there is no fault named '" + header + "'");
        }
        return fault;
    }

    private Answer answer(ParsedRequest asked) throws Refusal {
        Answer queued = queue.poll();
        if (queued != null) {
            return queued;
        }
        if (unlessQueued == null) {
            throw Refusal.invalid("The test's script has no answer left for this request: enqueue one more Answer");
        }
        try {
            return unlessQueued.apply(asked);
        } catch (RuntimeException | AssertionError e) {
            throw Refusal.invalid("The test's script failed: " + e);
        }
    }

    private static Script whole(byte[] body, Reply reply, Optional<Fault> fault, Map<String, String> headers) {
        Answer answer = reply.answer();
        Script thinking = Script.empty().pause(answer.pace().thought(reply.random()));
        headers.putIfAbsent("content-type", "application/json");
        byte[] part = Arrays.copyOf(body, Math.min(body.length, answer.faultAt().orElse(body.length / 2)));
        Fault kind = fault.orElse(Fault.SLOW);
        headers.put("content-length", String.valueOf(kind == Fault.GARBAGE ? part.length : body.length));
        if (kind == Fault.BROKEN_CHUNK) {
            headers.remove("content-length");
        }
        Script head = thinking.head(200, namesAndValues(headers));
        return switch (kind) {
            case CUT, HALF_CLOSE -> head.sse(part).cut();
            case RESET -> head.sse(part).reset();
            case STALL, SILENT -> head.sse(part).stall();
            case GARBAGE -> head.sse(part);
            case BROKEN_CHUNK -> head.sse(part).malformedChunk().cut();
            case ERROR, BARE_ERROR, OVERLOADED, SLOW -> head.sse(body);
        };
    }

    private static Script json(int status, String body, Map<String, String> headers) {
        return Script.json(status, body, namesAndValues(headers));
    }

    private static String[] namesAndValues(Map<String, String> headers) {
        List<String> flat = new ArrayList<>();
        headers.forEach((name, value) -> {
            flat.add(name);
            flat.add(value);
        });
        return flat.toArray(String[]::new);
    }
}
