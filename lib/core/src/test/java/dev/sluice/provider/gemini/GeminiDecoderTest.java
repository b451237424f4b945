package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Decoding.gemini;
import static dev.sluice.provider.wire.GeminiEvents.STOP;
import static dev.sluice.provider.wire.GeminiEvents.blocks;
import static dev.sluice.provider.wire.GeminiEvents.delta;
import static dev.sluice.provider.wire.GeminiEvents.end;
import static dev.sluice.provider.wire.GeminiEvents.json;
import static dev.sluice.provider.wire.GeminiEvents.parts;
import static dev.sluice.provider.wire.GeminiEvents.signature;
import static dev.sluice.provider.wire.GeminiEvents.start;
import static dev.sluice.provider.wire.GeminiEvents.startText;
import static dev.sluice.provider.wire.GeminiEvents.stop;
import static dev.sluice.provider.wire.GeminiEvents.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.StreamEvent.Unknown;
import dev.sluice.message.Usage;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.provider.wire.Requests;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What chunks become, rule by rule of the API's documentation and of recordings. */
class GeminiDecoderTest {
    private static final Thinking NO_THOUGHT = new Thinking("", null, Map.of());

    @Test
    void theFirstChunkStartsTheMessageAndTheEndOfTheResponseEndsIt() {
        assertThat(gemini("""
            {'candidates':[{'content':{'parts':[{'text':'Hi'}],'role':'model'},'index':0}],\
            'usageMetadata':{'promptTokenCount':14,'totalTokenCount':14},'modelVersion':'g','responseId':'r'}\
            """, """
            {'candidates':[{'content':{'parts':[{'text':' there'}],'role':'model'},'finishReason':'STOP',\
            'index':0}],'usageMetadata':{'promptTokenCount':14,'candidatesTokenCount':2,\
            'totalTokenCount':16},'modelVersion':'g','responseId':'r'}\
            """))
                .containsExactly(
                        new MessageStart(new Message(
                                "r",
                                Role.ASSISTANT,
                                "g",
                                "gemini",
                                List.of(),
                                FinishReason.UNKNOWN,
                                null,
                                null,
                                new Usage(14, 0, 0, 0, 0, Map.of("totalTokenCount", "14")),
                                Map.of())),
                        startText(0),
                        text(0, "Hi"),
                        text(0, " there"),
                        stop(0),
                        new MessageDelta(
                                FinishReason.STOP,
                                "STOP",
                                null,
                                new Usage(14, 2, 0, 0, 0, Map.of("totalTokenCount", "16")),
                                Map.of()),
                        new MessageStop());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'candidates':[]}",
                "{'candidates':null}",
                "{'candidates':[{}]}",
                "{'candidates':[{'content':{}}]}",
                "{'candidates':[{'content':null}]}",
                "{'candidates':[{'content':{'role':'model'}}]}",
                "{'candidates':[{'content':{'role':'model','parts':[]}}]}",
                "{'candidates':[{'content':{'parts':[{}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':''}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'','thoughtSignature':''}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'','thought':true}]}}]}",
            })
    void aChunkMaySayNothing(String chunk) {
        assertThat(gemini(chunk)).hasSize(1).first().isInstanceOf(MessageStart.class);
        assertThat(blocks(text("a"), chunk, text("b")))
                .containsExactly(startText(0), text(0, "a"), text(0, "b"), stop(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[DONE]"})
    void dataThatIsNoChunkMayBeNothing(String data) {
        assertThat(gemini(data)).isEmpty();
        assertThat(blocks(text("a"), data, text("b"))).contains(text(0, "b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "{",
                "[]",
                "7",
                "{'candidates':7}",
                "{'candidates':[7]}",
                "{'candidates':[{'content':7}]}",
                "{'candidates':[{'content':{'parts':{}}}]}",
                "{'candidates':[{'content':{'parts':[{'text':7}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'a','thought':'yes'}]}}]}",
                "{'candidates':[{'content':{'parts':[{'functionCall':[]}]}}]}",
                "{'candidates':[{'finishReason':7}]}",
                "{'responseId':7}"
            })
    void whatCannotBeUnderstoodIsAProtocolError(String data) {
        assertThatThrownBy(() -> gemini(text("a"), data))
                .isInstanceOf(ProtocolError.class)
                .hasMessageStartingWith("The server sent ");
    }

    @Test
    void countsThatCannotBeUnderstoodAreAProtocolErrorWhenTheyAreAskedFor() {
        String wrong = "{'usageMetadata':{'promptTokenCount':'7'}}";
        assertThatThrownBy(() -> gemini(wrong)).isInstanceOf(ProtocolError.class);
        assertThatThrownBy(() -> gemini("{'usageMetadata':{'promptTokenCount':7}}", wrong, STOP))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining("'promptTokenCount'");
    }

    @Test
    void anAnswerWithoutAnIdGetsOne() {
        var start = (MessageStart) gemini("{}").getFirst();
        var other = (MessageStart) gemini("{}").getFirst();
        assertThat(start.message().id())
                .startsWith("sluice_")
                .isNotEqualTo(other.message().id());
    }

    @Test
    void aModelOrIdThatChangesIsKept() {
        MessageDelta end =
                end("{'responseId':'r','modelVersion':'m'}", "{'responseId':'r2','modelVersion':'m2'}", STOP);
        assertThat(end.extra()).isEqualTo(Map.of("responseId", "\"r2\"", "modelVersion", "\"m2\""));
    }

    @Test
    void thoughtsAndTextAreBlocksOfTheirOwn() {
        assertThat(blocks(
                        parts("{'text':'hm','thought':true}"),
                        parts("{'text':'!','thought':true}", "{'text':'So','thought':false}"),
                        text(".")))
                .containsExactly(
                        start(0, NO_THOUGHT),
                        delta(0, new Delta.ThinkingDelta("hm")),
                        delta(0, new Delta.ThinkingDelta("!")),
                        stop(0),
                        startText(1),
                        text(1, "So"),
                        text(1, "."),
                        stop(1));
    }

    @Test
    void aSignatureOnAnEmptyTextIsOfTheTextBeforeIt() {
        assertThat(blocks(text("a"), parts("{'text':'','thoughtSignature':'s'}")))
                .containsExactly(startText(0), text(0, "a"), signature(0, "s"), stop(0));
        assertThat(blocks(
                        parts("{'text':'a','thought':true}"),
                        parts("{'text':'','thought':true,'thoughtSignature':'s'}")))
                .containsExactly(
                        start(0, NO_THOUGHT), delta(0, new Delta.ThinkingDelta("a")), signature(0, "s"), stop(0));
    }

    @Test
    void aSignatureOnAnEmptyTextBehindNoTextIsABlock() {
        for (String part : List.of("{'text':'','thoughtSignature':'s'}", "{'thoughtSignature':'s'}")) {
            assertThat(blocks(parts(part))).containsExactly(startText(0), signature(0, "s"), stop(0));
            assertThat(blocks(parts("{'text':'a','thought':true}"), parts(part)))
                    .endsWith(stop(0), startText(1), signature(1, "s"), stop(1));
            assertThat(blocks(parts("{'functionCall':{'name':'f','args':{}}}"), parts(part)))
                    .endsWith(stop(0), startText(1), signature(1, "s"), stop(1));
        }
    }

    @Test
    void aSignatureEndsItsText() {
        assertThat(blocks(
                        text("a"),
                        parts("{'text':'b','thoughtSignature':'s1'}"),
                        parts("{'text':'c','thoughtSignature':'s2'}"),
                        parts("{'text':'','thoughtSignature':'s3'}"),
                        text("d")))
                .containsExactly(
                        startText(0),
                        text(0, "a"),
                        text(0, "b"),
                        signature(0, "s1"),
                        stop(0),
                        startText(1),
                        text(1, "c"),
                        signature(1, "s2"),
                        stop(1),
                        startText(2),
                        signature(2, "s3"),
                        stop(2),
                        startText(3),
                        text(3, "d"),
                        stop(3));
    }

    @Test
    void aCallIsABlockAndKeepsItsIdInputAndSignature() {
        assertThat(blocks(parts(
                        "{'text':'a'}",
                        "{'functionCall':{'name':'f','args':{'n': 1.0},'id':'i'},'thoughtSignature':'s'}",
                        "{'functionCall':{'name':'g','args':{},'id':'j'}}")))
                .containsExactly(
                        startText(0),
                        text(0, "a"),
                        stop(0),
                        start(1, new ToolUse("i", "f", "{}", Map.of())),
                        json(1, "{'n': 1.0}"),
                        signature(1, "s"),
                        stop(1),
                        start(2, new ToolUse("j", "g", "{}", Map.of())),
                        json(2, "{}"),
                        stop(2));
    }

    @Test
    void aCallWithoutAnIdGetsOneThatIsTheSameEachTime() {
        var id = "sluice_r_0";
        assertThat(blocks(parts("{'functionCall':{'name':'f'}}")))
                .isEqualTo(blocks(parts("{'functionCall':{'name':'f'}}")))
                .startsWith(start(0, new ToolUse(id, "f", "{}", Map.of())), json(0, "{}"));
        assertThat(GeminiIds.isGiven(id)).isFalse();
        assertThat(GeminiIds.call("a.b/c", 3)).isEqualTo("sluice_a_b_c_3");
    }

    @Test
    void codeThatGeminiRunsIsAServerToolWithItsResult() {
        assertThat(blocks(parts(
                        "{'executableCode':{'language':'PYTHON','code':'1'},'thoughtSignature':'s'}",
                        "{'codeExecutionResult':{'outcome':'OUTCOME_OK','output':'2'}}",
                        "{'executableCode':{'code':'3','id':'i'}}",
                        "{'codeExecutionResult':{'outcome':'OUTCOME_FAILED','id':'i'}}")))
                .containsExactly(
                        start(
                                0,
                                new ServerToolUse(
                                        "sluice_r_0", "codeExecution", "{}", Map.of("thoughtSignature", "\"s\""))),
                        json(0, "{'language':'PYTHON','code':'1'}"),
                        stop(0),
                        start(
                                1,
                                new ServerToolResult(
                                        "codeExecutionResult",
                                        "sluice_r_0",
                                        "{\"outcome\":\"OUTCOME_OK\",\"output\":\"2\"}",
                                        Map.of())),
                        stop(1),
                        start(2, new ServerToolUse("i", "codeExecution", "{}", Map.of())),
                        json(2, "{'code':'3','id':'i'}"),
                        stop(2),
                        start(
                                3,
                                new ServerToolResult(
                                        "codeExecutionResult",
                                        "i",
                                        "{\"outcome\":\"OUTCOME_FAILED\",\"id\":\"i\"}",
                                        Map.of())),
                        stop(3));
    }

    @Test
    void aServerToolIsNamedByItsType() {
        assertThat(blocks(parts(
                        "{'toolCall':{'toolType':'GOOGLE_SEARCH_WEB','args':{'q':'x'},'id':'i','z':1},'y':2}",
                        "{'toolResponse':{'toolType':'GOOGLE_SEARCH_WEB','response':{'a':[]},'id':'i'}}")))
                .containsExactly(
                        start(
                                0,
                                new ServerToolUse(
                                        "i", "GOOGLE_SEARCH_WEB", "{}", Map.of("y", "2", "toolCall", "{\"z\":1}"))),
                        json(0, "{'q':'x'}"),
                        stop(0),
                        start(
                                1,
                                new ServerToolResult(
                                        "toolResponse",
                                        "i",
                                        "{\"toolType\":\"GOOGLE_SEARCH_WEB\",\"response\":{\"a\":[]},\"id\":\"i\"}",
                                        Map.of())),
                        stop(1));
    }

    @Test
    void bytesAndFilesArePicturesDocumentsOrUnknown() {
        assertThat(block("{'inlineData':{'mimeType':'image/png','data':'AA=='},'thoughtSignature':'s'}"))
                .isEqualTo(new Image(
                        new MediaSource.Base64Data("image/png", "AA=="), Map.of("thoughtSignature", "\"s\"")));
        assertThat(block("{'inlineData':{'mimeType':'application/pdf','data':'AA==','displayName':'n'}}"))
                .isEqualTo(new Document(
                        new MediaSource.Base64Data("application/pdf", "AA=="),
                        null,
                        null,
                        false,
                        Map.of("inlineData", "{\"displayName\":\"n\"}")));
        assertThat(block("{'fileData':{'mimeType':'image/png','fileUri':'https://x/y'},'thought':true}"))
                .isEqualTo(new Image(
                        new MediaSource.Url("https://x/y"),
                        Map.of("thought", "true", "fileData", "{\"mimeType\":\"image/png\"}")));
        for (String other : List.of("{'inlineData':{'mimeType':'audio/pcm','data':'AA=='}}", "{'fileData':{}}")) {
            String raw = other.replace('\'', '"');
            assertThat(block(other))
                    .isEqualTo(new ContentBlock.Unknown(raw.substring(2, raw.indexOf("Data") + 4), raw));
        }
    }

    private static ContentBlock block(String part) {
        List<StreamEvent> events = blocks(parts(part));
        assertThat(events).hasSize(2).endsWith(stop(0));
        return ((StreamEvent.ContentBlockStart) events.getFirst()).block();
    }

    @Test
    void aPartThatIsNotKnownIsABlockAsItCame() {
        assertThat(blocks(text("a"), parts("{'thoughtSignature':'s','hologram':{'z': 1.0}}"), text("b")))
                .containsExactly(
                        startText(0),
                        text(0, "a"),
                        stop(0),
                        start(
                                1,
                                new ContentBlock.Unknown(
                                        "hologram", "{\"thoughtSignature\":\"s\",\"hologram\":{\"z\": 1.0}}")),
                        stop(1),
                        startText(2),
                        text(2, "b"),
                        stop(2));
    }

    @Test
    void fieldsOfAPartThatAreNotKnownAreKept() {
        assertThat(blocks(parts("{'text':'a','partMetadata':{'b':1}}")))
                .containsExactly(
                        startText(0),
                        text(0, "a"),
                        delta(0, new Delta.Unknown("text", "{\"partMetadata\":{\"b\":1}}")),
                        stop(0));
        assertThat(blocks(parts("{'functionCall':{'name':'f','args':{},'id':'i','zz':1},'yy':2}")))
                .startsWith(start(0, new ToolUse("i", "f", "{}", Map.of("yy", "2", "functionCall", "{\"zz\":1}"))));
    }

    @Test
    void whatIsSaidBesideTheContentIsKeptForTheEnd() {
        MessageDelta end = end(
                """
                {'candidates':[{'content':{'role':'other','zz':[]},'safetyRatings':[{'category':'c'}],\
                'avgLogprobs':-0.10}],'createTime':'t','modelStatus':{'modelStage':'DEPRECATED'}}\
                """, "{'candidates':[{'finishReason':'STOP','finishMessage':'m','safetyRatings':[{'category':'c'}]}]}");
        assertThat(end.extra())
                .isEqualTo(Map.of(
                        "role",
                        "\"other\"",
                        "zz",
                        "[]",
                        "safetyRatings",
                        "[{\"category\":\"c\"}]",
                        "avgLogprobs",
                        "-0.10",
                        "createTime",
                        "\"t\"",
                        "modelStatus",
                        "{\"modelStage\":\"DEPRECATED\"}",
                        "finishMessage",
                        "\"m\""));
    }

    @Test
    void whatIsSaidOtherwiseLaterIsNotLost() {
        assertThat(gemini(
                        "{'candidates':[{'logprobsResult':{'n':1}}]}",
                        "{'candidates':[{'logprobsResult':{'n':2},'finishReason':'STOP'}]}"))
                .contains(new Unknown("logprobsResult", "{\"logprobsResult\":{\"n\":1}}"))
                .anySatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                MessageDelta.class,
                                delta -> assertThat(delta.extra()).isEqualTo(Map.of("logprobsResult", "{\"n\":2}"))));
    }

    @Test
    void anotherCandidateIsNoPartOfTheAnswer() {
        String other = "{'content':{'parts':[{'text':'b'}]},'index':1}";
        assertThat(blocks("{'candidates':[" + other + ",{'content':{'parts':[{'text':'a'}]}}],'responseId':'r'}"))
                .containsExactly(
                        new Unknown("candidate", other.replace('\'', '"')), startText(0), text(0, "a"), stop(0));
    }

    @ParameterizedTest
    @CsvSource({
        "STOP, STOP",
        "MAX_TOKENS, LENGTH",
        "CONTINUATION, PAUSE",
        "SAFETY, CONTENT_FILTER",
        "RECITATION, CONTENT_FILTER",
        "LANGUAGE, CONTENT_FILTER",
        "BLOCKLIST, CONTENT_FILTER",
        "PROHIBITED_CONTENT, CONTENT_FILTER",
        "SPII, CONTENT_FILTER",
        "MODEL_ARMOR, CONTENT_FILTER",
        "IMAGE_SAFETY, CONTENT_FILTER",
        "IMAGE_PROHIBITED_CONTENT, CONTENT_FILTER",
        "IMAGE_RECITATION, CONTENT_FILTER",
        "MALFORMED_FUNCTION_CALL, UNKNOWN",
        "MALFORMED_RESPONSE, UNKNOWN",
        "UNEXPECTED_TOOL_CALL, UNKNOWN",
        "TOO_MANY_TOOL_CALLS, UNKNOWN",
        "MISSING_THOUGHT_SIGNATURE, UNKNOWN",
        "OTHER, UNKNOWN",
        "IMAGE_OTHER, UNKNOWN",
        "NO_IMAGE, UNKNOWN",
        "ESCALATION, UNKNOWN",
        "FINISH_REASON_UNSPECIFIED, UNKNOWN",
        "A_NEW_ONE, UNKNOWN",
    })
    void aReasonToEndHasANeutralName(String reason, FinishReason expected) {
        MessageDelta end = end("{'candidates':[{'finishReason':'" + reason + "'}]}");
        assertThat(end.finishReason()).isEqualTo(expected);
        assertThat(end.stopReason()).isEqualTo(reason);
        // A call changes what "STOP" means, and nothing else.
        MessageDelta called =
                end(parts("{'functionCall':{'name':'f'}}"), "{'candidates':[{'finishReason':'" + reason + "'}]}");
        assertThat(called.finishReason()).isEqualTo(reason.equals("STOP") ? FinishReason.TOOL_CALLS : expected);
        MessageDelta served = end(parts("{'toolCall':{}}"), "{'candidates':[{'finishReason':'" + reason + "'}]}");
        assertThat(served.finishReason()).isEqualTo(expected);
    }

    @Test
    void aReasonIsNoEnd() {
        String[] stopsAlways = {
            "{'candidates':[{'content':{'parts':[{'text':'a'}]},'finishReason':'STOP'}]}",
            "{'candidates':[{'content':{'parts':[{'text':'b'}]},'finishReason':'STOP'}]}",
            "{'candidates':[{'finishReason':'MAX_TOKENS'}]}",
            "{'usageMetadata':{'candidatesTokenCount':7}}"
        };
        assertThat(gemini(stopsAlways)).contains(text(0, "a"), text(0, "b")).endsWith(new MessageStop());
        assertThat(end(stopsAlways).stopReason()).isEqualTo("MAX_TOKENS");
        assertThat(end(stopsAlways).usage().outputTokens()).isEqualTo(7);
    }

    @Test
    void aBlockedPromptIsAFilteredAnswerWithoutContent() {
        assertThat(gemini("""
            {'promptFeedback':{'blockReason':'PROHIBITED_CONTENT','safetyRatings':[]},\
            'usageMetadata':{'promptTokenCount':8},'modelVersion':'m','responseId':'r'}\
            """))
                .hasSize(3)
                .endsWith(
                        new MessageDelta(
                                FinishReason.CONTENT_FILTER,
                                "blockReason:PROHIBITED_CONTENT",
                                null,
                                Usage.of(8, 0),
                                Map.of(
                                        "promptFeedback",
                                        "{\"blockReason\":\"PROHIBITED_CONTENT\",\"safetyRatings\":[]}")),
                        new MessageStop());
    }

    @Test
    void aReasonOfTheAnswersOwnGoesBeforeThatOfThePrompt() {
        assertThat(end("{'promptFeedback':{'blockReason':'OTHER'}}", STOP).stopReason())
                .isEqualTo("STOP");
        // Feedback that blocks nothing ends nothing.
        assertThat(gemini("{'promptFeedback':{'safetyRatings':[]}}")).hasSize(1);
    }

    @Test
    void anAnswerWithoutAReasonIsNotComplete() {
        assertThat(gemini(text("a"))).endsWith(text(0, "a"));
        assertThat(gemini()).isEmpty();
    }

    @Test
    void usageIsMergedKeyByKey() {
        Usage usage = end(
                        """
                        {'usageMetadata':{'promptTokenCount':100,'cachedContentTokenCount':60,'thoughtsTokenCount':7,\
                        'promptTokensDetails':[{'modality':'TEXT','tokenCount':100}],'serviceTier':'standard'}}\
                        """,
                        "{'usageMetadata':{'trafficType':'ON_DEMAND'}}",
                        "{}",
                        "{'usageMetadata':{'candidatesTokenCount':5,'toolUsePromptTokenCount':30,'serviceTier':'flex'}}",
                        STOP)
                .usage();
        assertThat(usage)
                .isEqualTo(new Usage(
                        70,
                        12,
                        60,
                        0,
                        7,
                        Map.of(
                                "promptTokensDetails",
                                "[{\"modality\":\"TEXT\",\"tokenCount\":100}]",
                                "serviceTier",
                                "\"flex\"",
                                "trafficType",
                                "\"ON_DEMAND\"",
                                "toolUsePromptTokenCount",
                                "30")));
        assertThat(usage.totalTokens()).isEqualTo(142);
    }

    @Test
    void malformedUtf8IsMended() {
        byte[] bytes = ("data: " + text("a\u00FF").replace('\'', '"') + "\n\n")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        var events = new java.util.ArrayList<StreamEvent>();
        Decoding.decode(new java.io.ByteArrayInputStream(bytes), Requests.GEMINI, events);
        assertThat(events).contains(text(0, "a\uFFFD"));
    }
}
