package dev.sluice.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A recording of a {@link RecordingTransport}, to be replayed: at its own pace, at another one, or at once.
 *
 * <pre>{@code
 * Recording recording = Recording.read(Path.of("rivers.jsonl")).atOnce();
 * try (var client = LlmClient.builder(claude).transport(recording.transport()).build()) {
 *     ...
 * }
 * }</pre>
 *
 * <p>The first request gets the first exchange, without regard to what it asks, and so on. A request that comes after
 * the last one is answered with status 400, which says so. An exchange that failed while it was recorded fails at the
 * same byte. Immutable.
 */
public final class Recording {
    /** The transport's own: it frames the body anew. */
    private static final Set<String> FRAMING =
            Set.of("content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "upgrade");

    private final List<List<JsonNode>> exchanges;
    private final double slowness; // 0 is at once, 2 takes twice the time

    private Recording(List<List<JsonNode>> exchanges, double slowness) {
        this.exchanges = exchanges;
        this.slowness = slowness;
    }

    /**
     * Reads a recording. A last line that was cut off is left out, as when the process that wrote it was killed.
     *
     * @throws IOException if it cannot be read, or is no recording; the message says which line
     */
    public static Recording read(Path file) throws IOException {
        var exchanges = new TreeMap<Integer, List<JsonNode>>();
        List<String> lines = Files.readAllLines(file, UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line;
            try {
                line = JsonMapper.shared().readTree(lines.get(i));
            } catch (JacksonException e) {
                if (i == lines.size() - 1) {
                    break;
                }
                throw new IOException(file + ", line " + (i + 1) + ": is no JSON", e);
            }
            if (!line.has(RecordingFile.EXCHANGE)) {
                throw new IOException(file + ", line " + (i + 1) + ": has no field " + RecordingFile.EXCHANGE
                        + ", so this is no recording");
            }
            exchanges
                    .computeIfAbsent(line.get(RecordingFile.EXCHANGE).asInt(0), number -> new ArrayList<>())
                    .add(line);
        }
        return new Recording(List.copyOf(exchanges.values()), 1);
    }

    /** How many exchanges there are. */
    public int exchanges() {
        return exchanges.size();
    }

    /**
     * The same at another speed.
     *
     * @param factor more than 0; 2 is twice as fast as it was recorded
     */
    public Recording atSpeed(double factor) {
        if (!(factor > 0)) {
            throw new IllegalArgumentException("factor: " + factor + " must be more than 0; see atOnce()");
        }
        return new Recording(exchanges, 1 / factor);
    }

    /** The same without pauses. */
    public Recording atOnce() {
        return new Recording(exchanges, 0);
    }

    /** A transport that replays it without a socket. Each starts with the first exchange. */
    public InMemoryTransport transport() {
        return InMemoryTransport.scripted(inTurn());
    }

    /** A server that replays it. Each starts with the first exchange. */
    public ScriptedPeer serve() {
        return ScriptedPeer.answering(inTurn());
    }

    /** The script of each exchange, in the order in which they were opened. */
    public List<Script> scripts() {
        return exchanges.stream().map(this::script).toList();
    }

    private Function<ReceivedRequest, Script> inTurn() {
        List<Script> scripts = scripts();
        var next = new AtomicInteger();
        return request -> {
            int index = next.getAndIncrement();
            if (index < scripts.size()) {
                return scripts.get(index);
            }
            String message = "The recording has " + scripts.size() + " exchanges, this is request " + (index + 1);
            return Script.json(400, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"" + message + "\"}}");
        };
    }

    private Script script(List<JsonNode> lines) {
        Script script = Script.empty();
        double before = 0;
        boolean ended = false;
        for (JsonNode line : lines) {
            double at = line.path(RecordingFile.MILLIS).asDouble(before);
            long nanos = Math.round((at - before) * 1e6 * slowness);
            before = at;
            script = step(nanos > 0 ? script.pause(Duration.ofNanos(nanos)) : script, line);
            ended |= line.has(RecordingFile.END);
        }
        return ended ? script : script.cut();
    }

    private static Script step(Script script, JsonNode line) {
        if (line.has(RecordingFile.STATUS)) {
            return script.head(line.get(RecordingFile.STATUS).asInt(0), headers(line.path(RecordingFile.HEADERS)));
        } else if (line.has(RecordingFile.TEXT)) {
            return script.sse(line.get(RecordingFile.TEXT).asString());
        } else if (line.has(RecordingFile.BASE64)) {
            return script.sse(
                    Base64.getDecoder().decode(line.get(RecordingFile.BASE64).asString()));
        } else if (line.has(RecordingFile.END)) {
            boolean complete = line.get(RecordingFile.END).asString().equals(RecordingFile.COMPLETE);
            return complete ? script.end() : script.cut();
        }
        return script; // the request, or what a later version writes
    }

    private static String[] headers(JsonNode headers) {
        List<String> flat = new ArrayList<>();
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            if (!FRAMING.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                header.getValue().forEach(value -> flat.addAll(List.of(header.getKey(), value.asString())));
            }
        }
        return flat.toArray(String[]::new);
    }
}
