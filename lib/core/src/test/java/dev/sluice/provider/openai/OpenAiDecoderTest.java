package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.answer;
import static dev.sluice.provider.openai.OpenAiWire.decode;
import static dev.sluice.provider.openai.OpenAiWire.delta;
import static dev.sluice.provider.openai.OpenAiWire.finish;
import static dev.sluice.provider.openai.OpenAiWire.message;
import static dev.sluice.provider.openai.OpenAiWire.stream;
import static dev.sluice.provider.openai.OpenAiWire.transcript;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Unknown;
import dev.sluice.message.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiDecoderTest {
    private static final Map<String, String> REASONING = Map.of("type", "\"reasoning\"");

    @Test
    void anAnswerIsTheseEvents() {
        assertThat(stream("""
            data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","system_fingerprint":"fp",\
            "choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","system_fingerprint":"fp",\
            "choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"usage":null}

            data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","system_fingerprint":"fp",\
            "choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

            data: {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m","system_fingerprint":"fp",\
            "choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}

            data: [DONE]

            """))
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
                                Usage.NONE,
                                Map.of("created", "7", "system_fingerprint", "\"fp\""))),
                        new ContentBlockStart(0, new Text("")),
                        new ContentBlockDelta(0, new TextDelta("Hi")),
                        new ContentBlockStop(0),
                        new MessageDelta(FinishReason.STOP, "stop", null, Usage.of(9, 2), Map.of()),
                        new MessageStop());
    }

    @ParameterizedTest
    @CsvSource({
        "stop, STOP",
        "length, LENGTH",
        "tool_calls, TOOL_CALLS",
        "function_call, TOOL_CALLS",
        "content_filter, CONTENT_FILTER",
        "model_length, LENGTH",
        "eos_token, STOP",
        "insufficient_system_resource, UNKNOWN",
        "abort, UNKNOWN",
    })
    void eachReasonHasItsNeutralWordAndItsOwn(String wire, FinishReason reason) {
        Message said = message(decode(delta("{'content':'a'}"), finish(wire)));
        assertThat(said.finishReason()).isEqualTo(reason);
        assertThat(said.stopReason()).isEqualTo(wire);
    }

    // OpenAI says so when a tool was demanded by name, and other servers whenever they like.
    @Test
    void stopWithACallIsACall() {
        Message said = answer("{'tool_calls':[{'index':0,'id':'i','function':{'name':'n','arguments':'{}'}}]}");
        assertThat(said.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(said.stopReason()).isEqualTo("stop");
    }

    @Test
    void aRefusalIsTextThatCanBeSeenAndTheReasonSaysWhatItIs() {
        Message said = message(transcript("openai-refusal"));
        assertThat(said.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
        assertThat(said.stopReason()).isEqualTo("stop");
        assertThat(said.content())
                .containsExactly(
                        new Text("I can't help with opening that lock.", List.of(), Map.of("type", "\"refusal\"")));
    }

    @Test
    void withTheEndMarkerTheAnswerIsCompleteAndNothingFollows() {
        List<StreamEvent> events = decode(
                delta("{'content':'a'}"), finish("stop"), "[DONE]", delta("{'content':'b'}"), "[DONE]", "nonsense");
        assertThat(events.getLast()).isEqualTo(new MessageStop());
        assertThat(message(events).text()).isEqualTo("a");
        assertThat(events).filteredOn(MessageStop.class::isInstance).hasSize(1);
    }

    @Test
    void withoutTheEndMarkerAReasonAndTheEndOfTheResponseCompleteIt() {
        assertThat(decode(delta("{'content':'a'}"), finish("stop")).getLast()).isEqualTo(new MessageStop());
        assertThat(transcript("gateway-no-done").getLast()).isEqualTo(new MessageStop());
    }

    @Test
    void withNeitherItIsNotComplete() {
        assertThat(decode(delta("{'content':'a'}"))).doesNotContain(new MessageStop());
        assertThat(transcript("openai-truncated")).noneMatch(MessageDelta.class::isInstance);
    }

    @Test
    void theEndMarkerAloneEndsAnAnswerWithoutReason() {
        Message said = message(decode(delta("{'content':'a'}"), " [DONE] "));
        assertThat(said.finishReason()).isEqualTo(FinishReason.UNKNOWN);
        assertThat(said.stopReason()).isNull();
    }

    @Test
    void withoutAChoiceThereIsNoAnswerToComplete() {
        assertThat(decode("[DONE]")).isEmpty();
        assertThat(decode("{'id':'','choices':[],'prompt_filter_results':[]}", "[DONE]"))
                .isEmpty();
        assertThat(decode("{}", "{'choices':null}", "{'usage':{'prompt_tokens':1}}"))
                .isEmpty();
    }

    // Azure
    @Test
    void whatComesBeforeTheFirstChoiceBelongsToTheMessage() {
        List<StreamEvent> events = transcript("azure-filter");
        Message start = ((MessageStart) events.getFirst()).message();
        assertThat(start.id()).isEqualTo("chatcmpl-CmZ");
        assertThat(start.model()).isEqualTo("gpt-5-mini-2025-08-07");
        assertThat(start.extra()).containsKeys("prompt_filter_results", "system_fingerprint");
        Message said = message(events);
        assertThat(said.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
        assertThat(said.text()).isEqualTo("First you take");
        assertThat(events)
                .filteredOn(Unknown.class::isInstance)
                .hasSize(3)
                .last()
                .isEqualTo(new Unknown("chat.completion.chunk", """
                    {"choices":[{"index":0,"content_filter_results":{"violence":{"filtered":true,"severity":"high"}}}]}\
                    """));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'role':'assistant','content':''}",
                "{'role':'assistant','content':null,'refusal':null}",
                "{'content':'','reasoning_content':null,'tool_calls':null,'annotations':[]}",
                "{'reasoning':'','refusal':''}",
                "{}",
                "null",
            })
    void whatIsEmptyBringsNoEvent(String delta) {
        assertThat(decode(delta(delta))).singleElement().isInstanceOf(MessageStart.class);
    }

    @Test
    void thoughtsMakeABlockThatKnowsItsField() {
        for (String field : List.of("reasoning_content", "reasoning")) {
            assertThat(answer("{'" + field + "':'Hm'}", "{'" + field + "':'m.'}", "{'content':'Yes.'}")
                            .content())
                    .containsExactly(new Thinking("Hmm.", null, Map.of("type", "\"" + field + "\"")), new Text("Yes."));
        }
    }

    @Test
    void thoughtsInBothFieldsAreOne() {
        assertThat(answer("{'reasoning':'Hm','reasoning_content':'Hm'}").content())
                .containsExactly(new Thinking("Hm", null, Map.of("type", "\"reasoning_content\"")));
    }

    @Test
    void blocksFollowTheWordsOneAfterTheOther() {
        assertThat(decode(
                                delta("{'reasoning':'a'}"),
                                delta("{'content':'b'}"),
                                delta("{'reasoning':'c'}"),
                                delta("{'reasoning':'d','content':'e'}"),
                                delta("{'content':'f'}"))
                        .stream()
                        .skip(1))
                .containsExactly(
                        new ContentBlockStart(0, new Thinking("", null, REASONING)),
                        new ContentBlockDelta(0, new ThinkingDelta("a")),
                        new ContentBlockStop(0),
                        new ContentBlockStart(1, new Text("")),
                        new ContentBlockDelta(1, new TextDelta("b")),
                        new ContentBlockStop(1),
                        new ContentBlockStart(2, new Thinking("", null, REASONING)),
                        new ContentBlockDelta(2, new ThinkingDelta("c")),
                        new ContentBlockDelta(2, new ThinkingDelta("d")),
                        new ContentBlockStop(2),
                        new ContentBlockStart(3, new Text("")),
                        new ContentBlockDelta(3, new TextDelta("e")),
                        new ContentBlockDelta(3, new TextDelta("f")));
    }

    // Mistral
    @Test
    void contentMayComeInParts() {
        assertThat(message(transcript("mistral-thinking-parts")).content())
                .containsExactly(new Thinking("Hm, seven.", null, Map.of("type", "\"thinking\"")), new Text("Seven."));
        assertThat(decode(delta("{'content':[{'type':'image_url','image_url':'u'}]}")))
                .last()
                .isEqualTo(
                        new Unknown(
                                "chat.completion.chunk",
                                "{\"choices\":[{\"index\":0,\"delta\":{\"content\":[{\"type\":\"image_url\",\"image_url\":\"u\"}]}}]}"));
    }

    // OpenRouter
    @Test
    void piecesOfReasoningAreJoinedForTheirWayBack() {
        Message said = message(transcript("openrouter-reasoning-details"));
        assertThat(OpenAiWire.json(said.extra().get("reasoning_details"))).isEqualTo(OpenAiWire.json("""
            [{'type':'reasoning.text','text':'Weigh both.','format':'acme-v1','index':0,'signature':'c2lnbmVk'},
             {'type':'reasoning.encrypted','data':'ZW5j','format':'acme-v1','index':1}]\
            """));
        assertThat(said.extra()).containsEntry("provider", "\"Harbour\"");
    }

    @Test
    void piecesOfTheSameTypeAreToldApartByTheirIndex() {
        Message said = answer(
                "{'reasoning_details':[{'type':'reasoning.text','text':'A','index':0},"
                        + "{'type':'reasoning.text','text':'B','index':1}]}",
                "{'reasoning_details':[{'type':'reasoning.text','text':'a','index':0,'signature':null}]}");
        assertThat(OpenAiWire.json(said.extra().get("reasoning_details"))).isEqualTo(OpenAiWire.json("""
            [{'type':'reasoning.text','text':'Aa','index':0,'signature':null},{'type':'reasoning.text','text':'B','index':1}]\
            """));
    }

    @Test
    void piecesWithoutWordsBesideThemAreThoughts() {
        Message said = answer(
                "{'reasoning_details':[{'type':'reasoning.summary','summary':'A'}]}",
                "{'reasoning_details':[{'type':'reasoning.summary','summary':'B'}]}",
                "{'reasoning_details':[{'type':'reasoning.encrypted','data':'x'}]}",
                "{'reasoning_details':[{'type':'reasoning.summary','summary':'C'}]}");
        assertThat(said.content()).containsExactly(new Thinking("ABC", null, Map.of("type", "\"reasoning_details\"")));
        assertThat(OpenAiWire.json(said.extra().get("reasoning_details"))).isEqualTo(OpenAiWire.json("""
            [{'type':'reasoning.summary','summary':'AB'},{'type':'reasoning.encrypted','data':'x'},
             {'type':'reasoning.summary','summary':'C'}]\
            """));
    }

    @Test
    void annotationsAreSourcesOfTheText() {
        var wire = "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"u\",\"title\":\"t\",\"content\":\"c\"}}";
        var other = "{\"type\":\"file_citation\",\"index\":1}";
        Message said = answer("{'content':'a'}", "{'annotations':[" + wire + "," + other + "]}", "{'content':'b'}");
        assertThat(said.content())
                .containsExactly(new Text(
                        "ab",
                        List.of(
                                new Citation("url_citation", "c", "t", "u", wire),
                                new Citation("file_citation", null, null, null, other)),
                        Map.of()));
    }

    @Test
    void whatIsNotKnownGoesOnRaw() {
        assertThat(decode(
                        """
                        {'id':'c','model':'m','x_new':{'a':1.0},'choices':[{'index':0,'logprobs':{'content':[]},\
                        'delta':{'role':'assistant','content':'a','audio':{'id':'x', 'data':'y'}}}]}\
                        """,
                        "{'choices':[{'index':0,'delta':{'role':'critic'}}],'x_new':{'a':2},'obfuscation':'zz'}",
                        finish("stop")))
                .containsSubsequence(
                        new ContentBlockDelta(0, new TextDelta("a")),
                        new Unknown("chat.completion.chunk", """
                            {"choices":[{"index":0,"logprobs":{"content":[]},"delta":{"audio":{"id":"x", "data":"y"}}}]}\
                            """),
                        new Unknown(
                                "chat.completion.chunk",
                                "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"critic\"}}]}"),
                        new MessageDelta(
                                FinishReason.STOP,
                                "stop",
                                null,
                                Usage.NONE,
                                Map.of(
                                        "x_new", "{\"a\":2}",
                                        "audio", "{\"id\":\"x\", \"data\":\"y\"}",
                                        "role", "\"critic\"",
                                        "logprobs", "{\"content\":[]}")));
    }

    @Test
    void logprobsAndVendorFieldsOfAStreamAreThoseOfTheWholeAnswer() {
        Message streamed = message(decode(
                "{'choices':[{'delta':{'content':'a'},'logprobs':{'content':[{'token':'a','logprob':-0.10}],'refusal':null}}]}",
                "{'choices':[{'delta':{'content':'b'},'logprobs':{'content':[],'refusal':null}}]}",
                "{'choices':[{'delta':{'content':'c','images':[{'url':'x'}]},"
                        + "'logprobs':{'content':[{'token':'c','logprob':-2e1},{'token':'d'}],'refusal':null}}]}",
                "{'choices':[{'delta':{'images':[{'url':'y'}]},'logprobs':null,'native_finish_reason':'end',"
                        + "'finish_reason':'stop'}]}"));
        Message whole = message(OpenAiWire.whole(
                "{'choices':[{'message':{'content':'abc','images':[{'url':'x'},{'url':'y'}]},'logprobs':{'content':["
                        + "{'token':'a','logprob':-0.10},{'token':'c','logprob':-2e1},{'token':'d'}],'refusal':null},"
                        + "'native_finish_reason':'end','finish_reason':'stop'}]}"));
        assertThat(streamed).isEqualTo(whole);
        assertThat(streamed.extra()).containsOnlyKeys("logprobs", "images", "native_finish_reason");
    }

    @Test
    void ofTheFieldsOfChunksOnlyNewsIsHandedOut() {
        Message said = message(transcript("llama-cpp-tool"));
        assertThat(said.extra()).containsOnlyKeys("created", "system_fingerprint", "timings");
        assertThat(said.extra()).containsEntry("created", "1785312700");
        var changed = (MessageDelta) decode(
                        "{'choices':[{'delta':{}}],'service_tier':'auto'}",
                        "{'choices':[{'delta':{}}],'service_tier':'auto'}",
                        "{'choices':[],'service_tier':'flex'}",
                        "[DONE]")
                .reversed()
                .get(1);
        assertThat(changed.extra()).isEqualTo(Map.of("service_tier", "\"flex\""));
    }

    @Test
    void onlyTheFirstChoiceIsTheAnswer() {
        List<StreamEvent> events = decode(
                delta("{'content':'a'}"),
                "{'choices':[{'index':1,'delta':{'content':'b'}},{'index':0,'delta':{'content':'c'}}]}",
                "{'choices':[{'index':1,'delta':{},'finish_reason':'length'}]}",
                finish("stop"));
        assertThat(message(events).text()).isEqualTo("ac");
        assertThat(message(events).stopReason()).isEqualTo("stop");
        assertThat(events)
                .contains(new Unknown(
                        "chat.completion.chunk", "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}}]}"));
    }

    // vLLM; a number is a token and not a text of the caller's.
    @Test
    void theStopSequenceIsTold() {
        assertThat(message(transcript("vllm-reasoning")).stopSequence()).isEqualTo("\nUser:");
        List<StreamEvent> events =
                decode("{'choices':[{'delta':{'content':'a'},'finish_reason':'stop','stop_reason':151645}]}");
        assertThat(message(events).stopSequence()).isNull();
        assertThat(events)
                .contains(new Unknown("chat.completion.chunk", "{\"choices\":[{\"index\":0,\"stop_reason\":151645}]}"));
    }

    @Test
    void aServerMayStreamWholeMessages() {
        Message said = message(decode(
                "{'id':'c','choices':[{'message':{'role':'assistant','content':'All.'},'finish_reason':'stop'}]}"));
        assertThat(said.content()).containsExactly(new Text("All."));
    }

    @Test
    void anAnswerNeedsNoId() {
        Message said = message(decode("{'choices':[{'delta':{'content':'a'},'finish_reason':'stop'}]}"));
        assertThat(said.id()).isEmpty();
        assertThat(said.model()).isEmpty();
        assertThat(said.provider()).isEqualTo("openai");
    }

    @Test
    void commentsAndEmptyDataMeanNothing() {
        assertThat(stream(": OPENROUTER PROCESSING\n\ndata:\n\ndata:  \n\ndata: "
                        + delta("{}").replace('\'', '"') + "\n\n"))
                .singleElement()
                .isInstanceOf(MessageStart.class);
    }

    @Test
    void malformedUtf8IsReplaced() {
        byte[] bytes = ("data: " + delta("{'content':'aXb'}").replace('\'', '"') + "\n\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == 'X' ? (byte) 0xFF : bytes[i];
        }
        assertThat(stream(new ByteArrayInputStream(bytes)))
                .contains(new ContentBlockDelta(0, new TextDelta("a\uFFFDb")));
    }

    /** Half a pair in three bytes, where no parser has looked before it was asked for. */
    @Test
    void malformedUtf8InAnInnerObjectIsReplacedOrAProtocolError() {
        assertThat(stream(halfAPair("{'tool_calls':[{'index':0,'function':{'name':'f','arguments':'aXb'}}]}")))
                .contains(new ContentBlockDelta(0, new InputJsonDelta("a\uFFFDb")));
        assertThatThrownBy(() -> stream(halfAPair("{'function_call':{'name':'f','arguments':'aXb'}}")))
                .isInstanceOf(ProtocolError.class);
    }

    private static InputStream halfAPair(String delta) {
        var bytes = new ByteArrayOutputStream();
        for (byte b : ("data: " + delta(delta).replace('\'', '"') + "\n\n").getBytes(StandardCharsets.US_ASCII)) {
            bytes.writeBytes(b == 'X' ? HexFormat.of().parseHex("eda0bd") : new byte[] {b});
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    @Test
    void aBlockOfTheAnswerIsNoneOfOurs() {
        assertThat(OpenAiBlocks.wireType(new Text("a"))).isEmpty();
        assertThat(OpenAiBlocks.wireType(new ContentBlock.Text("a", List.of(), Map.of("type", "7"))))
                .isEmpty();
    }
}
