package dev.sluice.provider.gemini;

import static dev.sluice.provider.gemini.InteractionsWire.CREATED;
import static dev.sluice.provider.gemini.InteractionsWire.PROVIDER;
import static dev.sluice.provider.gemini.InteractionsWire.body;
import static dev.sluice.provider.gemini.InteractionsWire.completed;
import static dev.sluice.provider.gemini.InteractionsWire.event;
import static dev.sluice.provider.gemini.InteractionsWire.input;
import static dev.sluice.provider.gemini.InteractionsWire.json;
import static dev.sluice.provider.gemini.InteractionsWire.message;
import static dev.sluice.provider.gemini.InteractionsWire.start;
import static dev.sluice.provider.gemini.InteractionsWire.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import dev.sluice.provider.Credentials;
import dev.sluice.provider.wire.Requests;
import dev.sluice.transport.TransportRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a request for an interaction says. */
class InteractionsRequestTest {
    private static final ToolDefinition TOOL = ToolDefinition.of("f", "does f", "{\"type\":\"object\"}");

    private static MessageRequest.Builder hi() {
        return MessageRequest.builder().model("gemini-4-argon").user("Hi");
    }

    @Test
    void aPlainRequestIsOneStepAndKeepsNothing() {
        TransportRequest request = PROVIDER.streamRequest(hi().build());
        assertThat(request.uri()).hasToString("https://generativelanguage.googleapis.com/v1beta/interactions");
        assertThat(request.headers())
                .containsEntry("x-goog-api-key", "AIza-test-1234567890")
                .containsEntry("content-type", "application/json");
        assertThat(body(hi()))
                .isEqualTo(json("{'model':'gemini-4-argon','stream':true,'store':false,"
                        + "'input':[{'type':'user_input','content':[{'type':'text','text':'Hi'}]}]}"));
        byte[] whole = PROVIDER.wholeRequest(hi().build()).orElseThrow().body();
        assertThat(Json.readObject(new String(whole, StandardCharsets.UTF_8))).doesNotContainKey("stream");
        assertThat(PROVIDER).hasToString("GeminiInteractions[https://generativelanguage.googleapis.com]");
        assertThat(PROVIDER.countRequest(hi().build())).isEmpty();
        assertThat(PROVIDER.modelsRequest("").orElseThrow().uri().getPath()).isEqualTo("/v1beta/models");
    }

    @Test
    void itCanBeAskedElsewhere() {
        var vertex = Gemini.interactions()
                .credentials(Credentials.bearer(() -> "t"))
                .vertex("p", "europe-west1")
                .queryParameter("a", "b")
                .header("x-team", "rivers")
                .build();
        TransportRequest request = vertex.streamRequest(hi().build());
        assertThat(request.uri())
                .hasToString("https://europe-west1-aiplatform.googleapis.com/v1beta1/projects/p/locations/europe-west1"
                        + "/interactions?a=b");
        assertThat(request.headers()).containsEntry("x-team", "rivers").doesNotContainKey("x-goog-api-key");
        assertThat(vertex.modelsRequest("")).isEmpty();
        assertThat(vertex.credentials()).isPresent();
        var environment = Map.of("GEMINI_API_KEY", "k", "GOOGLE_GEMINI_BASE_URL", "http://localhost:1/x/");
        assertThat(GeminiInteractions.fromEnvironment(environment::get)
                        .streamRequest(hi().build())
                        .uri())
                .hasToString("http://localhost:1/x/v1beta/interactions");
        assertThatThrownBy(() -> Gemini.interactions().build()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> GeminiInteractions.fromEnvironment(name -> null))
                .hasMessageContaining("Gemini.interactions().apiKey");
    }

