package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.body;
import static dev.sluice.provider.openai.OpenAiWire.json;
import static dev.sluice.provider.openai.OpenAiWire.messages;
import static org.assertj.core.api.Assertions.assertThat;

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
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenAiContentTest {

    @Test
    void imagesAreTheirAddressOrTheirBytesInOne() {
        assertThat(messages(user(
                        new Text("Which is older?"),
                        new Image(new MediaSource.Url("https://x.example/a.png"), Map.of("detail", "\"low\"")),
                        new Image(new MediaSource.Base64Data("image/png", "aGk=")))))
                .isEqualTo(json("""
                    [{'role':'user','content':[{'type':'text','text':'Which is older?'},
                      {'type':'image_url','image_url':{'url':'https://x.example/a.png','detail':'low'}},
                      {'type':'image_url','image_url':{'url':'data:image/png;base64,aGk='}}]}]\
                    """));
    }

    @Test
    void documentsAreFilesOrText() {
        assertThat(messages(user(
                        new Document(new MediaSource.Base64Data("application/pdf", "aGk=")),
                        new Document(
                                new MediaSource.Base64Data("application/pdf", "aGk="),
                                "plan.pdf",
                                "A draft.",
                                false,
                                Map.of()),
                        new Document(new MediaSource.FileId("file-1")),
                        new Document(new MediaSource.Url("https://x.example/a.pdf")),
                        new Document(new MediaSource.PlainText("Words."), "Title", null, false, Map.of()),
                        new Document(new MediaSource.Blocks(List.of(new Text("inner")))))))
                .isEqualTo(json("""
                    [{'role':'user','content':[
                      {'type':'file','file':{'filename':'document.pdf','file_data':'data:application/pdf;base64,aGk='}},
                      {'type':'file','file':{'filename':'plan.pdf','file_data':'data:application/pdf;base64,aGk='}},
                      {'type':'text','text':'A draft.'},
                      {'type':'file','file':{'file_id':'file-1'}},
                      {'type':'file','file':{'filename':'document','file_data':'https://x.example/a.pdf'}},
                      {'type':'text','text':'Title\\n\\nWords.'},
                      {'type':'text','text':'inner'}]}]\
                    """));
    }

    @Test
    void aPartThatIsNotModelledGoesAsItIs() {
        String audio = "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"aGk=\",\"format\":\"wav\"}}";
        assertThat(messages(user(new ContentBlock.Unknown("input_audio", audio))))
                .isEqualTo(json("[{'role':'user','content':[" + audio + "]}]"));
    }

    /** The API wants an answer to each call right behind the calls, before anything else is said. */
    @Test
    void eachResultIsAMessageOfItsOwnBeforeTheWordsBesideIt() {
        assertThat(messages(user(
                        new Text("And hurry."),
                        new ToolResult("a", "12 C"),
                        ToolResult.error("b", "no such port"),
                        new ToolResult("c", List.of(), false, Map.of()),
                        new ToolResult("d", List.of(new Text("1"), new Text("2")), false, Map.of("name", "\"n\"")))))
                .isEqualTo(json("""
                    [{'role':'tool','tool_call_id':'a','content':'12 C'},
                     {'role':'tool','tool_call_id':'b','content':'no such port'},
                     {'role':'tool','tool_call_id':'c','content':''},
                     {'role':'tool','tool_call_id':'d',
                      'content':[{'type':'text','text':'1'},{'type':'text','text':'2'}],'name':'n'},
                     {'role':'user','content':'And hurry.'}]\
                    """));
    }

    @Test
    void callsGoBackWithTheirInputAsText() {
        assertThat(messages(assistant(
                        new Text("Let me "),
                        new Text("look."),
                        new ToolUse("a", "tide", "{\"port\": \"Cork\"}", Map.of("extra_content", "{\"s\":1}")),
                        new ToolUse("b", "list", "", Map.of()))))
                .isEqualTo(json("""
                    [{'role':'assistant','content':'Let me look.','tool_calls':[
                      {'id':'a','type':'function','function':{'name':'tide','arguments':'{\\"port\\": \\"Cork\\"}'},
                       'extra_content':{'s':1}},
                      {'id':'b','type':'function','function':{'name':'list','arguments':'{}'}}]}]\
                    """));
    }

    /** However an answer mixes them: DeepSeek, for one, rejects calls of one answer that are apart. */
    @Test
    void callsBetweenWordsAndThoughtsAreOneMessageWithThem() {
        assertThat(messages(assistant(
                        thought("Hm. ", "reasoning_content"),
                        new ToolUse("a", "tide", "{}", Map.of()),
                        new Text("And "),
                        thought("So.", "reasoning_content"),
                        new ToolUse("b", "tide", "{}", Map.of()),
                        new Text("then."))))
                .isEqualTo(json("""
                    [{'role':'assistant','content':'And then.','reasoning_content':'Hm. So.','tool_calls':[
                      {'id':'a','type':'function','function':{'name':'tide','arguments':'{}'}},
                      {'id':'b','type':'function','function':{'name':'tide','arguments':'{}'}}]}]\
                    """));
    }

    @Test
    void withoutWordsTheContentOfCallsIsNull() {
        assertThat(messages(assistant(new ToolUse("a", "t", "{}", Map.of()))))
                .isEqualTo(json("[{'role':'assistant','content':null,'tool_calls':"
                        + "[{'id':'a','type':'function','function':{'name':'t','arguments':'{}'}}]}]"));
    }

    /** vLLM and Ollama parse what goes back, and reject the request if they cannot. */
    @Test
    void anInputThatWasCutGoesBackInAnObject() {
        var call = (Map<?, ?>) ((List<?>) first(messages(assistant(new ToolUse("a", "t", "{\"x\":", Map.of()))))
                        .get("tool_calls"))
                .getFirst();
        assertThat(((Map<?, ?>) call.get("function")).get("arguments")).isEqualTo("{\"INVALID_JSON\":\"{\\\"x\\\":\"}");
    }

    @Test
    void thoughtsGoBackInTheFieldTheyCameIn() {
        for (String field : List.of("reasoning_content", "reasoning")) {
            assertThat(messages(assistant(thought("Hm", field), thought("m.", field), new Text("Yes."))))
                    .isEqualTo(json("[{'role':'assistant','content':'Yes.','" + field + "':'Hmm.'}]"));
        }
        assertThat(messages(assistant(thought("Hm.", "thinking"), new Text("Yes."))))
                .isEqualTo(json("[{'role':'assistant','content':[{'type':'thinking','thinking':"
                        + "[{'type':'text','text':'Hm.'}]},{'type':'text','text':'Yes.'}]}]"));
        assertThat(messages(assistant(thought("Hm.", "reasoning"))))
                .isEqualTo(json("[{'role':'assistant','content':'','reasoning':'Hm.'}]"));
    }

    @Test
    void thoughtsThatCameInNoFieldOfThisWireAreLeftOut() {
        assertThat(messages(assistant(
                        new Thinking("Hm.", "sig", Map.of()),
                        new ContentBlock.RedactedThinking("x", Map.of()),
                        new ContentBlock.ServerToolUse("s", "search", "{}", Map.of()),
                        new Text("Yes."))))
                .isEqualTo(json("[{'role':'assistant','content':'Yes.'}]"));
    }

    /** Groq rejects what DeepSeek wants. */
    @Test
    void thoughtsNeedNotBeSentBack() {
        var groq = OpenAiChatCompletions.builder()
                .baseUrl("https://api.groq.com/openai/v1")
                .sendReasoning(false)
                .build();
        var request = MessageRequest.builder()
                .model("m")
                .user("?")
                .message(detailed("[1]", thought("Hm.", "reasoning"), new Text("Yes.")))
                .message(Message.of(Role.ASSISTANT, List.of(thought("Only thought.", "reasoning"))))
                .build();
        assertThat(body(groq, request).get("messages"))
                .isEqualTo(json("[{'role':'user','content':'?'},{'role':'assistant','content':'Yes.'}]"));
    }

    @Test
    void piecesOfReasoningGoBackAsTheyWereAndTheWordsBesideThemDoNot() {
        String details = "[{\"type\":\"reasoning.text\",\"text\":\"Hm.\",\"signature\":\"s\",\"index\":0}]";
        assertThat(messages(MessageRequest.builder()
                        .model("m")
                        .message(detailed(details, thought("Hm.", "reasoning"), new Text("Yes.")))))
                .isEqualTo(json("[{'role':'assistant','content':'Yes.','reasoning_details':" + details + "}]"));
    }

    @Test
    void whatElseAnAnswerHadIsNotSentBack() {
        assertThat(messages(MessageRequest.builder()
                        .model("m")
                        .message(detailed(null, new Text("Yes.", List.of(), Map.of())))))
                .isEqualTo(json("[{'role':'assistant','content':'Yes.'}]"));
    }

    @Test
    void aRefusalGoesBackAsOne() {
        var refusal = new Text("No.", List.of(), Map.of("type", "\"refusal\""));
        assertThat(messages(assistant(refusal)))
                .isEqualTo(json("[{'role':'assistant','content':null,'refusal':'No.'}]"));
        assertThat(messages(assistant(new Text("Well. "), refusal)))
                .isEqualTo(json("[{'role':'assistant','content':'Well. ','refusal':'No.'}]"));
    }

    @Test
    void anAnswerOfWhichNothingIsLeftIsLeftOut() {
        assertThat(messages(user(new Text("?"))
                        .message(Message.of(Role.ASSISTANT, List.of(new Text(""))))
                        .message(Message.of(Role.ASSISTANT, List.of()))))
                .isEqualTo(json("[{'role':'user','content':'?'}]"));
    }

    @Test
    void partsOfAnAnswerThatAreNotModelledGoBackAsTheyAre() {
        assertThat(messages(assistant(new Text("a"), new ContentBlock.Unknown("zz", "{\"type\":\"zz\"}"))))
                .isEqualTo(json("[{'role':'assistant','content':[{'type':'text','text':'a'},{'type':'zz'}]}]"));
    }

    @Test
    void halfACharacterIsReplaced() {
        assertThat(messages(assistant(new Text("a\uD83D"))))
                .isEqualTo(json("[{'role':'assistant','content':'a\uFFFD'}]"));
        assertThat(messages(assistant(new ToolUse("i", "n", "{\"a\uD83D", Map.of())))
                        .toString())
                .contains("a\uFFFD");
    }

    private static Thinking thought(String text, String field) {
        return new Thinking(text, null, Map.of("type", "\"" + field + "\""));
    }

    private static Message detailed(String details, ContentBlock... content) {
        Map<String, String> extra =
                details == null ? Map.of("created", "1") : Map.of("created", "1", "reasoning_details", details);
        return new Message(
                "c",
                Role.ASSISTANT,
                "m",
                "openai",
                List.of(content),
                FinishReason.STOP,
                "stop",
                null,
                Usage.NONE,
                extra);
    }

    private static MessageRequest.Builder user(ContentBlock... content) {
        return MessageRequest.builder().model("m").user(content);
    }

    private static MessageRequest.Builder assistant(ContentBlock... content) {
        return MessageRequest.builder().model("m").message(Message.of(Role.ASSISTANT, List.of(content)));
    }

    private static Map<?, ?> first(Object messages) {
        return (Map<?, ?>) ((List<?>) messages).getFirst();
    }
}
