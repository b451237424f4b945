package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Requests.gemini;
import static dev.sluice.provider.wire.Requests.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.ClaudeTranscriptsTest;
import dev.sluice.provider.wire.Decoding;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded answers event by event, and on their way back; what they come to is the law test's to say. */
class GeminiTranscriptsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text                    | MessageStart ContentBlockStart TextDelta*3 SignatureDelta ContentBlockStop"
                        + " MessageDelta MessageStop",
                "thinking-function-call  | MessageStart ContentBlockStart ThinkingDelta*2 ContentBlockStop"
                        + " ContentBlockStart InputJsonDelta SignatureDelta ContentBlockStop MessageDelta MessageStop",
                "parallel-function-calls | MessageStart ContentBlockStart TextDelta*2 ContentBlockStop"
                        + " ContentBlockStart InputJsonDelta SignatureDelta ContentBlockStop"
                        + " ContentBlockStart InputJsonDelta ContentBlockStop"
                        + " ContentBlockStart InputJsonDelta ContentBlockStop MessageDelta MessageStop",
                "safety-block            | MessageStart ContentBlockStart TextDelta*2 ContentBlockStop"
                        + " MessageDelta MessageStop",
            })
    void eachEventIsHandedOutInItsOrder(String name, String expected) {
        assertThat(ClaudeTranscriptsTest.kinds(Decoding.transcript("gemini-" + name)))
                .isEqualTo(expected);
    }

    @Test
    void anErrorAtTheEndIsNoEndOfTheAnswer() {
        assertThatThrownBy(() -> Decoding.transcript("gemini-midstream-error"))
                .isInstanceOf(ApiError.class)
                .hasMessage("Gemini reported an error inside the stream, UNAVAILABLE: The model is overloaded."
                        + " Please try again later.; try again later");
    }

    @Test
    void whatTheCandidateSaidOfItsSafetyIsKept() {
        Message message = message("gemini-safety-block");
        assertThat(message.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
        assertThat(message.extra().get("safetyRatings")).contains("\"probability\": \"HIGH\"");
        assertThat(message("gemini-parallel-function-calls").finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void aCallGoesBackWithItsSignatureAndItsResult() {
        Message answer = message("gemini-thinking-function-call");
        String signature = "PuPZFepfFhCj63vneEvtkBPnM3V+xUpbPZ/kJHu5CUMDvqqUw8wDMIm8Y8vUW1vvsgxr8z3ZOHhbNrUDgr5jZe"
                + "+ObKZVQprlTfwnbvjhPCR+0DMYPb9EfDbJ+9ZN5cvzAdibFMpoF7ExyjEKXr0z6cbxhbYF8r/Z3cmmCI4OBEKtnlzWqrUkwawt"
                + "wTuCbB7BYOOolkvH";
        assertThat(gemini(again(answer, new ToolResult("fc_7h2k9", "07:14"))))
                .isEqualTo(json("""
                    {'contents':[
                     {'role':'user','parts':[{'text':'Trains Lyon to Nantes tomorrow?'}]},
                     {'role':'model','parts':[
                      {'text':'**Picking a tool**\\n\\nThe user asks for a train, so the timetable function \
                    fits.\\n\\n\\n**Filling arguments**\\n\\nThe date was given as tomorrow.\\n\\n\\n',\
                       'thought':true},
                      {'functionCall':{'name':'find_train','id':'fc_7h2k9','args':\
                       {'from':'Lyon','to':'Nantes','date':'2026-08-24','changes':{'max':1}}},\
                       'thoughtSignature':'SIGNATURE'}]},
                     {'role':'user','parts':[{'functionResponse':\
                       {'name':'find_train','id':'fc_7h2k9','response':{'output':'07:14'}}}]}]}
                    """.replace("SIGNATURE", signature)));
    }

    @Test
    void parallelCallsGoBackInTheirOrderOnlyTheFirstSigned() {
        Message answer = message("gemini-parallel-function-calls");
        List<ToolUse> calls = answer.toolUses();
        var request = again(
                answer,
                calls.stream().map(call -> new ToolResult(call.id(), "ok")).toArray(ToolResult[]::new));
        List<?> contents = (List<?>) gemini(request).get("contents");
        List<?> parts = (List<?>) ((Map<?, ?>) contents.get(1)).get("parts");
        assertThat(parts).hasSize(4);
        assertThat(parts.getFirst()).isEqualTo(json("{'text':'Checking both cities now.'}"));
        assertThat(((Map<?, ?>) parts.get(1)).get("thoughtSignature"))
                .isEqualTo("/5AGncDnGLKobuMVbxrQCePiJrr6yu5IDmTXPjngwEy1RlGznYJqMiakRCyjblY4uM62NL2icC3iSZ/7qcYbwQ2THK/"
                        + "dJIKWbT0h8u2Y4YP1K+HueRm7+0HS7Sq1kO7roHjAng==");
        assertThat(parts.get(2))
                .isEqualTo(json("{'functionCall':{'name':'get_weather','id':'fc_a2','args':{'city':'Oulu'}}}"));
        assertThat(parts.get(3)).isEqualTo(json("{'functionCall':{'name':'list_alerts','args':{}}}"));
        assertThat(contents.get(2))
                .isEqualTo(json("{'role':'user','parts':["
                        + "{'functionResponse':{'name':'get_weather','id':'fc_a1','response':{'output':'ok'}}},"
                        + "{'functionResponse':{'name':'get_weather','id':'fc_a2','response':{'output':'ok'}}},"
                        + "{'functionResponse':{'name':'list_alerts','response':{'output':'ok'}}}]}"));
    }

    @Test
    void aTextGoesBackWithTheSignatureOfItsEnd() {
        List<?> contents = (List<?>) gemini(again(message("gemini-text"))).get("contents");
        List<?> parts = (List<?>) ((Map<?, ?>) contents.get(1)).get("parts");
        assertThat(parts).hasSize(1);
        assertThat(((Map<?, ?>) parts.getFirst()).keySet().toString()).isEqualTo("[text, thoughtSignature]");
    }

    private static MessageRequest.Builder again(Message answer, ToolResult... results) {
        var request = MessageRequest.builder()
                .model("gemini-3.1-pro-preview")
                .user("Trains Lyon to Nantes tomorrow?")
                .message(answer);
        return results.length == 0 ? request.user("Go on.") : request.user(results);
    }

    private static Message message(String transcript) {
        var answer = new ChunkAggregator();
        Decoding.transcript(transcript).forEach(answer::accept);
        return answer.snapshot();
    }
}