    @Test
    void everySettingHasItsField() {
        Map<String, Object> body = body(hi().system("Be brief.")
                .maxTokens(9)
                .temperature(0.5)
                .topP(0.25)
                .stopSequences("x")
                .effort("HIGH")
                .thinking(new ThinkingMode.Adaptive(true))
                .serviceTier("flex")
                .outputSchema("{\"type\":\"object\"}")
                .tool(TOOL)
                .tool(ToolDefinition.server("google_search", "search").with("search_types", "[\"web_search\"]"))
                .tool(ToolDefinition.server("mcp_server", "depot").with("url", "\"https://m\""))
                .toolChoice(ToolChoice.tool("f"))
                .put("generation_config", Map.of("seed", 1, "top_p", 0.75)));
        body.remove("input");
        assertThat(body)
                .isEqualTo(json("{'model':'gemini-4-argon','stream':true,'store':false,'system_instruction':'Be"
                        + " brief.','tools':[{'type':'function','name':'f','description':'does"
                        + " f','parameters':{'type':'object'}},"
                        + "{'type':'google_search','search_types':['web_search']},"
                        + "{'type':'mcp_server','name':'depot','url':'https://m'}],"
                        + "'response_format':{'type':'text','mime_type':'application/json','schema':{'type':'object'}},"
                        + "'generation_config':{'max_output_tokens':9,'temperature':0.5,'stop_sequences':['x'],"
                        + "'thinking_level':'high','thinking_summaries':'auto',"
                        + "'tool_choice':{'allowed_tools':{'mode':'any','tools':['f']}},'seed':1,'top_p':0.75},"
                        + "'service_tier':'flex'}"));
        assertThat(((Map<?, ?>) body(hi().tool(TOOL).toolChoice(ToolChoice.ANY)).get("generation_config")))
                .isEqualTo(json("{'tool_choice':'any'}"));
        assertThat(body(hi().put("agent", "deep-research").put("background", true)))
                .doesNotContainKey("model")
                .containsEntry("store", true);
    }

    @Test
    void whatTheWireHasNoWordsForIsRefused() {
        refuses("topK", request -> request.topK(3));
        refuses("cacheFor", request -> request.cacheFor(Duration.ofMinutes(5)));
        refuses("userId", request -> request.userId("u"));
        refuses("thinking", request -> request.thinking(new ThinkingMode.Off()));
        refuses("thinking", request -> request.thinking(new ThinkingMode.Budget(2000, true)));
        refuses("stream", request -> request.put("stream", false));
        refuses("toolChoice", request -> request.tool(TOOL).toolChoice(ToolChoice.ANY.oneAtATime()));
        refuses("messages[1].role", request -> request.message(Message.of(Role.SYSTEM, List.of(new Text("x")))));
        refuses("messages[1].content", request -> request.user());
    }

