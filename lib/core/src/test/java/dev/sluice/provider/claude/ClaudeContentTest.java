package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.json;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.provider.wire.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeContentTest {
    private static final Map<String, String> CACHED = Map.of("cache_control", "{\"type\":\"ephemeral\"}");

    @Test
    void aTextWithoutAnythingElseIsAString() {
        assertThat(content(Role.USER, new Text("a"))).isEqualTo("a");
        assertThat(content(Role.ASSISTANT, new Text("a"))).isEqualTo("a");
    }

    @Test
    void aTextKeepsItsCitationsAndFields() {
        var citation = new Citation("char_location", "w", null, null, "{\"type\":\"char_location\",\"n\":1.50}");
        assertSent(
                new Text("a", List.of(citation), CACHED),
                "{'type':'text','text':'a','citations':[{'type':'char_location','n':1.50}],"
                        + "'cache_control':{'type':'ephemeral'}}");
    }

    @Test
    void thinkingGoesBackWithItsSignature() {
        assertSent(
                new Thinking("hm", "sig", Map.of("new_field", "[1]")),
                "{'type':'thinking','thinking':'hm','signature':'sig','new_field':[1]}");
        assertSent(new Thinking("", "sig", Map.of()), "{'type':'thinking','thinking':'','signature':'sig'}");
        assertSent(new RedactedThinking("d", Map.of()), "{'type':'redacted_thinking','data':'d'}");
    }

    @Test
    void toolCallsGoBackWithTheirInputAsItWasWritten() {
        assertSent(
                new ToolUse("id", "n", "{\"a\": 1.00, \"a2\": [null]}", Map.of("caller", "{\"type\":\"direct\"}")),
                "{'type':'tool_use','id':'id','name':'n','input':{'a':1.00,'a2':[null]},'caller':{'type':'direct'}}");
        assertSent(
                new ServerToolUse("id", "n", "{}", Map.of()),
                "{'type':'server_tool_use','id':'id','name':'n','input':{}}");
        assertThat(raw(new ToolUse("id", "n", "{\"a\": 1.00}", Map.of()))).contains("{\"a\": 1.00}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{}"})
    void aCallWithoutInputGoesBackWithAnEmptyObject(String input) {
        assertSent(new ToolUse("id", "n", input, Map.of()), "{'type':'tool_use','id':'id','name':'n','input':{}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": \"cu", "[1]", "null", "\"text\"", "{} {}", "{bad}", "{\"a\":1}x"})
    void anInputThatIsNoObjectGoesBackWrapped(String input) {
        for (ContentBlock call :
                List.of(new ToolUse("id", "n", input, Map.of()), new ServerToolUse("id", "n", input, Map.of()))) {
            assertThat(((Map<?, ?>) sent(call)).get("input")).isEqualTo(Map.of("INVALID_JSON", input));
        }
    }

    @Test
    void whatAServerToolGaveBackGoesBackRaw() {
        assertSent(
                new ServerToolResult("web_fetch_tool_result", "id", "{\"a\":[1.0]}", Map.of("caller", "{}")),
                "{'type':'web_fetch_tool_result','tool_use_id':'id','content':{'a':[1.0]},'caller':{}}");
    }

    @Test
    void aBlockWithoutARecordGoesBackRaw() {
        String json = "{\"type\":\"zz\", \"n\": 1.000, \"deep\": {\"a\":[]}}";
        assertThat(raw(new Unknown("zz", json))).contains("[" + json + "]");
    }

    @Test
    void aToolResultIsAStringOnlyIfItIsOnePlainText() {
        assertThat(content(Role.USER, new ToolResult("id", "42")))
                .isEqualTo(List.of(json("{'type':'tool_result','tool_use_id':'id','content':'42'}")));
        assertThat(content(Role.USER, ToolResult.error("id", "no")))
                .isEqualTo(List.of(json("{'type':'tool_result','tool_use_id':'id','content':'no','is_error':true}")));
        assertThat(content(
                        Role.USER,
                        new ToolResult(
                                "id",
                                List.of(new Text("a"), new Image(new MediaSource.Url("https://x/y.png"))),
                                false,
                                CACHED)))
                .isEqualTo(List.of(json("""
                    {'type':'tool_result','tool_use_id':'id','cache_control':{'type':'ephemeral'},'content':[
                      {'type':'text','text':'a'},{'type':'image','source':{'type':'url','url':'https://x/y.png'}}]}\
                    """)));
        assertThat(content(Role.USER, new ToolResult("id", List.of(), false, Map.of())))
                .isEqualTo(List.of(json("{'type':'tool_result','tool_use_id':'id'}")));
    }

    @Test
    void anImageHasEachKindOfSource() {
        assertImage(
                MediaSource.bytes("image/png", new byte[] {1, 2, 3}),
                "{'type':'base64','media_type':'image/png','data':'AQID'}");
        assertImage(new MediaSource.Url("https://x/y.png"), "{'type':'url','url':'https://x/y.png'}");
        assertImage(new MediaSource.FileId("file_1"), "{'type':'file','file_id':'file_1'}");
    }

    private static void assertImage(MediaSource source, String wire) {
        assertThat(content(Role.USER, new Image(source, CACHED)))
                .isEqualTo(
                        List.of(json("{'type':'image','source':" + wire + ",'cache_control':{'type':'ephemeral'}}")));
    }

    @Test
    void aDocumentHasEachKindOfSource() {
        assertDocument(
                new MediaSource.Base64Data("application/pdf", "AA=="),
                "{'type':'base64','media_type':'application/pdf','data':'AA=='}");
        assertDocument(new MediaSource.Url("https://x"), "{'type':'url','url':'https://x'}");
        assertDocument(new MediaSource.FileId("f"), "{'type':'file','file_id':'f'}");
        assertDocument(new MediaSource.PlainText("t"), "{'type':'text','media_type':'text/plain','data':'t'}");
        assertDocument(
                new MediaSource.Blocks(List.of(new Text("a"))),
                "{'type':'content','content':[{'type':'text','text':'a'}]}");
    }

    private static void assertDocument(MediaSource source, String wire) {
        assertThat(content(Role.USER, new Document(source)))
                .isEqualTo(List.of(json("{'type':'document','source':" + wire + "}")));
    }

    @Test
    void aDocumentHasTitleContextAndCitations() {
        assertThat(content(Role.USER, new Document(new MediaSource.Url("u"), "T", "C", true, CACHED)))
                .isEqualTo(List.of(json("""
                    {'type':'document','source':{'type':'url','url':'u'},'title':'T','context':'C',
                     'citations':{'enabled':true},'cache_control':{'type':'ephemeral'}}\
                    """)));
    }

    @Test
    void rawFieldsOfABlockWinOverItsOwn() {
        assertSent(new Text("a", List.of(), Map.of("text", "\"b\"")), "{'type':'text','text':'b'}");
        assertSent(
                new ToolUse("i", "n", "{}", Map.of("input", "{\"x\":1}")),
                "{'type':'tool_use','id':'i','name':'n','input':{'x':1}}");
        assertSent(
                new ServerToolResult("x_tool_result", "i", "[]", Map.of("content", "1")),
                "{'type':'x_tool_result','tool_use_id':'i','content':1}");
        assertThat(content(Role.USER, new Image(new MediaSource.Url("u"), Map.of("source", "7"))))
                .isEqualTo(List.of(json("{'type':'image','source':7}")));
        assertThat(content(
                        Role.USER,
                        new Document(
                                new MediaSource.Url("u"), null, null, true, Map.of("source", "7", "citations", "8"))))
                .isEqualTo(List.of(json("{'type':'document','source':7,'citations':8}")));
        assertThat(content(Role.USER, new ToolResult("i", List.of(new Text("a")), true, Map.of("content", "7"))))
                .isEqualTo(List.of(json("{'type':'tool_result','tool_use_id':'i','is_error':true,'content':7}")));
        var citation = new Citation("t", null, null, null, "{}");
        assertSent(
                new Text("a", List.of(citation), Map.of("citations", "[]")),
                "{'type':'text','text':'a','citations':[]}");
    }

    @Test
    void anAnswerGoesBackInItsOrder() {
        assertThat(content(
                        Role.ASSISTANT,
                        new Thinking("hm", "sig", Map.of()),
                        new Text("Let me see."),
                        new ToolUse("id", "n", "{}", Map.of())))
                .isEqualTo(List.of(
                        json("{'type':'thinking','thinking':'hm','signature':'sig'}"),
                        json("{'type':'text','text':'Let me see.'}"),
                        json("{'type':'tool_use','id':'id','name':'n','input':{}}")));
    }

    @Test
    void whatTheApiWouldRejectOfAnAnswerIsLeftOut() {
        assertThat(content(
                        Role.ASSISTANT,
                        new Thinking("cut", null, Map.of()),
                        new Thinking("cut", "", Map.of()),
                        new Text(""),
                        new Text("\n\n"),
                        new Text("said")))
                .isEqualTo("said");
    }

    @Test
    void anEmptyTextWithCitationsIsKept() {
        var citation = new Citation("t", null, null, null, "{\"type\":\"t\"}");
        assertSent(new Text("", List.of(citation), Map.of()), "{'type':'text','text':'','citations':[{'type':'t'}]}");
    }

    @Test
    void anAnswerOfWhichNothingIsLeftIsLeftOut() {
        var request = MessageRequest.builder()
                .model("m")
                .maxTokens(1)
                .user("1")
                .message(Message.of(Role.ASSISTANT, List.of(new Text(" "))))
                .user("2");
        assertThat(Requests.field(request, "messages"))
                .isEqualTo(List.of(json("{'role':'user','content':'1'}"), json("{'role':'user','content':'2'}")));
    }

    @Test
    void theCallersOwnTextIsSentAsItIs() {
        assertThat(content(Role.USER, new Text(""), new Text("\n"), new Text("x")))
                .isEqualTo(List.of(
                        json("{'type':'text','text':''}"),
                        Map.of("type", "text", "text", "\n"),
                        json("{'type':'text','text':'x'}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,\"x\":2", "{\"a\":", "nope", "1 2"})
    void aRawFieldThatIsNoJsonIsRejectedByName(String broken) {
        assertThatThrownBy(() -> sent(new Text("a", List.of(), Map.of("cache_control", broken))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("cache_control: ");
        assertThatThrownBy(() -> sent(new Unknown("zz_block", broken)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("zz_block: ");
    }

    /** That a block is sent like this, in an answer that goes back. */
    private static void assertSent(ContentBlock block, String wire) {
        assertThat(sent(block)).isEqualTo(json(wire));
    }

    private static Object sent(ContentBlock block) {
        return ((List<?>) content(Role.ASSISTANT, block)).getFirst();
    }

    private static Object content(Role role, ContentBlock... blocks) {
        var messages = (List<?>) Json.readObject(raw(role, blocks)).get("messages");
        return ((Map<?, ?>) messages.getLast()).get("content");
    }

    private static String raw(ContentBlock block) {
        return raw(Role.ASSISTANT, block);
    }

    private static String raw(Role role, ContentBlock... blocks) {
        var request = minimal().message(Message.of(role, List.of(blocks))).build();
        return new String(Requests.CLAUDE.streamRequest(request).body(), StandardCharsets.UTF_8);
    }
}
