package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.LlmClient;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.ModelRuns;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.Tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A relay whose runs ask their user before they charge. */
abstract class AskingFixture extends WebServerFixture {
    static final String ALLOWED = "{\"allowed\":true}";

    ScriptedModel model;
    private LlmClient client;

    @BeforeEach
    void ask() throws Exception {
        model = ScriptedModel.start();
        client = ModelRuns.client(model).build();
        settings.showErrors(true);
        starter = request -> ModelRuns.start(client, request, ModelRuns.askBeforeCharge(), AskingFixture::tool);
    }

    private static Tool tool(String name) {
        return Tool.of(name, "A tool.", "{}", (input, call) -> "done by " + name);
    }

    @AfterEach
    void end() {
        relay.close();
        client.close();
        model.close();
    }

    /** A chat's request, with a message of the model that has this id and these parts. Without it if the id is {@code user}. */
    static String chat(String parts, String id) {
        String question = "{\"id\":\"u\",\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"run 1\"}]}";
        return "{\"id\":\"c\",\"trigger\":\"submit-message\",\"messages\":[" + question
                + (id.equals("user") ? "" : ",{\"id\":\"" + id + "\",\"role\":\"assistant\",\"parts\":" + parts + "}")
                + "]}";
    }

    static List<Map<String, Object>> chunks(WireClient answer) throws Exception {
        assertThat(answer.status()).isEqualTo(200);
        List<Map<String, String>> events = rest(answer);
        assertThat(events.removeLast()).containsEntry("data", "[DONE]");
        return events.stream().map(event -> Json.readObject(event.get("data"))).toList();
    }

    static Map<String, Object> one(String type, List<Map<String, Object>> chunks) {
        return chunks.stream()
                .filter(chunk -> type.equals(chunk.get("type")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " in " + chunks));
    }

    static String text(List<Map<String, Object>> chunks) {
        return chunks.stream()
                .filter(chunk -> "text-delta".equals(chunk.get("type")))
                .map(chunk -> String.valueOf(chunk.get("delta")))
                .collect(Collectors.joining());
    }

    static String question(WireClient watching) throws Exception {
        while (true) {
            Map<String, String> event = watching.event();
            if ("approval_asked".equals(event.get("event"))) {
                return String.valueOf(Json.readObject(event.get("data")).get("call_key"));
            }
            assertThat(event).as("before the question").isNotEmpty();
        }
    }

    static List<Map<String, String>> rest(WireClient watching) throws Exception {
        var events = new ArrayList<Map<String, String>>();
        for (Map<String, String> event = watching.event(); !event.isEmpty(); event = watching.event()) {
            events.add(event);
        }
        return events;
    }
}
