package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The vendors' own clients, as they come from npm, read all transcripts, and what they make of each is compared with our
 * message. Where the two differ, {@link #DIFFERENCES} says who is right. The clients are run once, by
 * {@code src/test/npm/clients.mjs}. Needs Node and {@code npm ci}, so it runs with {@code -Pnpm} only.
 *
 * <p>A transcript's folder or the first word of its name is its wire. Transcripts of a wire that are added join by
 * themselves.
 */
@Tag("npm")
class VendorClientsTest {
    private static final Path TRANSCRIPTS = Path.of("src/test/resources/transcripts");

    /** Our provider for each wire that {@code clients.mjs} knows, at an address. */
    private static final Map<String, Function<String, Provider>> PROVIDERS = Map.of(
            "claude", url -> Claude.builder().apiKey("none").baseUrl(url).build(),
            "gemini", url -> Gemini.builder().apiKey("none").baseUrl(url).build(),
            "interactions",
                    url -> Gemini.interactions().apiKey("none").baseUrl(url).build(),
            "openai",
                    url -> OpenAi.chatCompletions()
                            .apiKey("none")
                            .baseUrl(url + "/v1")
                            .build(),
            "responses",
                    url -> OpenAi.builder().apiKey("none").baseUrl(url + "/v1").build());

    private static final String NO_THOUGHTS = "we are right: the client has no place for the thoughts";
    private static final String NO_ID = "we are right: the wire gives no id, and a result has to name one";

    /** What differs, by the transcript's name without its folder: where, and who is right. */
    private static final Map<String, Map<String, String>> DIFFERENCES = Map.ofEntries(
            Map.entry("gemini-parallel-function-calls", Map.of(".blocks[3].id", NO_ID)),
            Map.entry(
                    "gemini-safety-block",
                    Map.of(".blocks", "we are right: the client's chat forgets the words before the block")),
            Map.entry("deepseek-reasoning-tool", Map.of(".blocks", NO_THOUGHTS)),
            Map.entry(
                    "gemini-endpoint-tools",
                    Map.of("error", "we are right: the client rejects calls without a number")),
            Map.entry("mistral-thinking-parts", Map.of(".blocks", "we are right: the client adds objects to a string")),
            Map.entry(
                    "ollama-whole-tools",
                    Map.of(".blocks", "we are right: the client joins two calls that have the same number")),
            Map.entry("openai-function-call", Map.of(".blocks[0].id", NO_ID)),
            Map.entry("openrouter-reasoning-details", Map.of(".blocks", NO_THOUGHTS)),
            Map.entry(
                    "vllm-reasoning",
                    Map.of(".blocks[0].thinking", "we are right: the client keeps the last piece of the thoughts")),
            Map.entry(
                    "responses-failed-midstream",
                    Map.of("error", "we are right: the client hands out a failed answer, and without its words")),
            Map.entry(
                    "responses-open-dialect",
                    Map.of("error", "we are right: the client rejects events that it does not know")),
            Map.entry(
                    "responses-reasoning-encrypted",
                    Map.of(
                            ".blocks[0].signature",
                            "both: the client has the last event's ciphertext, we have that of the item's own end")));

    private static ScriptedPeer peer;
    private static Map<String, Object> theirs;

    @BeforeAll
    static void runThem(@TempDir Path folder) throws IOException, InterruptedException {
        peer = ScriptedPeer.answering(
                request -> names().filter(name -> request.path().startsWith("/" + name + "/"))
                        .findAny()
                        .map(name -> Script.transcript(name + ".sse", 1000))
                        .orElseGet(() -> Script.json(404, "{}")));
        Path out = folder.resolve("out.json");
        Path errors = folder.resolve("errors.txt");
        var command =
                new ArrayList<>(List.of("node", "clients.mjs", peer.uri("").toString()));
        names().map(name -> wire(name) + ":" + name).forEach(command::add);
        Process node = new ProcessBuilder(command)
                .directory(Path.of("src/test/npm").toFile())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(node.waitFor(1, TimeUnit.MINUTES)).as("node ends").isTrue();
        } finally {
            node.destroyForcibly();
        }
        assertThat(node.exitValue())
                .as(Files.readString(errors, StandardCharsets.UTF_8))
                .isZero();
        theirs = Json.readObject(Files.readString(out, StandardCharsets.UTF_8));
    }

    @AfterAll
    static void stop() {
        peer.close();
    }

    /** The transcripts, as paths without an ending. */
    static Stream<String> names() {
        try (Stream<Path> files = Files.walk(TRANSCRIPTS)) {
            return files
                    .map(file -> TRANSCRIPTS.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> name.endsWith(".sse"))
                    .map(name -> name.substring(0, name.length() - ".sse".length()))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String wire(String name) {
        return name.split("[-/]", 2)[0];
    }

    @ParameterizedTest
    @MethodSource("names")
    void theirAnswerIsOursOrTheDifferenceIsListed(String name) {
        Object own = ours(name);
        Object other = Objects.requireNonNull(theirs.get(name));
        SortedMap<String, String> differences = new TreeMap<>();
        compare("", other, own, differences);
        assertThat(differences.keySet())
                .as("what they have and we have not: %s", differences)
                .isEqualTo(DIFFERENCES
                        .getOrDefault(name.substring(name.indexOf('/') + 1), Map.of())
                        .keySet());
    }

    private static Object ours(String name) {
        Function<String, Provider> provider = PROVIDERS.get(wire(name));
        assertThat(provider)
                .as("our provider for the wire '%s': add it to PROVIDERS", wire(name))
                .isNotNull();
        var request = MessageRequest.builder().model("m").maxTokens(100).user("How high is the tide?");
        try (LlmClient client = LlmClient.builder(
                                provider.apply(peer.uri("/" + name).toString()))
                        .build();
                MessageStream stream = client.stream(request.build())) {
            return words(wire(name), stream.finalMessage());
        } catch (StreamException e) {
            return Map.of("error", String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, Object> words(String wire, Message message) {
        var words = new LinkedHashMap<String, Object>();
        words.put("id", message.id());
        words.put("model", message.model());
        words.put("stop", message.stopReason());
        words.put(
                "blocks",
                message.content().stream().map(block -> block(wire, block)).toList());
        words.put("prompt", message.usage().totalInputTokens());
        words.put("answer", message.usage().outputTokens());
        return words;
    }

    private static Map<String, Object> block(String wire, ContentBlock block) {
        var fields = new HashMap<String, Object>();
        switch (block) {
            case ContentBlock.Text(String text, List<Citation> citations, var extra) -> {
                fields.put("type", "text");
                fields.put("text", text);
                fields.put(
                        "citations",
                        citations.stream()
                                .map(citation -> Json.readAny(citation.json()))
                                .toList());
            }
            case ContentBlock.Thinking(String thinking, String signature, var extra) -> {
                fields.put("type", "thinking");
                fields.put("thinking", thinking);
                fields.put("signature", signature);
            }
            case ContentBlock.RedactedThinking(String data, var extra) -> {
                fields.put("type", "redacted_thinking");
                fields.put("data", data);
            }
            case ContentBlock.ToolUse(String id, String tool, String input, var extra) ->
                call(fields, "tool_use", id, tool, input);
            case ContentBlock.ServerToolUse(String id, String tool, String input, var extra) ->
                call(fields, "server_tool_use", id, tool, input);
            case ContentBlock.ServerToolResult(String type, String call, String content, var extra) -> {
                fields.put("type", type);
                fields.put("tool_use_id", call);
                fields.put("content", Json.readAny(content));
            }
            case ContentBlock.Unknown(String type, String json) -> fields.putAll(Json.readObject(json));
            default -> throw new AssertionError("no answer has this: " + block);
        }
        block.extra().forEach((name, json) -> {
            if (wire.equals("claude")) { // the others' fields are not where their clients have them
                fields.put(name, Json.readAny(json));
            } else if (name.equals("thoughtSignature")) {
                fields.put("signature", Json.readAny(json));
            }
        });
        fields.values().removeIf(value -> value == null || value.equals("") || value.equals(List.of()));
        return fields;
    }

    private static void call(Map<String, Object> fields, String type, String id, String tool, String input) {
        fields.put("type", type);
        fields.put("id", id);
        fields.put("name", tool);
        fields.put("input", Json.isObject(input) ? Json.readAny(input) : input);
    }

    /** Notes the places where two values differ. Of two errors neither has the other's words. */
    private static void compare(String place, Object other, Object own, Map<String, String> differences) {
        if (other instanceof Map<?, ?> their && own instanceof Map<?, ?> our) {
            if (their.containsKey("error") || our.containsKey("error")) {
                if (!their.keySet().equals(our.keySet())) {
                    differences.put(place + "error", other + " / " + own);
                }
                return;
            }
            var names = new TreeSet<String>();
            their.keySet().forEach(name -> names.add((String) name));
            our.keySet().forEach(name -> names.add((String) name));
            names.forEach(name -> compare(place + "." + name, their.get(name), our.get(name), differences));
        } else if (other instanceof List<?> their && own instanceof List<?> our && their.size() == our.size()) {
            for (int i = 0; i < their.size(); i++) {
                compare(place + "[" + i + "]", their.get(i), our.get(i), differences);
            }
        } else if (!Objects.equals(number(other), number(own))) {
            differences.put(place, other + " / " + own);
        }
    }

    /** JavaScript has one kind of number. */
    private static Object number(Object value) {
        return value instanceof Number number ? number.doubleValue() : value;
    }
}
