package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UiRequestTest {
    private static final Session SESSION = new Session("me");

    @Test
    void aQuestion() {
        StartRequest request = request(
                "{'id':'chat1','trigger':'submit-message','messages':[{'id':'m1','role':'user','parts':[{'type':'text','text':'Hi'}]}],'model':'m'}");
        assertThat(request.chatId()).isEqualTo("chat1");
        assertThat(request.session()).isEqualTo(SESSION);
        assertThat(request.body()).containsEntry("model", "m");
        assertThat(request.conversation()).isEqualTo(Conversation.EMPTY.user("Hi"));
    }

    @Test
    void stepsAreTurnsWithTheResultsOfTheirTools() {
        Conversation talk = talk(
                "{'role':'system','parts':[{'type':'text','text':'Be brief'}]}",
                "{'role':'user','parts':[{'type':'text','text':'How high?'}]}",
                "{'role':'assistant','parts':[{'type':'step-start'},{'type':'reasoning','text':'hm'},{'type':'text','text':'Let"
                    + " me look.'},{'type':'tool-level','toolCallId':'a','state':'output-available','input':{'river':'Douro'},'output':'2"
                    + " m','providerExecuted':true},"
                    + "{'type':'data-tool-progress','id':'a','data':{'percentage':90}},{'type':'dynamic-tool','toolName':'rain','toolCallId':'b','state':'output-error','input':{},'errorText':'no"
                    + " gauge'},{'type':'step-start'},{'type':'text','text':'Two"
                    + " metres.'},{'type':'source-url','sourceId':'1','url':'https://a.example'}]}",
                "{'role':'user','parts':[{'type':'text','text':'And now?'}]}");
        assertThat(talk.system()).containsExactly(new Text("Be brief"));
        assertThat(talk.messages())
                .containsExactly(
                        Message.user("How high?"),
                        Message.of(
                                Role.ASSISTANT,
                                List.of(
                                        new Text("Let me look."),
                                        new ToolUse("a", "level", "{\"river\":\"Douro\"}", Map.of()),
                                        new ToolUse("b", "rain", "{}", Map.of()))),
                        Message.user(new ToolResult("a", "2 m"), ToolResult.error("b", "no gauge")),
                        Message.assistant("Two metres."),
                        Message.user("And now?"));
    }

    /** Whatever state a stop left a call in: a conversation with a call that has no result is refused by every provider. */
    @ParameterizedTest
    @CsvSource({
        "input-streaming, false",
        "input-available, true",
        "approval-requested, true",
        "approval-responded, true",
        "output-denied, true"
    })
    void aCallWithoutAResultGetsOneThatSaysSo(String state, boolean kept) {
        Conversation talk = talk(
                "{'role':'user','parts':[{'type':'text','text':'a'}]}",
                "{'role':'assistant','parts':[{'type':'tool-x','toolCallId':'c','state':'" + state + "','input':{}}]}",
                "{'role':'user','parts':[{'type':'text','text':'b'}]}");
        assertThat(talk.unanswered()).isEmpty();
        assertThat(talk.messages()).hasSize(kept ? 4 : 2);
        if (kept) {
            assertThat(talk.messages().get(2).content())
                    .singleElement()
                    .satisfies(result ->
                            assertThat(((ToolResult) result).isError()).isTrue());
        }
    }

    /** What our encoder tells of a provider's tool does not come back as a call of ours. */
    @Test
    void callsOfTheProvidersToolsStayBehind() {
        assertThat(talk(
                                "{'role':'user','parts':[{'type':'text','text':'a'}]}",
                                "{'role':'assistant','parts':[{'type':'tool-web_search','toolCallId':'c','state':'output-available','input':{},'output':null,'toolMetadata':{'runBy':'provider'}},{'type':'text','text':'x'}]}",
                                "{'role':'user','parts':[{'type':'text','text':'b'}]}")
                        .messages())
                .containsExactly(Message.user("a"), Message.assistant("x"), Message.user("b"));
    }

    @Test
    void outputsThatAreNoTextAreSentAsJson() {
        Conversation talk = talk(
                "{'role':'user','parts':[{'type':'text','text':'a'}]}",
                "{'role':'assistant','parts':[{'type':'tool-x','toolCallId':'c','state':'output-available','input':{},'output':{'n':1}},{'type':'tool-x','toolCallId':'d','state':'output-available','input':{}}]}");
        assertThat(talk.messages().getLast().content())
                .containsExactly(new ToolResult("c", "{\"n\":1}"), new ToolResult("d", ""));
    }

    @Test
    void files() {
        Conversation talk = talk(
                "{'role':'user','parts':[{'type':'file','mediaType':'image/png','url':'data:image/png;base64,AAAA'},"
                    + "{'type':'file','mediaType':'application/pdf','url':'data:application/pdf;name=a.pdf;base64,BBBB'},{'type':'file','mediaType':'image/*','url':'https://a.example/x'},{'type':'text','text':'What"
                    + " is it?'}]}");
        assertThat(talk.messages().getFirst().content())
                .containsExactly(
                        new Image(new MediaSource.Base64Data("image/png", "AAAA")),
                        new Document(new MediaSource.Base64Data("application/pdf", "BBBB")),
                        new Image(new MediaSource.Url("https://a.example/x")),
                        new Text("What is it?"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|messages: must be a list",
                "{'messages':[]}|messages: the last must be the user's",
                "{'messages':[1]}|messages[0]: must be an object",
                "{'messages':[{'role':'user'}]}|messages[0].parts: must be a list",
                "{'messages':[{'role':'tool','parts':[]}]}|messages[0].role: is 'tool'; must be user, assistant or"
                        + " system",
                "{'messages':[{'role':'user','parts':[]}]}|messages[0].parts: a message of the user's must have a text"
                        + " or a file",
                "{'messages':[{'role':'user','parts':[{'type':'text'}]}]}|messages[0].parts[0].text: must be a text",
                "{'messages':[{'role':'user','parts':[{'type':'file','url':'file:///etc/passwd'}]}]}|messages[0].parts[0].url:"
                    + " must be an http(s) address or a data URL in Base64",
                "{'messages':[{'role':'user','parts':[{'type':'file','url':'data:text/html;base64,AAAA'}]}]}|messages[0].parts[0].url:"
                    + " is text/html; the model is shown images and application/pdf only",
                "{'messages':[{'role':'assistant','parts':[{'type':'text','text':'x'}]}]}|messages: the last must be"
                        + " the user's",
                "{'messages':[{'role':'assistant','parts':[{'type':'tool-x','toolCallId':'"
                        + " ','input':{},'state':'input-available'}]}]}|messages[0].parts[0].toolCallId: must not be"
                        + " blank",
                "{'messages':[{'role':'assistant','parts':[{'type':'tool-x','toolCallId':'c','input':[],'state':'input-available'}]}]}|messages[0].parts[0].input:"
                    + " must be an object",
                "{'id':7,'messages':[]}|id: must be a text"
            })
    void whatMakesNoSenseIsNamed(String body, String message) {
        assertThatThrownBy(() -> request(body))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static Conversation talk(String... messages) {
        return request("{'messages':[" + String.join(",", messages) + "]}").conversation();
    }

    private static StartRequest request(String body) {
        return UiMessageFormat.request(SESSION, Json.readObject(body.replace('\'', '"')));
    }
}
