package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A request costs as much as it is long, whatever is in it: 1 MiB of the worst, without the limits on messages and parts. The
 * bound is far above what it takes, and far below what it takes where the cost grows with the square.
 */
class RequestCostTest {
    private static final int LENGTH = 1 << 20;
    private static final Duration BOUND = Duration.ofSeconds(3);
    private static final String TEXT = "{\"type\":\"text\",\"text\":\"a\"}";

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("shapes")
    void aRequestCostsAsMuchAsItIsLong(ClientProtocol dialect, String name, IntFunction<String> shape) {
        String body = longest(shape);
        assertThat(body.length()).as("nearly all that is allowed").isGreaterThan(LENGTH / 2);
        Assertions.assertTimeoutPreemptively(BOUND, () -> read(dialect, body), name);
    }

    private static void read(ClientProtocol dialect, String body) {
        try {
            Map<String, Object> fields = RequestBody.object(body);
            dialect.request(new Session("s"), fields);
        } catch (IllegalArgumentException | Problem e) {
            assertThat(e).hasMessageNotContaining("is no JSON object");
        }
    }

    /** The shape with so many items that it is as long as it may be. */
    private static String longest(IntFunction<String> shape) {
        int ten = shape.apply(1010).length() - shape.apply(1000).length();
        int items = Math.max(1, (int) (9L * LENGTH / Math.max(1, ten)));
        return shape.apply(items);
    }

    static Stream<Arguments> shapes() {
        return Stream.of(completions(), chats(), own(), everywhere()).flatMap(shapes -> shapes);
    }

    private static Stream<Arguments> completions() {
        IntFunction<String> reversed = n -> completion(called(n), results(backwards(n)));
        IntFunction<String> inOrder = n -> completion(called(n), results(upTo(n)));
        IntFunction<String> same =
                n -> completion(called(Collections.nCopies(n, 7)), results(Collections.nCopies(n, 7)));
        IntFunction<String> unanswered = n -> completion(called(n));
        IntFunction<String> turns = n -> completion(IntStream.range(0, n)
                .mapToObj(i -> called(List.of(i)) + "," + result(i))
                .toArray(String[]::new));
        IntFunction<String> interrupted =
                n -> completion(called(n), String.join(",", each(n, i -> result(i) + "," + user("?"))));
        IntFunction<String> oneByOne =
                n -> completion(String.join(",", each(n, i -> called(List.of(i)))), results(backwards(n)));
        IntFunction<String> empty = n -> completion(String.join(",", Collections.nCopies(n, user(""))));
        IntFunction<String> silent = n -> completion(
                String.join(",", Collections.nCopies(n, "{\"role\":\"assistant\",\"content\":\"\"}")), user("?"));
        IntFunction<String> system = n -> completion(
                String.join(",", Collections.nCopies(n, "{\"role\":\"system\",\"content\":\"\"}")), user("?"));
        IntFunction<String> parts = n -> completion("{\"role\":\"user\",\"content\":[" + texts(n) + "]}");
        IntFunction<String> results = n -> completion(
                called(List.of(1)), "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":[" + texts(n) + "]}");
        IntFunction<String> picture = n -> completion(picture("data:image/png;base64," + "A".repeat(n)));
        IntFunction<String> noPicture = n -> completion(picture("data:" + "a/".repeat(n)));
        IntFunction<String> parameters = n -> completion(picture("data:image/png" + ";a=b".repeat(n) + ";base64,A"));
        return of(
                ClientProtocol.COMPLETIONS,
                Map.ofEntries(
                        Map.entry("results in reverse", reversed),
                        Map.entry("results in order", inOrder),
                        Map.entry("calls of one id", same),
                        Map.entry("calls without results", unanswered),
                        Map.entry("a turn for each call", turns),
                        Map.entry("words between the results", interrupted),
                        Map.entry("a message for each call", oneByOne),
                        Map.entry("empty messages", empty),
                        Map.entry("empty answers", silent),
                        Map.entry("instructions", system),
                        Map.entry("parts", parts),
                        Map.entry("parts of a result", results),
                        Map.entry("a picture", picture),
                        Map.entry("no picture", noPicture),
                        Map.entry("a picture's parameters", parameters)));
    }

    private static Stream<Arguments> chats() {
        IntFunction<String> steps =
                n -> chat(parts(String.join(",", Collections.nCopies(n, TEXT + ",{\"type\":\"step-start\"}"))));
        IntFunction<String> noSteps =
                n -> chat(parts(String.join(",", Collections.nCopies(n, "{\"type\":\"step-start\"}"))));
        IntFunction<String> calls = n -> chat(parts(String.join(",", each(n, i -> call("t" + i)))));
        IntFunction<String> same = n -> chat(parts(String.join(",", each(n, i -> call("t")))));
        IntFunction<String> stepOfCalls =
                n -> chat(parts(String.join(",", each(n, i -> call("t" + i) + ",{\"type\":\"step-start\"}"))));
        IntFunction<String> empty = n -> chat(String.join(",", Collections.nCopies(n, parts(""))));
        IntFunction<String> users =
                n -> chat(String.join(",", Collections.nCopies(n, "{\"role\":\"user\",\"parts\":[" + TEXT + "]}")));
        IntFunction<String> system = n -> chat("{\"role\":\"system\",\"parts\":[" + texts(n) + "]}");
        IntFunction<String> input =
                n -> chat(parts("{\"type\":\"tool-a\",\"toolCallId\":\"t\",\"state\":\"x\",\"input\":{\"a\":["
                        + String.join(",", Collections.nCopies(n, "[[[]]]")) + "]}}"));
        IntFunction<String> escapes =
                n -> chat(parts("{\"type\":\"tool-a\",\"toolCallId\":\"t\",\"state\":\"x\",\"input\":{\"a\":\""
                        + "\\ud800".repeat(n) + "\"}}"));
        IntFunction<String> file = n ->
                chat("{\"role\":\"user\",\"parts\":[{\"type\":\"file\",\"url\":\"data:" + "a;".repeat(n) + "\"}]}");
        return of(
                ClientProtocol.CHAT,
                Map.ofEntries(
                        Map.entry("texts and steps", steps),
                        Map.entry("steps", noSteps),
                        Map.entry("calls", calls),
                        Map.entry("calls of one id", same),
                        Map.entry("a step for each call", stepOfCalls),
                        Map.entry("empty messages", empty),
                        Map.entry("messages", users),
                        Map.entry("instructions", system),
                        Map.entry("a call's input", input),
                        Map.entry("half characters", escapes),
                        Map.entry("a file", file)));
    }

