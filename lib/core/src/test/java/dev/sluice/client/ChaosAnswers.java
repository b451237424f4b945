package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static java.util.stream.Collectors.joining;

import dev.sluice.message.MessageRequest;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the server of {@link ChaosTest} says: for each question a text of its own, which follows from the seed, in a good or
 * a bad answer, which follows from the seed and the number of the request.
 */
final class ChaosAnswers {
    private static final Pattern QUESTION = Pattern.compile("Tell me about river (\\d+)\\.");
    private static final Pattern LAST_WORDS = Pattern.compile("<last_words>(.*)</last_words>", Pattern.DOTALL);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String[] WORDS = {
        "river ", "Fluß ", "川 ", "🌊 ", "\"run\" ", "back\\slash ", "end.\n", "a ", "naïve ", "Donaudampfschiff "
    };

    /** Four pieces are always there, so that there is something to lose. */
    private static final int LEAST_PIECES = 4;

    private final long seed;
    private final AtomicInteger requests = new AtomicInteger();

    ChaosAnswers(long seed) {
        this.seed = seed;
    }

    /** A question; to a model that goes on with what it is told to have said, or to one that wants to be asked to. */
    static MessageRequest question(int number) {
        return MessageRequest.builder()
                .model(number % 2 == 0 ? "claude-sonnet-4-5" : "claude-sonnet-5")
                .maxTokens(100)
                .user("Tell me about river " + number + ".")
                .build();
    }

    /** What a whole answer to a question says. */
    String text(int question) {
        return String.join("", pieces(question));
    }

    private String[] pieces(int question) {
        var random = random(question);
        var pieces = new String[LEAST_PIECES + random.nextInt(30)];
        Arrays.setAll(pieces, i -> i == 0 ? question + ": " : WORDS[random.nextInt(WORDS.length)]);
        return pieces;
    }

    Script script(ReceivedRequest request) {
        var random = random(-requests.incrementAndGet());
        String[] pieces = rest(request);
        return switch (random.nextInt(20)) {
            case 0 -> refused(429, "rate_limit_error", random);
            case 1 -> refused(500, "api_error", random);
            case 2 -> refused(529, "overloaded_error", random);
            case 3 -> Script.stream(error("overloaded_error", "Overloaded"));
            case 4 -> Script.stream(broken(pieces, random));
            case 5 -> Script.stream(cut(begin(pieces), random)); // in good order, but too early
            case 6, 7 -> untilClosed(answer(pieces));
            case 8, 9, 10 -> inChunks(answer(pieces), random);
            case 11, 12 -> Script.stream(answer(pieces)); // at once
            default -> paced(answer(pieces), random);
        };
    }

    /** What is still to be said: all of it, or what follows the beginning that the request brings. */
    private String[] rest(ReceivedRequest request) {
        JsonNode messages = JSON.readTree(request.body()).path("messages");
        String[] pieces = pieces(question(messages.get(0).toString()));
        if (messages.size() == 1) {
            return pieces;
        }
        String said = text(messages.get(1));
        String all = String.join("", pieces);
        if (!all.startsWith(said)) {
            throw new AssertionError("asked to go on from what nobody said: " + said);
        }
        Matcher asked = LAST_WORDS.matcher(text(messages.path(2)));
        String again = asked.find() ? asked.group(1) : "";
        return (again + all.substring(said.length())).split("(?<= )");
    }

    private static String text(JsonNode message) {
        JsonNode content = message.path("content");
        return content.isString()
                ? content.stringValue()
                : content.findValuesAsString("text").stream().collect(joining());
    }

    private static int question(String message) {
        Matcher question = QUESTION.matcher(message);
        if (!question.find()) {
            throw new AssertionError("no question in " + message);
        }
        return Integer.parseInt(question.group(1));
    }

    private static Script refused(int status, String type, SplittableRandom random) {
        return Script.json(
                status, errorJson(type, "Not now"), "retry-after-ms", String.valueOf(1 + random.nextInt(30)));
    }

    private static String[] broken(String[] pieces, SplittableRandom random) {
        String[] some = cut(begin(pieces), random);
        some = Arrays.copyOf(some, some.length + 1);
        some[some.length - 1] = error("api_error", "Something broke");
        return some;
    }

    private static String[] cut(String[] events, SplittableRandom random) {
        return Arrays.copyOf(events, 1 + random.nextInt(events.length));
    }

    /** An answer that ends with its connection, so that only its own words tell whether it is whole. */
    private static Script untilClosed(String[] events) {
        return Script.empty()
                .head(200, "content-type", "text/event-stream", "connection", "close")
                .sse(events)
                .cut();
    }

    /** In HTTP chunks that know nothing of events, lines and characters. */
    private static Script inChunks(String[] events, SplittableRandom random) {
        byte[] all = String.join("", events).getBytes(StandardCharsets.UTF_8);
        Script script = Script.stream();
        for (int from = 0; from < all.length; ) {
            int to = Math.min(all.length, from + 1 + random.nextInt(300));
            script = script.sse(Arrays.copyOfRange(all, from, to));
            from = to;
        }
        return script.end();
    }

    private static Script paced(String[] events, SplittableRandom random) {
        Script script = Script.stream();
        for (String event : events) {
            script = script.sse(event).pause(Duration.ofMillis(random.nextInt(100)));
            if (random.nextInt(8) == 0) {
                script = script.sse(ping());
            }
        }
        return script.sse(event("future_event", "{}")).end();
    }

    private SplittableRandom random(int number) {
        return new SplittableRandom(seed ^ number * 0x9E3779B97F4A7C15L);
    }
}