    private static void refuses(String field, UnaryOperator<MessageRequest.Builder> set) {
        assertThatThrownBy(() -> body(set.apply(hi())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(field);
    }

    @Test
    void mediaAndResultsAreContents() {
        var call = answer("v1_a", "requires_action", new ToolUse("c", "f", "{\"x\":", Map.of()));
        var request = MessageRequest.builder()
                .model("m")
                .user(
                        new Image(new MediaSource.Base64Data("image/png", "QQ==")),
                        new Document(new MediaSource.FileId("files/d"), "Title", null, false, Map.of()),
                        new Document(new MediaSource.Base64Data("audio/wav", "Qg==")),
                        new Document(new MediaSource.PlainText("words")))
                .message(call)
                .user(
                        new Text("Look."),
                        new ToolResult("c", List.of(new Text("a"), new Text("b")), true, Map.of()),
                        new ToolResult("d", List.of(new Image(new MediaSource.Url("https://i"))), false, Map.of()));
        assertThat(body(request).get("input"))
                .isEqualTo(json("[{'type':'user_input','content':["
                        + "{'type':'image','data':'QQ==','mime_type':'image/png'},{'type':'text','text':'Title'},"
                        + "{'type':'document','uri':'https://generativelanguage.googleapis.com/v1beta/files/d'},"
                        + "{'type':'audio','data':'Qg==','mime_type':'audio/wav'},{'type':'text','text':'words'}]},"
                        + "{'type':'function_call','id':'c','name':'f','arguments':{'INVALID_JSON':'{\\'x\\':'}},"
                        + "{'type':'function_result','call_id':'c','name':'f','result':'ab','is_error':true},"
                        + "{'type':'function_result','call_id':'d','result':[{'type':'image','uri':'https://i'}]},"
                        + "{'type':'user_input','content':[{'type':'text','text':'Look.'}]}]"));
    }

    @Test
    void anAnswerGoesBackStepByStep() {
        Message answer = message(
                CREATED,
                text(0, "a"),
                InteractionsWire.delta(0, "{'type':'image','data':'QQ==','mime_type':'image/png'}"),
                text(0, "b"),
                text(1, "c"),
                start(2, "{'type':'file_search_call','id':'s','signature':'p'}"),
                start(3, "{'type':'file_search_result','call_id':'s'}"),
                start(4, "{'type':'daydream','z':null}"),
                start(5, "{'type':'function_call','id':'c','name':'f'}"),
                InteractionsWire.delta(5, "{'type':'arguments_delta','arguments':'{}','signature':'q'}"),
                completed("requires_action"));
        assertThat(input(answer))
                .isEqualTo(json("[{'type':'model_output','content':[{'type':'text','text':'a'},"
                        + "{'type':'image','data':'QQ==','mime_type':'image/png'},{'type':'text','text':'b'}]},"
                        + "{'type':'model_output','content':[{'type':'text','text':'c'}]},"
                        + "{'type':'file_search_call','id':'s','signature':'p'},"
                        + "{'type':'file_search_result','call_id':'s'},{'type':'daydream'},"
                        + "{'type':'function_call','id':'c','name':'f','arguments':{},'signature':'q'}]"));
    }

    @Test
    void anotherProvidersThoughtsStayBehind() {
        var foreign = new Message(
                "x",
                Role.ASSISTANT,
                "m",
                "gemini",
                List.of(new Thinking("t", "s", Map.of()), new Text("a")),
                FinishReason.STOP,
                "STOP",
                null,
                Usage.NONE,
                Map.of());
        assertThat(input(foreign)).isEqualTo(json("[{'type':'model_output','content':[{'type':'text','text':'a'}]}]"));
    }

    @Test
    void aConversationThatIsKeptIsNotSentAgain() {
        var request = hi().message(answer("v1_a", "completed", new Text("a")))
                .message(answer("v1_b", "completed", new Text("b")))
                .user("And?");
        String more = "[{'type':'user_input','content':[{'type':'text','text':'And?'}]}]";
        Map<String, Object> named =
                body(hi().messages(request.build().messages()).put("previous_interaction_id", "v1_b"));
        assertThat(named).containsEntry("store", true).containsEntry("previous_interaction_id", "v1_b");
        assertThat(named.get("input")).isEqualTo(json(more));
        var stateful = Gemini.interactions().apiKey("k").stateful(true).build();
        assertThat(body(stateful, request)).isEqualTo(body(request.put("previous_interaction_id", "v1_b")));
        assertThat((List<?>) body(hi().messages(request.build().messages())).get("input"))
                .hasSize(4);
    }

    @Test
    void aPausedAnswerGoesOnWithItsToken() {
        Message first = paused("t1");
        Message second = paused("t2");
        var request = hi().message(first).message(second);
        assertThat(body(request))
                .isEqualTo(json("{'model':'gemini-4-argon','stream':true,'store':false,'continuation_token':'t2',"
                        + "'input':[{'type':'user_input','content':[{'type':'text','text':'Hi'}]}]}"));
        var stateful = Gemini.interactions().apiKey("k").stateful(true).build();
        assertThat(body(stateful, request))
                .isEqualTo(json("{'model':'gemini-4-argon','stream':true,'store':true,'continuation_token':'t2',"
                        + "'previous_interaction_id':'v1_a'}"));
        assertThat(body(request.user("More."))).doesNotContainKey("continuation_token");
    }

    private static Message paused(String token) {
        return message(
                CREATED,
                text(0, "a"),
                event("interaction.status_update", "'continuation_token':'" + token + "'"),
                completed("requires_continuation"));
    }

    @Test
    void generateContentGoesOnWithItsTokenToo() {
        var paused = new Message(
                "r",
                Role.ASSISTANT,
                "m",
                "gemini",
                List.of(new Text("a")),
                FinishReason.PAUSE,
                "CONTINUATION",
                null,
                Usage.NONE,
                Map.of("continuationToken", "\"t\""));
        assertThat(Requests.gemini(hi().message(paused)))
                .isEqualTo(json("{'contents':[{'role':'user','parts':[{'text':'Hi'}]}],'continuationToken':'t'}"));
        assertThat(Requests.gemini(hi().message(paused).user("More."))).doesNotContainKey("continuationToken");
    }

    private static Message answer(String id, String status, ContentBlock... content) {
        return new Message(
                id,
                Role.ASSISTANT,
                "m",
                "gemini-interactions",
                List.of(content),
                FinishReason.STOP,
                status,
                null,
                Usage.NONE,
                Map.of());
    }
}
