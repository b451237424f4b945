package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.CLAUDE;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.provider.wire.RawJson;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The law of sending back: the assistant message of the next request has the blocks that the wire had, each field of them, be
 * it known to this library or not. The wire is folded here by the rules of the API, without the library.
 */
class ClaudeReplayLawTest {
    private static final List<String> RECORDINGS = List.of(
            "text",
            "max-tokens",
            "pings-multi-text",
            "unicode",
            "thinking-text",
            "tool-use-fragments",
            "parallel-tool-use",
            "web-search-citations",
            "compaction",
            "mcp",
            "midstream-overloaded");

    /** Blocks that no recording has, each as it starts and the deltas that follow; quotes are single. */
    private static final List<List<String>> BLOCKS = List.of(
            List.of(
                    "{'type':'thinking','thinking':'','signature':'','new_field':[1, 2.50],'new_null':null}",
                    "{'type':'thinking_delta','thinking':'Hm, \\u00e9 '}",
                    "{'type':'thinking_delta','thinking':'so be it'}",
                    "{'type':'signature_delta','signature':'c2ln+/=='}"),
            List.of(
                    "{'type':'thinking','thinking':'','signature':''}",
                    "{'type':'signature_delta','signature':'of-hidden-thoughts'}"),
            List.of("{'type':'redacted_thinking','data':'ZW5j+/==','new_field':{'a': null},'new_null':null}"),
            List.of("{'type':'compaction','content':null,'encrypted_content':null}"), // it failed
            List.of(
                    "{'type':'compaction','content':null,'encrypted_content':null,'tool_changes':[{'a': 1}]}",
                    "{'type':'compaction_delta','content':'All \\u0022so\\u0022"
                            + " far','encrypted_content':'x','signature':'s'}"),
            List.of("{'type':'compaction','content':'whole in start','encrypted_content':'x'}"),
            List.of(
                    "{'type':'tool_use','id':'toolu_1','name':'click','input':{},'toolset_name':'computer',"
                            + "'caller':{'type':'direct'}}",
                    "{'type':'input_json_delta','partial_json':''}",
                    "{'type':'input_json_delta','partial_json':'{\\u0022x\\u0022: 1.50}'}"),
            List.of("{'type':'mcp_tool_use','id':'mcptoolu_1','name':'n','server_name':'s','input':{'a': 1}}"),
            List.of("{'type':'mcp_tool_result','tool_use_id':'mcptoolu_1','is_error':true,'content':'no such berth'}"),
            List.of("{'type':'mcp_tool_listing','mcp_server_name':'s','tools':[{'name':'n', 'input_schema':{}}]}"),
            List.of("{'type':'fallback','from':{'model':'a'},'to':{'model':'b'},"
                    + "'trigger':{'type':'refusal','category':null}}"),
            List.of("{'type':'container_upload','file_id':'file_1'}"),
            List.of(
                    "{'type':'text','text':'','citations':[]}",
                    "{'type':'citations_delta','citation':{'type':'char_location','cited_text':'a','new_field':1.0}}",
                    "{'type':'text_delta','text':'Cited.'}"));

    record Answer(String name, List<Map<String, Object>> events) {
        @Override
        public String toString() {
            return name;
        }

        String sse() {
            var sse = new StringBuilder();
            events.forEach(
                    event -> sse.append("data: ").append(Json.write(event)).append("\n\n"));
            return sse.toString();
        }
    }