    private static Stream<Arguments> own() {
        IntFunction<String> empty = n -> "{\"messages\":[" + String.join(",", Collections.nCopies(n, user(""))) + "]}";
        IntFunction<String> role =
                n -> "{\"messages\":[{\"content\":\"\",\"role\":" + nested("\"" + "a".repeat(n) + "\"") + "}]}";
        return of(ClientProtocol.EVENTS, Map.of("empty messages", empty, "a role that is none", role));
    }

    private static Stream<Arguments> everywhere() {
        IntFunction<String> escapes = n -> "{\"message\":\"" + "\\u0000".repeat(n) + "\"}";
        IntFunction<String> fields = n -> "{" + String.join(",", each(n, i -> "\"f" + i + "\":0")) + "}";
        IntFunction<String> alike = n -> "{" + String.join(",", each(n, i -> "\"" + alike(i) + "\":0")) + "}";
        IntFunction<String> again = n -> "{" + String.join(",", Collections.nCopies(n, "\"a\":0")) + "}";
        IntFunction<String> deep =
                n -> "{\"a\":[" + String.join(",", Collections.nCopies(n, "[".repeat(400) + "]".repeat(400))) + "]}";
        IntFunction<String> numbers =
                n -> "{\"a\":[" + String.join(",", Collections.nCopies(n, "9".repeat(900))) + "]}";
        IntFunction<String> powers =
                n -> "{\"a\":[" + String.join(",", Collections.nCopies(n, "1e" + "9".repeat(9))) + "]}";
        IntFunction<String> blanks = n -> "{" + " ".repeat(n) + "}";
        return of(
                ClientProtocol.MESSAGES,
                Map.of(
                        "escapes", escapes,
                        "fields", fields,
                        "fields whose hashes are alike", alike,
                        "a field again and again", again,
                        "nesting", deep,
                        "long numbers", numbers,
                        "powers", powers,
                        "blanks", blanks));
    }

    private static Stream<Arguments> of(ClientProtocol dialect, Map<String, IntFunction<String>> shapes) {
        return shapes.entrySet().stream().map(shape -> Arguments.of(dialect, shape.getKey(), shape.getValue()));
    }

    private static String completion(String... messages) {
        return "{\"stream\":true,\"messages\":[" + String.join(",", messages) + "]}";
    }

    private static String user(String text) {
        return "{\"role\":\"user\",\"content\":\"" + text + "\"}";
    }

    private static String texts(int n) {
        return String.join(",", Collections.nCopies(n, TEXT));
    }

    private static String picture(String url) {
        return "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}]}";
    }

    private static String called(int n) {
        return called(upTo(n));
    }

    private static String called(List<Integer> ids) {
        return "{\"role\":\"assistant\",\"tool_calls\":["
                + String.join(
                        ",", ids.stream().map(RequestCostTest::functionCall).toList()) + "]}";
    }

    private static String functionCall(int id) {
        return "{\"id\":\"c" + id + "\",\"function\":{\"name\":\"a\",\"arguments\":\"\"}}";
    }

    private static String results(List<Integer> ids) {
        return String.join(",", ids.stream().map(RequestCostTest::result).toList());
    }

    private static String result(int id) {
        return "{\"role\":\"tool\",\"tool_call_id\":\"c" + id + "\",\"content\":\"\"}";
    }

    private static String chat(String messages) {
        return "{\"messages\":[" + messages + "]}";
    }

    private static String parts(String parts) {
        return "{\"role\":\"assistant\",\"parts\":[" + parts + "]}";
    }

    private static String call(String id) {
        return "{\"type\":\"tool-a\",\"toolCallId\":\"" + id + "\",\"state\":\"x\",\"input\":{}}";
    }

    private static String nested(String leaf) {
        return "{\"a\":".repeat(400) + leaf + "}".repeat(400);
    }

    /** Names of one hash: each pair of letters is "Aa" or "BB". */
    private static String alike(int i) {
        var name = new StringBuilder();
        for (int bit = 0; bit < 18; bit++) {
            name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return name.toString();
    }

    private static List<Integer> upTo(int n) {
        return IntStream.range(0, n).boxed().toList();
    }

    private static List<Integer> backwards(int n) {
        return upTo(n).reversed();
    }

    private static List<String> each(int n, IntFunction<String> item) {
        var all = new ArrayList<String>(n);
        for (int i = 0; i < n; i++) {
            all.add(item.apply(i));
        }
        return all;
    }
}
