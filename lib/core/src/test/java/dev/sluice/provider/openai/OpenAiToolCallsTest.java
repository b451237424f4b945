package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.answer;
import static dev.sluice.provider.openai.OpenAiWire.decode;
import static dev.sluice.provider.openai.OpenAiWire.delta;
import static dev.sluice.provider.openai.OpenAiWire.message;
import static dev.sluice.provider.openai.OpenAiWire.transcript;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in which servers stream tool calls. */
class OpenAiToolCallsTest {
    private static final String WHOLE =
            delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':'{}'}}]}");
    private static final String FILTERED = OpenAiWire.finish("content_filter");

    @Test
    void callsThatInterleaveGrowSideBySideAndEndWhenTheyAreWholeAndAnotherBegins() {
        var events = transcript("openai-parallel-tools").stream().skip(1).toList();
        assertThat(events.subList(0, events.size() - 2))
                .containsExactly(
                        new ContentBlockStart(0, new ToolUse("call_a9TqW", "get_tide", "{}", Map.of())),
                        fragment(0, "{\"po"),
                        new ContentBlockStart(1, new ToolUse("call_c4RzE", "get_wind", "{}", Map.of())),
                        fragment(0, "rt\":\"Bre"),
                        fragment(1, "{\"port\":\""),
                        fragment(1, "Brest\",\"unit\":\"kn\"}"),
                        fragment(0, "st\"}"),
                        new ContentBlockStop(0),
                        new ContentBlockStop(1),
                        new ContentBlockStart(2, new ToolUse("call_e1YuI", "list_warnings", "{}", Map.of())),
                        fragment(2, "{}"),
                        new ContentBlockStop(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'function_call':{}",
                "'function_call':{'name':'','arguments':''}",
                "'tool_calls':[{}]",
                "'tool_calls':[{'index':0,'type':'function','function':{'name':null,'arguments':''}}]"
            })
    void anEmptyCallIsNone(String call) {
        Message said = OpenAiWire.answer("{'content':'a'," + call + "}");
        assertThat(said.content()).containsExactly(new Text("a"));
        assertThat(said.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'function_call':{'name':'','arguments':'{}'}",
                "'function_call':{'arguments':'{}'}",
                "'function_call':{'name':null,'arguments':'{}'}",
                "'tool_calls':[{'index':0,'type':'function','function':{'name':'','arguments':'{}'}}]"
            })
    void aCallWithoutNameAndIdGoesOnRawBecauseNobodyCouldAnswerIt(String call) {
        String said = "{'content':'a'," + call + "}";
        var events = decode(delta(said), OpenAiWire.finish("stop"));
        assertThat(events)
                .contains(new StreamEvent.Unknown(call.substring(1, call.indexOf("':")), "{\"arguments\":\"{}\"}"));
        Message streamed = message(events);
        assertThat(streamed.content()).containsExactly(new Text("a"));
        assertThat(streamed.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(message(OpenAiWire.whole(
                        "{'id':'c','model':'m','choices':[{'message':" + said + ",'finish_reason':'stop'}]}")))
                .isEqualTo(streamed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'null'", "null", "''", "' null '", "'[]'"})
    void aToolWithoutParametersHasAnEmptyInput(String arguments) {
        Message said = OpenAiWire.answer(
                "{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':" + arguments + "}}]}");
        assertThat(said.toolUses()).containsExactly(new ToolUse("a", "f", "{}", Map.of()));
    }

    @Test
    void aWholeCallEndsWhenTheModelHasStoppedThoughTheAnswerGoesOn() {
        assertThat(last(2, WHOLE, OpenAiWire.finish("tool_calls")))
                .containsExactly(fragment(0, "{}"), new ContentBlockStop(0));
    }

    @Test
    void aWholeCallEndsBeforeWords() {
        assertThat(last(4, WHOLE, delta("{'content':'b'}")))
                .containsExactly(
                        fragment(0, "{}"),
                        new ContentBlockStop(0),
                        new ContentBlockStart(1, new Text("")),
                        new ContentBlockDelta(1, new Delta.TextDelta("b")));
    }

    /** No tool of a refused answer is to start. */
    @Test
    void aCallOfARefusedAnswerEndsWithTheAnswer() {
        assertThat(last(1, WHOLE, delta("{}"), FILTERED)).containsExactly(fragment(0, "{}"));
        assertThat(last(3, WHOLE, FILTERED, "[DONE]").getFirst()).isEqualTo(new ContentBlockStop(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}}", "[]"})
    void aCallThatIsNotWholeEndsWithTheAnswer(String arguments) {
        String begun = delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':'" + arguments
                + "'}},{'index':1,'id':'b','function':{'name':'f'}}]}");
        assertThat(decode(begun, OpenAiWire.finish("stop")))
                .containsSubsequence(
                        new ContentBlockStart(1, new ToolUse("b", "f", "{}", Map.of())),
                        new ContentBlockStop(0),
                        new ContentBlockStop(1));
    }

    @Test
    void blanksBehindACallThatHasEndedMeanNothing() {
        assertThat(last(1, WHOLE, delta("{'content':'b'}"), more("\\n ")))
                .containsExactly(new ContentBlockDelta(1, new Delta.TextDelta("b")));
    }

    @Test
    void argumentsBehindACallThatHasEndedAreAProtocolError() {
        assertThatThrownBy(() -> decode(WHOLE, delta("{'content':'b'}"), more("{}")))
                .isInstanceOf(ProtocolError.class)
                .hasMessage("The server sent more arguments of a call (block 0) that was complete: {}");
    }

    @Test
    void otherFieldsBehindACallThatHasEndedGoOnRaw() {
        assertThat(last(
                        1,
                        WHOLE,
                        delta("{'content':'b'}"),
                        delta("{'tool_calls':[{'index':0,'id':'a','x':1,'function':{'arguments':''}}]}")))
                .containsExactly(new StreamEvent.Unknown("tool_calls", "{\"x\":1}"));
    }

    // Ollama, issue 15457
    @Test
    void wholeCallsWithTheSameNumberAreSeveral() {
        assertThat(message(transcript("ollama-whole-tools")).toolUses())
                .extracting(ToolUse::id)
                .containsExactly("call_k3v9", "call_p0w2");
    }

    // Ollama before 0.4.7, Gemini's endpoint
    @Test
    void callsWithoutNumbersAreToldApartByTheirIds() {
        assertThat(calls(
                        "{'id':'a','function':{'name':'f','arguments':'{'}}",
                        "{'id':'b','function':{'name':'f','arguments':'{}'}}",
                        "{'id':'a','function':{'arguments':'}'}}"))
                .containsExactly(new ToolUse("a", "f", "{}", Map.of()), new ToolUse("b", "f", "{}", Map.of()));
    }

    @Test
    void callsWithoutNumberAndIdBeginWithTheirName() {
        assertThat(calls(
                        "{'function':{'name':'f','arguments':'{'}}",
                        "{'function':{'arguments':'}'}}",
                        "{'function':{'name':'f','arguments':'{\\\"a\\\":1}'}}"))
                .containsExactly(
                        new ToolUse("call_c_0", "f", "{}", Map.of()),
                        new ToolUse("call_c_1", "f", "{\"a\":1}", Map.of()));
    }

    @Test
    void whatEachFragmentRepeatsIsNoNews() {
        assertThat(calls(
                        "{'index':0,'id':'a','type':'function','function':{'name':'f','arguments':'{'}}",
                        "{'index':0,'id':'a','type':'function','function':{'name':'f','arguments':'\\\"x\\\"'}}",
                        "{'index':0,'id':'','type':'function','function':{'name':'','arguments':':1'}}",
                        "{'index':0,'id':null,'function':{'name':null,'arguments':'}'}}"))
                .containsExactly(new ToolUse("a", "f", "{\"x\":1}", Map.of()));
    }

    /** An older vLLM gave each fragment an id. */
    @Test
    void anotherIdWithoutANameBeginsNoCall() {
        assertThat(calls(
                        "{'index':0,'id':'a','function':{'name':'f','arguments':'{'}}",
                        "{'index':0,'id':'b','function':{'arguments':'}'}}"))
                .containsExactly(new ToolUse("a", "f", "{}", Map.of()));
    }

    @Test
    void aCallWaitsForItsName() {
        assertThat(decode(
                                delta("{'tool_calls':[{'index':0,'id':'a','x':1}]}"),
                                delta("{'tool_calls':[{'index':0,'function':{'arguments':'{'}}]}"),
                                delta("{'tool_calls':[{'index':0,'function':{'name':'f','arguments':'}'}}]}"))
                        .stream()
                        .skip(1))
                .containsExactly(
                        new ContentBlockStart(0, new ToolUse("a", "f", "{}", Map.of("x", "1"))), fragment(0, "{}"));
    }

    @Test
    void aCallWhoseNameNeverComesIsThereAtTheEnd() {
        assertThat(calls("{'index':0,'id':'a','function':{'arguments':'{}'}}"))
                .containsExactly(new ToolUse("a", "", "{}", Map.of()));
    }

    @Test
    void whatElseIsSaidBeforeTheNameIsNotLost() {
        assertThat(decode(
                        delta("{'tool_calls':[{'index':0,'id':'a','function':{'y':1}}]}"),
                        delta("{'tool_calls':[{'index':0,'function':{'name':'f','arguments':'{}'}}]}")))
                .contains(new ContentBlockDelta(0, new Delta.Unknown("tool_calls", "{\"y\":1}")));
    }

    /** The result of a call has to name it, so that an id is made; always the same of the same bytes. */
    @Test
    void aCallWithoutIdGetsOneOfTheAnswers() {
        assertThat(answer("{'content':'a'}", "{'tool_calls':[{'index':0,'function':{'name':'f','arguments':'{}'}}]}")
                        .content())
                .containsExactly(new Text("a"), new ToolUse("call_c_1", "f", "{}", Map.of()));
    }

    @Test
    void argumentsMayBeAnObject() {
        assertThat(calls("{'index':0,'id':'a','function':{'name':'f','arguments':{'x':[1, 2.0]}}}"))
                .containsExactly(new ToolUse("a", "f", "{\"x\":[1, 2.0]}", Map.of()));
    }

    @Test
    void aCallWithoutArgumentsHasAnEmptyInput() {
        assertThat(calls("{'index':0,'id':'a','function':{'name':'f'}}", "{'index':0,'function':{'arguments':''}}"))
                .containsExactly(new ToolUse("a", "f", "{}", Map.of()));
    }

    // Gemini's endpoint: its signatures have to be sent back.
    @Test
    void whatElseACallHasIsKeptForItsWayBack() {
        assertThat(message(transcript("gemini-endpoint-tools"))
                        .toolUses()
                        .getFirst()
                        .extra())
                .isEqualTo(Map.of("extra_content", "{\"google\":{\"thought_signature\":\"EjQKMg==\"}}"));
        assertThat(decode(
                        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','y':1}}]}"),
                        delta("{'tool_calls':[{'index':0,'x':2,'function':{'arguments':'{}','y':3}}]}")))
                .contains(
                        new ContentBlockDelta(0, new Delta.Unknown("tool_calls", "{\"y\":1}")),
                        new ContentBlockDelta(0, new Delta.Unknown("tool_calls", "{\"x\":2,\"y\":3}")));
    }

    @Test
    void aCallOfAnotherTypeKeepsWhatItIs() {
        assertThat(calls("{'index':0,'id':'a','type':'custom','custom':{'name':'f','input':'x'}}"))
                .containsExactly(new ToolUse(
                        "a", "", "{}", Map.of("type", "\"custom\"", "custom", "{\"name\":\"f\",\"input\":\"x\"}")));
    }

    /** The wire of 2023. */
    @Test
    void aFunctionCallIsACall() {
        Message said = message(transcript("openai-function-call"));
        assertThat(said.content())
                .containsExactly(new ToolUse(
                        "call_chatcmpl-7QyqpwdfhqwajicIEznoc6Q47XAyW_0", "book_berth", "{\"nights\":2}", Map.of()));
        assertThat(said.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void wordsAfterACallAreABlockOfTheirOwnAndTheCallGrowsOn() {
        Message said = answer(
                "{'content':'a'}",
                "{'tool_calls':[{'index':0,'id':'i','function':{'name':'f','arguments':'{'}}]}",
                "{'content':'b'}",
                "{'tool_calls':[{'index':0,'function':{'arguments':'}'}}]}",
                "{'content':'c'}");
        assertThat(said.content())
                .containsExactly(new Text("a"), new ToolUse("i", "f", "{}", Map.of()), new Text("bc"));
    }

    @Test
    void aCallThatWasCutHasTheInputThatCame() {
        var call = message(decode(
                        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':'{\\\"x'}}]}"),
                        OpenAiWire.finish("length")))
                .toolUses()
                .getFirst();
        assertThat(call.input()).isEqualTo("{\"x");
        assertThat(call.isInputValid()).isFalse();
    }

    private static String more(String arguments) {
        return delta("{'tool_calls':[{'index':0,'function':{'arguments':'" + arguments + "'}}]}");
    }

    /** The last events of a stream that has not ended. */
    private static List<StreamEvent> last(int count, String... data) {
        var events = new ArrayList<StreamEvent>();
        OpenAiWire.read(OpenAiWire.bytes(data), events, false);
        return events.subList(events.size() - count, events.size());
    }

    private static ContentBlockDelta fragment(int index, String json) {
        return new ContentBlockDelta(index, new InputJsonDelta(json));
    }

    private static List<ToolUse> calls(String... fragments) {
        String[] deltas = Arrays.stream(fragments)
                .map(fragment -> "{'tool_calls':[" + fragment + "]}")
                .toArray(String[]::new);
        List<ToolUse> calls = answer(deltas).toolUses();
        String together = Arrays.stream(fragments).collect(Collectors.joining(",", "{'tool_calls':[", "]}"));
        assertThat(answer(together).toolUses()).isEqualTo(calls);
        return calls;
    }
}
