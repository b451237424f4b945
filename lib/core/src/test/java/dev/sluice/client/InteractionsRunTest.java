package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Completed;
import dev.sluice.internal.json.Json;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole run over the wire of interactions: thought, call, pause, and the answer. */
@Timeout(30)
class InteractionsRunTest {
    private static final String SIGNED = "{'type':'thought','signature':'sig','summary':[]}";
    private static final String CALL = "{'type':'function_call','id':'c1','name':'level','arguments':{'river':'Tejo'}}";

    @Test
    void aRunSendsBackThoughtsCallsAndResultsAndGoesOnAfterAPause() {
        Script first = turn("requires_action", "", step(0, SIGNED), step(1, CALL));
        Script second = turn("requires_continuation", ",'continuation_token':'more'", step(0, words("It is ")));
        Script third = turn("completed", "", step(0, words("It is high.")));
        try (var fixture = ClientFixture.through(
                        uri -> Gemini.interactions()
                                .apiKey("test-key")
                                .baseUrl(uri)
                                .build(),
                        settings -> {},
                        first,
                        second,
                        third);
                var run = ToolLoop.builder(
                                fixture.client,
                                MessageRequest.builder()
                                        .model("m")
                                        .user("How high?")
                                        .build())
                        .tools(Tool.of("level", "tells", "{\"type\":\"object\"}", (input, context) -> "4 m"))
                        .start()) {
            assertThat(run.finalMessage().text()).isEqualTo("It is high.");
            assertThat(run.finalMessage().finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(run.endReason()).contains(new Completed());
            String asked = "{'type':'user_input','content':[{'type':'text','text':'How high?'}]}";
            String input = "[" + asked + ",{'type':'thought','signature':'sig'}," + CALL
                    + ",{'type':'function_result','call_id':'c1','name':'level','result':'4 m'}]";
            assertThat(body(fixture, 1).get("input")).isEqualTo(json("[" + asked + "]"));
            assertThat(body(fixture, 2).get("input")).isEqualTo(json(input));
            assertThat(body(fixture, 3).get("input")).isEqualTo(json(input));
            assertThat(body(fixture, 3))
                    .containsEntry("continuation_token", "more")
                    .containsEntry("store", false);
        }
    }

    private static Map<String, Object> body(ClientFixture fixture, int request) {
        return Json.readObject(fixture.peer.awaitRequest(request).bodyText());
    }

    private static Object json(String singleQuoted) {
        return Json.readAny(singleQuoted.replace('\'', '"'));
    }

    private static String words(String text) {
        return "{'type':'model_output','content':[{'type':'text','text':'" + text + "'}]}";
    }

    private static List<String> step(int index, String step) {
        return List.of(
                event("step.start", "'index':" + index + ",'step':" + step), event("step.stop", "'index':" + index));
    }

    @SafeVarargs
    private static Script turn(String status, String more, List<String>... steps) {
        var events = new ArrayList<String>();
        events.add(event("interaction.created", "'interaction':{'id':'','model':'m'}"));
        List.of(steps).forEach(events::addAll);
        events.add(event("interaction.completed", "'interaction':{'id':'','status':'" + status + "'" + more + "}"));
        events.add("event: done\ndata: [DONE]\n\n");
        return Script.stream(events.toArray(String[]::new));
    }

    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: " + ("{" + fields + ",'event_type':'" + type + "'}").replace('\'', '"')
                + "\n\n";
    }
}
