package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Decoding.whole;
import static dev.sluice.provider.wire.GeminiEvents.start;
import static dev.sluice.provider.wire.GeminiEvents.stop;
import static dev.sluice.provider.wire.Requests.GEMINI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that were not streamed: each part is a block, whole as it starts. */
class GeminiWholeTest {
    private static final String ANSWER = """
        {'candidates':[{'content':{'parts':[{'text':'hm','thought':true,'thoughtSignature':'s1'},{'text':'a'},\
        {'text':''},{'text':'b','thoughtSignature':'s2'},{'text':'','thoughtSignature':'s3'},\
        {'executableCode':{'code':'1'}},{'codeExecutionResult':{'output':'1'}},\
        {'functionCall':{'name':'f','args':{'n':1.0},'id':'i'},'thoughtSignature':'s4'},\
        {'functionCall':{'name':'g'}}],'role':'model'},'finishReason':'STOP','index':0,'avgLogprobs':-1.0}],\
        'usageMetadata':{'promptTokenCount':5,'candidatesTokenCount':3,'thoughtsTokenCount':2},\
        'modelVersion':'m','responseId':'r'}\
        """;

    @Test
    void eachPartIsABlock() {
        List<StreamEvent> events = whole(ANSWER, GEMINI);
        List<ContentBlock> blocks = List.of(
                new Thinking("hm", "s1", Map.of()),
                new Text("a"),
                new Text("b", List.of(), Map.of("thoughtSignature", "\"s2\"")),
                new Text("", List.of(), Map.of("thoughtSignature", "\"s3\"")),
                new ServerToolUse("sluice_r_4", "codeExecution", "{\"code\":\"1\"}", Map.of()),
                new ServerToolResult("codeExecutionResult", "sluice_r_4", "{\"output\":\"1\"}", Map.of()),
                new ToolUse("i", "f", "{\"n\":1.0}", Map.of("thoughtSignature", "\"s4\"")),
                new ToolUse("sluice_r_7", "g", "{}", Map.of()));
        assertThat(events)
                .hasSize(1 + 2 * blocks.size() + 2)
                .startsWith(events.getFirst(), start(0, blocks.getFirst()));
        assertThat(((MessageStart) events.getFirst()).message().content()).isEmpty();
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(events.subList(1 + 2 * i, 3 + 2 * i)).containsExactly(start(i, blocks.get(i)), stop(i));
        }
        assertThat(events).last().isEqualTo(new MessageStop());

        var answer = new ChunkAggregator();
        events.forEach(answer::accept);
        Message message = answer.snapshot();
        assertThat(message.content()).isEqualTo(blocks);
        assertThat(message.provider()).isEqualTo("gemini");
        assertThat(message.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(message.usage()).isEqualTo(new Usage(5, 5, 0, 0, 2, Map.of()));
        assertThat(message.extra()).isEqualTo(Map.of("avgLogprobs", "-1.0"));
    }

    @Test
    void aTextIsCited() {
        var answer = new ChunkAggregator();
        whole("""
            {'candidates':[{'content':{'parts':[{'text':'öne'}]},'finishReason':'STOP','groundingMetadata':\
            {'groundingChunks':[{'web':{'uri':'u'}}],'groundingSupports':[{'segment':{'endIndex':2,\
            'text':'ö'},'groundingChunkIndices':[0]}]}}]}\
            """, GEMINI).forEach(answer::accept);
        assertThat(answer.citations(0))
                .hasSize(1)
                .first()
                .satisfies(citation -> assertThat(citation.json()).startsWith("{\"start\":0,\"end\":1,"));
    }

    @Test
    void aPromptMayBeBlocked() {
        assertThat(whole("{'promptFeedback':{'blockReason':'SAFETY'}}", GEMINI))
                .hasSize(3)
                .anyMatch(event -> event instanceof StreamEvent.MessageDelta delta
                        && delta.finishReason() == FinishReason.CONTENT_FILTER
                        && "blockReason:SAFETY".equals(delta.stopReason()));
    }

    @Test
    void anErrorIsAnErrorInAListToo() {
        String error = "{'error':{'status':'INTERNAL','message':'m'}}";
        for (String body : new String[] {error, " [" + error + "]"}) {
            assertThatThrownBy(() -> whole(body, GEMINI))
                    .isInstanceOf(ApiError.class)
                    .hasMessageContaining("in place of the answer, INTERNAL: m");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "x", "[]", "{}", "{'candidates':[{'content':{'parts':[{'text':'a'}]}}]}"})
    void whatIsNoAnswerIsAProtocolError(String body) {
        assertThatThrownBy(() -> whole(body, GEMINI)).isInstanceOf(ProtocolError.class);
    }
}
