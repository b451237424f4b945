package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
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

class OpenAiRequestTest {

    @Test
    void allRoles() {
        StartRequest request = request("""
            {'model':'m','stream':true,'messages':[
              {'role':'system','content':'Be brief'},
              {'role':'developer','content':[{'type':'text','text':'Be kind'}]},
              {'role':'user','content':[{'type':'text','text':'What is it?'},{'type':'image_url','image_url':{'url':'data:image/jpeg;base64,AAAA'}}]},
              {'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':{'name':'look','arguments':'{}'}}]},
              {'role':'tool','tool_call_id':'c','content':'a river'},
              {'role':'assistant','content':'A river.'},
              {'role':'user','content':'Which?'}]}\
            """);
        Conversation talk = request.conversation();
        assertThat(talk.system()).containsExactly(new Text("Be brief"), new Text("Be kind"));
        assertThat(talk.messages())
                .containsExactly(
                        Message.user(
                                new Text("What is it?"), new Image(new MediaSource.Base64Data("image/jpeg", "AAAA"))),
                        Message.of(Role.ASSISTANT, List.of(new ToolUse("c", "look", "{}", Map.of()))),
                        Message.user(new ToolResult("c", "a river")),
                        Message.assistant("A river."),
                        Message.user("Which?"));
        assertThat(request.body()).containsEntry("model", "m");
        assertThat(request.chatId()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'messages':[]}|stream: must be true; answers are streamed only",
                "{'stream':true,'n':2}|n: must be 1; there is one answer",
                "{'stream':true,'tools':[{}]}|tools: must be left out; tools run on the server",
                "{'stream':true}|messages: must be a list",
                "{'stream':true,'messages':[]}|messages: the last must be the user's or a tool's",
                "{'stream':true,'messages':[{'role':'robot','content':'x'}]}|messages[0].role: must be system,"
                        + " developer, user, assistant or tool",
                "{'stream':true,'messages':[{'role':'user','content':7}]}|messages[0].content: must be a list",
                "{'stream':true,'messages':[{'role':'user','content':[{'type':'input_audio'}]}]}|messages[0].content[0].type:"
                    + " must be text or image_url",
                "{'stream':true,'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'javascript:x'}}]}]}|messages[0].content[0].image_url.url:"
                    + " must be an http(s) address or a data URL in Base64",
                "{'stream':true,'messages':[{'role':'tool','tool_call_id':'c','content':'x'}]}|messages[0].tool_call_id:"
                    + " no call 'c' waits for a result",
                "{'stream':true,'messages':[{'role':'assistant','tool_calls':[{'id':'c','function':{'name':'f','arguments':'{}'}}]},{'role':'user','content':'x'}]}|messages:"
                    + " the call c has no result"
            })
    void whatMakesNoSenseIsNamed(String body, String message) {
        assertThatThrownBy(() -> request(body))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    private static StartRequest request(String body) {
        return OpenAiChunkFormat.request(new Session("me"), Json.readObject(body.replace('\'', '"')));
    }
}
