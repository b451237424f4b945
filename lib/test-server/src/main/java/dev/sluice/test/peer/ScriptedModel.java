package dev.sluice.test.peer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A model that speaks Claude's wire and outlives the nodes. It answers "run 17" always with the same words and calls: two tools, two
 * more, and the end. The calls' ids are new in each answer, as a model's are. If it is asked to continue from its last words, it does.
 */
public final class ScriptedModel implements AutoCloseable {
    /** The tools of each turn: of each two, the first may be run again, the second may not. */
    public static final List<List<String>> TOOLS = List.of(List.of("reserve", "charge"), List.of("print", "send"));

    private static final Pattern RUN = Pattern.compile("run (\\d+)");
    private static final Pattern LAST_WORDS = Pattern.compile("<last_words>(.*?)</last_words>");
    private static final int WORDS = 12;

    private final HttpServer server;
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong continuations = new AtomicLong();

    private ScriptedModel(HttpServer server) {
        this.server = server;
    }

    /** Starts one on a free port. */
    public static ScriptedModel start() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 500);
        var model = new ScriptedModel(server);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", model::answer);
        server.start();
        return model;
    }

    /** Where it is, on this machine. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** How many answers were begun. */
    public long requests() {
        return requests.get();
    }

    /** How often it was asked to continue an answer. */
    public long continuations() {
        return continuations.get();
    }

    /** The words of a whole run, turn after turn. */
    public static String text(int run) {
        return IntStream.rangeClosed(0, TOOLS.size())
                .mapToObj(turn -> String.join("", words(run, turn)))
                .collect(Collectors.joining());
    }

    private static List<String> words(int run, int turn) {
        var random = new Random(run * 31L + turn);
        return random.ints(WORDS, 0, 10_000).mapToObj(word -> "w" + word + " ").toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Matcher named = RUN.matcher(asked);
        if (!named.find()) {
            throw new IllegalStateException("no run in " + asked);
        }
        int run = Integer.parseInt(named.group(1));
        int turn = asked.split("\"tool_result\"", -1).length / 2;
        exchange.getResponseHeaders().set("content-type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            Matcher cut = LAST_WORDS.matcher(asked);
            List<String> words = words(run, turn);
            if (cut.find()) {
                continuations.incrementAndGet();
                words = from(String.join("", words), cut.group(1));
            }
            speak(out, run, turn, words);
        } catch (UncheckedIOException | InterruptedException gone) {
            exchange.close(); // the node was killed
        }
    }

    /** What it says to repeat its last words and go on. */
    private static List<String> from(String all, String lastWords) {
        int at = all.indexOf(lastWords);
        if (at < 0) {
            throw new IllegalStateException("'" + lastWords + "' was never said in " + all);
        }
        return List.of(all.substring(at).split("(?<= )"));
    }

    private void speak(OutputStream out, int run, int turn, List<String> words) throws InterruptedException {
        event(out, "message_start", """
            "message":{"id":"msg_%d_%d","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,\
            "stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}\
            """.formatted(run, calls.get()));
        event(out, "content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
        for (String word : words) {
            event(
                    out,
                    "content_block_delta",
                    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + word + "\"}");
            Thread.sleep(4); // the model's own pace
        }
        event(out, "content_block_stop", "\"index\":0");
        List<String> tools = turn < TOOLS.size() ? TOOLS.get(turn) : List.of();
        for (int i = 0; i < tools.size(); i++) {
            call(out, i + 1, tools.get(i), run);
            Thread.sleep(8);
        }
        event(out, "message_delta", """
            "delta":{"stop_reason":"%s","stop_sequence":null},"usage":{"output_tokens":20}\
            """.formatted(tools.isEmpty() ? "end_turn" : "tool_use"));
        event(out, "message_stop", "");
    }

    private void call(OutputStream out, int index, String tool, int run) {
        event(out, "content_block_start", """
            "index":%d,"content_block":{"type":"tool_use","id":"toolu_%d","name":"%s","input":{}}\
            """.formatted(index, calls.incrementAndGet(), tool));
        event(out, "content_block_delta", """
            "index":%d,"delta":{"type":"input_json_delta","partial_json":"{\\"run\\":%d}"}\
            """.formatted(index, run));
        event(out, "content_block_stop", "\"index\":" + index);
    }

    private static void event(OutputStream out, String type, String fields) {
        String data = "{\"type\":\"" + type + "\"" + (fields.isEmpty() ? "" : "," + fields) + "}";
        try {
            out.write(("event: " + type + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
