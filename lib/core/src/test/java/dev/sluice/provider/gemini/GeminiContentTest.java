package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Requests.gemini;
import static dev.sluice.provider.wire.Requests.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.aggregate.ChunkAggregator;
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
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.Usage;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.provider.wire.GeminiEvents;
import dev.sluice.provider.wire.Requests;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiContentTest {
    private static final Map<String, String> NONE = Map.of();
    private static final MediaSource PNG = new MediaSource.Base64Data("image/png", "AA==");
    private static final Map<String, String> SIGNED = Map.of("thoughtSignature", "\"a+/=\"");

    @Test
    void aPartGoesBackWithItsSignatureAndItsFields() {
        assertSent(new Text("a"), "{'text':'a'}");
        assertSent(
                new Text("a", List.of(new Citation("web", null, null, null, "{}")), SIGNED),
                "{'text':'a','thoughtSignature':'a+/='}");
        assertSent(new Text("", List.of(), SIGNED), "{'text':'','thoughtSignature':'a+/='}");
        assertSent(new Thinking("hm", null, NONE), "{'text':'hm','thought':true}");
        assertSent(new Thinking("", "s", NONE), "{'text':'','thought':true,'thoughtSignature':'s'}");
        assertSent(
                new Image(PNG, SIGNED),
                "{'inlineData':{'mimeType':'image/png','data':'AA=='}," + "'thoughtSignature':'a+/='}");
    }

    @Test
    void callsGoBackWithTheirInputAsItWasWritten() {
        assertThat(raw(answer(new ToolUse("i", "f", "{\"a\": 1.00}", SIGNED)))).contains("\"args\":{\"a\": 1.00}");
        assertSent(
                new ToolUse(
                        "i", "f", "{}", Map.of("thoughtSignature", "\"s\"", "yy", "2", "functionCall", "{\"zz\":1}")),
                "{'functionCall':{'id':'i','name':'f','args':{},'zz':1},'thoughtSignature':'s','yy':2}");
    }

    @Test
    void idsThatGeminiDidNotGiveAreNotSent() {
        var call = new ToolUse("sluice_r_0", "f", "{}", NONE);
        assertThat(contents(answer(call), Message.user(new ToolResult("sluice_r_0", "ok"))))
                .isEqualTo(list("[{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},"
                        + "{'role':'user','parts':[{'functionResponse':{'name':'f','response':{'output':'ok'}}}]}]"));
        assertSent(
                new ServerToolUse("sluice_r_1", "GOOGLE_SEARCH_WEB", "{}", NONE),
                "{'toolCall':{'toolType':'GOOGLE_SEARCH_WEB'}}");
    }

    @Test
    void aServerCallGoesBackWithTheArgumentsThatItCameWith() {
        for (String call : List.of(
                "{'toolCall':{'toolType':'URL_CONTEXT','id':'i'}}",
                "{'toolCall':{'toolType':'URL_CONTEXT','args':{},'id':'i'}}",
                "{'toolCall':{'toolType':'URL_CONTEXT','args':{'u':1},'id':'i'}}")) {
            var said = new ChunkAggregator();
            Decoding.gemini(GeminiEvents.parts(call), GeminiEvents.STOP).forEach(said::accept);
            assertSent(said.snapshot().content().getFirst(), call);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": \"cu", "[1]", "null", "\"text\"", "{} {}", "{\"a\":1}x"})
    void anInputThatIsNoObjectGoesBackWrapped(String input) {
        assertThat(contents(answer(new ToolUse("i", "f", input, NONE))).toString())
                .contains("args={INVALID_JSON=" + input + "}");
        assertSent(new ToolUse("i", "f", " ", NONE), "{'functionCall':{'id':'i','name':'f','args':{}}}");
    }

    @Test
    void serverToolsAndTheirResultsGoBackAsTheyCame() {
        assertSent(
                new ServerToolUse("i", "codeExecution", "{\"language\":\"PYTHON\",\"code\":\"1\"}", SIGNED),
                "{'executableCode':{'language':'PYTHON','code':'1'},'thoughtSignature':'a+/='}");
        assertSent(
                new ServerToolUse("i", "URL_CONTEXT", "{\"u\":1.0}", Map.of("toolCall", "{\"z\":1}")),
                "{'toolCall':{'id':'i','toolType':'URL_CONTEXT','args':{'u':1.0},'z':1}}");
        assertSent(
                new ServerToolResult("codeExecutionResult", "i", "{\"outcome\":\"OUTCOME_OK\"}", NONE),
                "{'codeExecutionResult':{'outcome':'OUTCOME_OK'}}");
        assertSent(
                new ServerToolResult("toolResponse", "i", "{\"id\":\"i\",\"response\":{}}", NONE),
                "{'toolResponse':{'id':'i','response':{}}}");
        String json = "{\"hologram\":{\"z\": 1.0}}";
        assertThat(raw(answer(new Unknown("hologram", json)))).contains("[" + json + "]");
    }

    @Test
    void picturesAndDocumentsAreBytesFilesOrText() {
        assertAsked(new Image(PNG), "{'inlineData':{'mimeType':'image/png','data':'AA=='}}");
        assertAsked(new Image(new MediaSource.Url("https://x/y")), "{'fileData':{'fileUri':'https://x/y'}}");
        assertAsked(
                new Image(new MediaSource.FileId("files/abc"), Map.of("fileData", "{\"mimeType\":\"image/png\"}")),
                "{'fileData':{'fileUri':'https://generativelanguage.googleapis.com/v1beta/files/abc',"
                        + "'mimeType':'image/png'}}");
        assertAsked(new Document(new MediaSource.FileId("https://f/1")), "{'fileData':{'fileUri':'https://f/1'}}");
        assertAsked(
                new Document(MediaSource.bytes("audio/mp3", new byte[] {0})),
                "{'inlineData':{'mimeType':'audio/mp3','data':'AA=='}}");
        assertAsked(
                new Document(new MediaSource.PlainText("words"), "Title", "Context", true, NONE),
                "{'text':'Title'},{'text':'Context'},{'text':'words'}");
        assertAsked(
                new Document(new MediaSource.Blocks(List.of(new Text("a"), new Image(PNG)))),
                "{'text':'a'},{'inlineData':{'mimeType':'image/png','data':'AA=='}}");
    }

    @Test
    void aResultIsTheOutputOrTheErrorOfTheFunctionThatItsCallNamed() {
        Message calls = answer(
                new ToolUse("1", "f", "{}", SIGNED),
                new ToolUse("2", "g", "{}", NONE),
                new ToolUse("3", "h", "{}", NONE));
        assertThat(contents(
                        calls,
                        Message.user(
                                new ToolResult("2", "two"),
                                ToolResult.error("1", "no"),
                                new ToolResult("3", List.of(), false, Map.of("functionResponse", "{\"zz\":1}")))))
                .last()
                .isEqualTo(json("{'role':'user','parts':["
                        + "{'functionResponse':{'id':'2','name':'g','response':{'output':'two'}}},"
                        + "{'functionResponse':{'id':'1','name':'f','response':{'error':'no'}}},"
                        + "{'functionResponse':{'id':'3','name':'h','response':{'output':''},'zz':1}}]}"));
    }

    @Test
    void aResultMayHavePictures() {
        var result = new ToolResult(
                "1", List.of(new Text("a"), new Image(PNG), new Text("b"), new Document(PNG)), false, NONE);
        assertThat(contents(answer(new ToolUse("1", "f", "{}", SIGNED)), Message.user(result)))
                .last()
                .isEqualTo(json("{'role':'user','parts':[{'functionResponse':{'id':'1','name':'f',"
                        + "'response':{'output':'ab'},'parts':[{'inlineData':{'mimeType':'image/png','data':'AA=='}},"
                        + "{'inlineData':{'mimeType':'image/png','data':'AA=='}}]}}]}"));
    }

    @Test
    void anIdThatComesTwiceIsThatOfTheLastCallBeforeTheResult() {
        assertThat(contents(
                                answer(new ToolUse("1", "f", "{}", SIGNED)),
                                Message.user(new ToolResult("1", "a")),
                                answer(new ToolUse("1", "g", "{}", SIGNED)),
                                Message.user(new ToolResult("1", "b")))
                        .toString())
                .containsSubsequence("name=f", "name=f", "output=a", "name=g", "name=g", "output=b");
    }

    @Test
    void messagesOfOneRoleThatFollowEachOtherAreOneContent() {
        assertThat(contents(
                        Message.user("a"),
                        answer(new ToolUse("1", "f", "{}", SIGNED), new ToolUse("2", "g", "{}", NONE)),
                        Message.user(new ToolResult("1", "one")),
                        Message.user(new ToolResult("2", "two")),
                        Message.user("b")))
                .isEqualTo(list("[{'role':'user','parts':[{'text':'a'}]},{'role':'model','parts':["
                        + "{'functionCall':{'id':'1','name':'f','args':{}},'thoughtSignature':'a+/='},"
                        + "{'functionCall':{'id':'2','name':'g','args':{}}}]},{'role':'user','parts':["
                        + "{'functionResponse':{'id':'1','name':'f','response':{'output':'one'}}},"
                        + "{'functionResponse':{'id':'2','name':'g','response':{'output':'two'}}},{'text':'b'}]}]"));
    }

    @Test
    void whatIsEmptyIsLeftOut() {
        assertThat(contents(
                        Message.user("a"),
                        answer(new Text(""), new Thinking("", null, NONE)),
                        Message.user(new Text(""), new Text("b"))))
                .isEqualTo(list("[{'role':'user','parts':[{'text':'a'},{'text':'b'}]}]"));
        assertThat(contents(answer(new Text(" \n"), new Text("")), Message.user("b")))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-3-pro-preview, true",
        "gemini-3.5-flash, true",
        "gemini-pro-latest, true",
        "models/gemini-10-pro, true",
        "gemini-2.5-pro, false",
        "gemini-2.0-flash-001, false",
        "models/gemini-1.5-pro, false",
        "gemma-3-27b-it, false",
        "tunedModels/x, false",
    })
    void theFirstCallThatNoGeminiMadeIsMarkedWhereASignatureIsWanted(String model, boolean marked) {
        Message foreign = Message.of(
                Role.ASSISTANT, List.of(new ToolUse("1", "f", "{}", NONE), new ToolUse("2", "g", "{}", NONE)));
        String body = raw(MessageRequest.builder().model(model).message(foreign));
        assertThat(body.split("skip_thought_signature_validator", -1)).hasSize(marked ? 2 : 1);
        assertThat(body.indexOf("skip_thought")).isLessThan(body.indexOf("\"g\""));
        // What Gemini made goes back as it came, signed or not.
        Message own = answer(new ToolUse("1", "f", "{}", NONE));
        assertThat(raw(MessageRequest.builder().model(model).message(own))).doesNotContain("Signature");
        Message signed = Message.of(
                Role.ASSISTANT, List.of(new ToolUse("1", "f", "{}", SIGNED), new ToolUse("2", "g", "{}", NONE)));
        assertThat(raw(MessageRequest.builder().model(model).message(signed))).doesNotContain("skip_thought");
    }

    @Test
    void whatIsMisplacedIsNamed() {
        assertRejected("messages[0].role: ", Message.of(Role.SYSTEM, List.of(new Text("a"))));
        assertRejected("messages[0].content: is empty", Message.user());
        assertRejected("messages[0].content: is empty", Message.user(""));
        assertRejected(
                "messages[1].content[0].toolUseId: no call before it has the id '2'",
                answer(new ToolUse("1", "f", "{}", NONE)),
                Message.user(new ToolResult("2", "x")));
        assertRejected("messages[0].content[0]: Gemini cannot read another", answer(new RedactedThinking("d", NONE)));
        assertRejected(
                "messages[0].content[0].source: an image takes",
                Message.user(new Image(new MediaSource.PlainText("a"))));
        assertRejected(
                "messages[0].content[0].source.content: takes text",
                Message.user(new Document(new MediaSource.Blocks(List.of(new ToolResult("1", "x"))))));
        assertRejected(
                "messages[1].content[0].content: takes text",
                answer(new ToolUse("1", "f", "{}", NONE)),
                Message.user(new ToolResult("1", List.of(new ToolUse("1", "f", "{}", NONE)), false, NONE)));
    }

    private static void assertRejected(String message, Message... messages) {
        assertThatThrownBy(() -> contents(messages))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
        // The caller's own contents are the caller's own affair.
        assertThat(gemini(MessageRequest.builder()
                        .model("m")
                        .messages(List.of(messages))
                        .put("contents", List.of())))
                .containsKey("contents");
    }

    /** An answer of Gemini's. */
    private static Message answer(ContentBlock... content) {
        return new Message(
                "r",
                Role.ASSISTANT,
                "m",
                "gemini",
                List.of(content),
                FinishReason.STOP,
                "STOP",
                null,
                Usage.NONE,
                Map.of());
    }

    private static void assertSent(ContentBlock block, String part) {
        assertThat(contents(answer(block))).isEqualTo(list("[{'role':'model','parts':[" + part + "]}]"));
    }

    private static void assertAsked(ContentBlock block, String parts) {
        assertThat(contents(Message.user(block))).isEqualTo(list("[{'role':'user','parts':[" + parts + "]}]"));
    }

    private static List<?> contents(Message... messages) {
        return (List<?>) gemini(MessageRequest.builder().model("m").messages(List.of(messages)))
                .get("contents");
    }

    private static String raw(Message message) {
        return raw(MessageRequest.builder().model("m").message(message));
    }

    private static String raw(MessageRequest.Builder request) {
        return new String(Requests.GEMINI.streamRequest(request.build()).body(), StandardCharsets.UTF_8);
    }

    private static List<?> list(String json) {
        return Json.read(json.replace('\'', '"'), List.class);
    }
}
