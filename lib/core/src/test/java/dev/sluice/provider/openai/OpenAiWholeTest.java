package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.message;
import static dev.sluice.provider.openai.OpenAiWire.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that were not streamed. */
class OpenAiWholeTest {

    @Test
    void eachBlockIsInItsStart() {
        String source = "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"u\",\"title\":\"t\"}}";
        assertThat(whole("""
            {'id':'c1','object':'chat.completion','created':7,'model':'m','choices':[{'index':0,'message':{
             'role':'assistant','reasoning_content':'Hm.','content':'Yes.','refusal':null,'annotations':[%s],
             'tool_calls':[{'id':'a','type':'function','function':{'name':'f','arguments':'{\\"x\\":1}'}},
                           {'id':'b','type':'function','function':{'name':'g','arguments':''}}]},
             'logprobs':null,'finish_reason':'tool_calls'}],
             'usage':{'prompt_tokens':9,'completion_tokens':3,'total_tokens':12},'service_tier':'default'}\
            """.formatted(source)))
                .containsExactly(
                        new MessageStart(new Message(
                                "c1",
                                Role.ASSISTANT,
                                "m",
                                "openai",
                                List.of(),
                                FinishReason.UNKNOWN,
                                null,
                                null,
                                Usage.of(9, 0),
                                Map.of("created", "7", "service_tier", "\"default\""))),
                        new ContentBlockStart(0, new Thinking("Hm.", null, Map.of("type", "\"reasoning_content\""))),
                        new ContentBlockStop(0),
                        new ContentBlockStart(
                                1,
                                new Text(
                                        "Yes.",
                                        List.of(new Citation("url_citation", null, "t", "u", source)),
                                        Map.of())),
                        new ContentBlockStop(1),
                        new ContentBlockStart(2, new ToolUse("a", "f", "{\"x\":1}", Map.of())),
                        new ContentBlockStop(2),
                        new ContentBlockStart(3, new ToolUse("b", "g", "{}", Map.of())),
                        new ContentBlockStop(3),
                        new MessageDelta(FinishReason.TOOL_CALLS, "tool_calls", null, Usage.of(9, 3), Map.of()),
                        new MessageStop());
    }

    @Test
    void itIsTheMessageThatAStreamWouldHaveBeen() {
        String fields =
                "'content':'Yes.','reasoning':'Hm.','reasoning_details':[{'type':'reasoning.text','text':'Hm.'}]";
        Message whole = message(
                whole("{'id':'c','model':'m','choices':[{'message':{" + fields + "},'finish_reason':'length'}]}"));
        Message streamed =
                message(OpenAiWire.decode(OpenAiWire.delta("{" + fields + "}"), OpenAiWire.finish("length")));
        assertThat(whole).isEqualTo(streamed);
        assertThat(whole.extra()).containsKey("reasoning_details");
    }

    @Test
    void whatIsNotKnownIsAmongTheMessagesExtraFields() {
        Message said = message(
                whole("{'choices':[{'message':{'content':'a','audio':{'id':'x'}},'logprobs':{'content':[]}}],'x':1}"));
        assertThat(said.extra()).isEqualTo(Map.of("audio", "{\"id\":\"x\"}", "logprobs", "{\"content\":[]}", "x", "1"));
        assertThat(said.finishReason()).isEqualTo(FinishReason.UNKNOWN);
    }

    @Test
    void blocksComeInTheirOrderWithWhatIsNotKnownBehindTheirStart() {
        assertThat(whole("{'choices':[{'message':{'tool_calls':[{'id':'a','function':{'name':'f','arguments':'{'}},"
                        + "{'id':'b','function':{'name':'f','arguments':'{}','y':1}}]},'finish_reason':'length'}]}"))
                .containsSubsequence(
                        new ContentBlockStart(0, new ToolUse("a", "f", "{", Map.of())),
                        new ContentBlockStop(0),
                        new ContentBlockStart(1, new ToolUse("b", "f", "{}", Map.of())),
                        new ContentBlockDelta(1, new Delta.Unknown("tool_calls", "{\"y\":1}")),
                        new ContentBlockStop(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\\'x\\':", "{\\'x\\':1", "[1]", "x", "{}}"})
    void aCutCallIsInvalidWhetherItIsStreamedOrNot(String arguments) {
        String call = "'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':'" + arguments + "'}}]";
        call = call.replace("\\'", "\\\"");
        Message whole = message(
                whole("{'id':'c','model':'m','choices':[{'message':{" + call + "},'finish_reason':'length'}]}"));
        Message streamed = message(OpenAiWire.decode(OpenAiWire.delta("{" + call + "}"), OpenAiWire.finish("length")));
        assertThat(whole).isEqualTo(streamed);
        assertThat(whole.toolUses().getFirst().isInputValid()).isFalse();
    }

    @Test
    void aRefusalIsOne() {
        Message said =
                message(whole("{'choices':[{'message':{'content':null,'refusal':'No.'},'finish_reason':'stop'}]}"));
        assertThat(said.text()).isEqualTo("No.");
        assertThat(said.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'error':{'message':'Gone','code':502}}", "{'object':'error','message':'Gone'}"})
    void anErrorIsOneWhateverTheStatus(String body) {
        assertThatThrownBy(() -> whole(body)).isInstanceOf(ApiError.class).hasMessageContaining("Gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "{}", "{'choices':[]}", "{'choices':[{'message':7}]}"})
    void whatIsNoAnswerIsAProtocolError(String body) {
        assertThatThrownBy(() -> whole(body)).isInstanceOf(ProtocolError.class);
    }
}