    static Stream<Answer> answers() {
        return Stream.concat(
                RECORDINGS.stream().map(ClaudeReplayLawTest::recorded),
                Stream.concat(
                        BLOCKS.stream().map(block -> made(List.of(block))),
                        Stream.of(made(BLOCKS), made(BLOCKS.reversed()))));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whatGoesBackIsWhatCame(Answer answer) {
        Message message = message(answer);
        assertThat(sent(message)).isEqualTo(folded(answer));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void itIsTheSameAfterTheConversationWasStored(Answer answer) {
        Message message = message(answer);
        Conversation stored = Conversation.fromJson(new Conversation(List.of(), List.of(message)).toJson());
        assertThat(stored.messages()).containsExactly(message);
        assertThat(body(stored.messages().getFirst())).isEqualTo(body(message));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void itIsTheSameForAnAnswerThatWasNotStreamed(Answer answer) {
        var body = new LinkedHashMap<String, Object>(Map.of("type", "message", "id", "msg_1", "role", "assistant"));
        body.put("content", folded(answer));
        assertThat(sent(folded(Decoding.whole(Json.write(body), CLAUDE)))).isEqualTo(folded(answer));
    }

    /** What the API computes over a block may depend on each byte of it. */
    @ParameterizedTest
    @ValueSource(strings = {"web-search-citations", "mcp"})
    void blocksThatCameWholeGoBackByteForByte(String name) {
        String body = body(message(recorded(name)));
        List<String> starts = sse(name)
                .lines()
                .filter(line -> line.startsWith("data:") && line.contains("\"content_block_start\""))
                .map(line -> RawJson.fields(line.substring("data:".length())))
                .map(event -> event.get("content_block"))
                .toList();
        assertThat(starts.stream().filter(block -> block.contains("_tool_result") || block.contains("_listing")))
                .isNotEmpty()
                .allSatisfy(block -> assertThat(body).contains(block));
        List<String> calls =
                starts.stream().filter(block -> block.contains("_tool_use\",")).toList();
        assertThat(calls).hasSize(1);
        String before = calls.getFirst().substring(0, calls.getFirst().lastIndexOf("{}"));
        assertThat(body).as("up to the input, which was streamed").contains(before + "{\"");
    }

    private static Message message(Answer answer) {
        var events = new ArrayList<StreamEvent>();
        try {
            Decoding.decode(new ByteArrayInputStream(answer.sse().getBytes(StandardCharsets.UTF_8)), CLAUDE, events);
        } catch (ApiError e) {
            assertThat(answer.name).isEqualTo("midstream-overloaded");
        }
        return folded(events);
    }

    private static Message folded(List<StreamEvent> events) {
        var whole = new ChunkAggregator();
        events.forEach(whole::accept);
        return whole.snapshot();
    }

    private static String body(Message answer) {
        return new String(
                CLAUDE.streamRequest(minimal().message(answer).build()).body(), StandardCharsets.UTF_8);
    }

    /** The blocks that the last message of a request has. */
    private static List<?> sent(Message answer) {
        var messages = (List<?>) Json.readObject(body(answer)).get("messages");
        Object content = ((Map<?, ?>) messages.getLast()).get("content");
        return content instanceof String text ? List.of(Map.of("type", "text", "text", text)) : (List<?>) content;
    }

    /** The blocks of an answer by the rules of the API; without empty texts, which it rejects. */
    private static List<Map<String, Object>> folded(Answer answer) {
        var blocks = new TreeMap<Integer, Map<String, Object>>();
        var inputs = new TreeMap<Integer, String>();
        for (Map<String, Object> event : answer.events) {
            switch ((String) event.get("type")) {
                case "content_block_start" -> blocks.put((int) event.get("index"), fields(event.get("content_block")));
                case "content_block_delta" -> {
                    int index = (int) event.get("index");
                    Map<String, Object> delta = fields(event.get("delta"));
                    if (delta.remove("type").equals("input_json_delta")) {
                        inputs.merge(index, (String) delta.get("partial_json"), String::concat);
                    } else {
                        delta.forEach((name, value) -> grow(blocks.get(index), name, value));
                    }
                }
                default -> {}
            }
        }
        inputs.forEach(
                (index, json) -> blocks.get(index).put("input", json.isEmpty() ? Map.of() : Json.readObject(json)));
        return blocks.values().stream()
                .filter(block -> !"".equals(block.get("text")))
                .toList();
    }

    private static void grow(Map<String, Object> block, String name, Object value) {
        BiFunction<Object, Object, Object> last = (before, now) -> now;
        BiFunction<Object, Object, Object> append = (before, more) -> before + (String) more;
        switch (name) {
            case "text", "thinking" -> block.merge(name, value, append);
            case "citation" -> {
                var all = new ArrayList<Object>((List<?>) block.getOrDefault("citations", List.of()));
                all.add(value);
                block.put("citations", all);
            }
            default -> block.merge(name, value, last);
        }
    }

    private static Map<String, Object> fields(Object json) {
        var fields = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) json).forEach((name, value) -> fields.put((String) name, value));
        return fields;
    }

    private static Answer made(List<List<String>> blocks) {
        var events = new ArrayList<Map<String, Object>>();
        events.add(json("{'type':'message_start','message':{'id':'msg_1','role':'assistant','content':[]}}"));
        for (int i = 0; i < blocks.size(); i++) {
            List<String> block = blocks.get(i);
            events.add(Map.of("type", "content_block_start", "index", i, "content_block", json(block.getFirst())));
            for (String delta : block.subList(1, block.size())) {
                events.add(Map.of("type", "content_block_delta", "index", i, "delta", json(delta)));
            }
            events.add(Map.of("type", "content_block_stop", "index", i));
        }
        events.add(json("{'type':'message_stop'}"));
        return new Answer(blocks.size() == 1 ? blocks.getFirst().getFirst() : "all of them", events);
    }

    private static Answer recorded(String name) {
        return new Answer(
                name,
                sse(name)
                        .lines()
                        .filter(line -> line.startsWith("data:"))
                        .map(line -> Json.readObject(line.substring("data:".length())))
                        .toList());
    }

    private static String sse(String name) {
        try (InputStream in = ClaudeReplayLawTest.class.getResourceAsStream("/transcripts/claude-" + name + ".sse")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> json(String singleQuoted) {
        return Json.readObject(singleQuoted.replace('\'', '"'));
    }
}
