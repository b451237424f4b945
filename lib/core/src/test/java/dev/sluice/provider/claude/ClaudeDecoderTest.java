package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Decoding.decode;
import static dev.sluice.provider.wire.Decoding.one;
import static dev.sluice.provider.wire.Decoding.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.SignatureDelta;
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
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.StreamEvent.Unknown;
import dev.sluice.message.Usage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeDecoderTest {
    /** A message of which only the provider is known. */
    private static final Message BLANK = new Message(
            "", Role.ASSISTANT, "", "claude", List.of(), FinishReason.UNKNOWN, null, null, Usage.NONE, Map.of());

    @Test
    void aMessageStarts() {
        assertThat(one("""
            {'type':'message_start','message':{'id':'msg_1','type':'message','role':'assistant','model':'m','content':[],\
            'stop_reason':null,'stop_sequence':null,'stop_details':null,'usage':{'input_tokens':24,\
            'cache_creation_input_tokens':3,'cache_read_input_tokens':5,'output_tokens':1,'service_tier':'standard',\
            'cache_creation':{'ephemeral_5m_input_tokens':2,'ephemeral_1h_input_tokens':1}}}}\
            """))
                .isEqualTo(new MessageStart(new Message(
                        "msg_1",
                        Role.ASSISTANT,
                        "m",
                        "claude",
                        List.of(),
                        FinishReason.UNKNOWN,
                        null,
                        null,
                        new Usage(24, 1, 5, 3, 1, 0, List.of(), Map.of("service_tier", "\"standard\"")),
                        Map.of())));
    }

    // A recording of programmatic tool calling is this and message_stop, nothing else.
    @Test
    void aMessageMayStartWhole() {
        assertThat(decode("""
            {'type':'message_start','message':{'id':'i','role':'assistant','model':'m','stop_reason':'tool_use',\
            'stop_sequence':'x','container':{'id':'c', 'n':1.0},'content':[{'type':'text','text':'a'},\
            {'type':'tool_use','id':'t','name':'n','input':{'a':[1, 2.0]},'caller':{'type':'direct'}}]}}\
            """, "{'type':'message_stop'}"))
                .containsExactly(
                        new MessageStart(new Message(
                                "i",
                                Role.ASSISTANT,
                                "m",
                                "claude",
                                List.of(
                                        new Text("a"),
                                        new ToolUse(
                                                "t",
                                                "n",
                                                "{\"a\":[1, 2.0]}",
                                                Map.of("caller", "{\"type\":\"direct\"}"))),
                                FinishReason.TOOL_CALLS,
                                "tool_use",
                                "x",
                                Usage.NONE,
                                Map.of("container", "{\"id\":\"c\", \"n\":1.0}"))),
                        new MessageStop());
    }

    @Test
    void aMessageNeedsNoField() {
        assertThat(one("{'type':'message_start','message':{}}")).isEqualTo(new MessageStart(BLANK));
    }

    @ParameterizedTest
    @CsvSource({"assistant, ASSISTANT", "user, USER", "system, SYSTEM"})
    void aMessageHasItsRole(String wire, Role role) {
        var start = (MessageStart) one("{'type':'message_start','message':{'role':'" + wire + "'}}");
        assertThat(start.message().role()).isEqualTo(role);
        assertThat(start.message().extra()).isEmpty();
    }

    @Test
    void anUnknownRoleOrTypeOfAMessageIsKept() {
        var start = (MessageStart) one("{'type':'message_start','message':{'role':'chair','type':'memo'}}");
        assertThat(start.message().role()).isEqualTo(Role.ASSISTANT);
        assertThat(start.message().extra()).isEqualTo(Map.of("role", "\"chair\"", "type", "\"memo\""));
    }

    @Test
    void eachKindOfBlockStarts() {
        assertBlock("{'type':'text','text':''}", new Text(""));
        assertBlock("{'type':'text'}", new Text(""));
        assertBlock("{'type':'text','text':'a','citations':null}", new Text("a"));
        assertBlock(
                "{'type':'text','text':'a','citations':[{'type':'t'}],'x':1.0}",
                new Text("a", List.of(new Citation("t", null, null, null, "{\"type\":\"t\"}")), Map.of("x", "1.0")));
        assertBlock("{'type':'thinking','thinking':'','signature':''}", new Thinking("", null, Map.of()));
        assertBlock("{'type':'thinking','thinking':'a'}", new Thinking("a", null, Map.of()));
        assertBlock(
                "{'type':'thinking','thinking':'a','signature':'s','x':[]}", new Thinking("a", "s", Map.of("x", "[]")));
        assertBlock("{'type':'redacted_thinking','data':'d'}", new RedactedThinking("d", Map.of()));
        assertBlock("{'type':'redacted_thinking','x':true}", new RedactedThinking("", Map.of("x", "true")));
        assertBlock("{'type':'tool_use','id':'i','name':'n','input':{}}", new ToolUse("i", "n", "{}", Map.of()));
        assertBlock("{'type':'tool_use','id':'i','name':'n'}", new ToolUse("i", "n", "{}", Map.of()));
        assertBlock(
                "{'type':'tool_use','id':'i','name':'n','input':{ 'a' : 1.0 },'toolset_name':'s'}",
                new ToolUse("i", "n", "{ \"a\" : 1.0 }", Map.of("toolset_name", "\"s\"")));
        assertBlock(
                "{'type':'server_tool_use','id':'i','name':'n','input':{'q':'x'},'caller':{}}",
                new ServerToolUse("i", "n", "{\"q\":\"x\"}", Map.of("caller", "{}")));
        for (String kind : List.of("web_search", "web_fetch", "code_execution", "tool_search", "mcp", "zz_new")) {
            assertBlock(
                    "{'type':'" + kind + "_tool_result','tool_use_id':'i','content':[{'a':1.0}, 2],'caller':{'b':[]}}",
                    new ServerToolResult(
                            kind + "_tool_result", "i", "[{\"a\":1.0}, 2]", Map.of("caller", "{\"b\":[]}")));
        }
        assertBlock(
                "{'type':'web_fetch_tool_result','tool_use_id':'i','content':'text'}",
                new ServerToolResult("web_fetch_tool_result", "i", "\"text\"", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'zz_future_block', 'payload' : {'a': [1.000, null]} }",
                "{'type':'container_upload','file_id':'f'}",
                "{'type':'fallback','from':{},'to':{'model':'m'}}",
                "{'type':'web_search_tool_result','content':[]}",
                "{'type':'web_search_tool_result','tool_use_id':'i'}",
                "{'type':'tool_result','tool_use_id':'i','content':'x'}",
                "{'type':'','a':1}",
                "{'type':null,'a':1}",
                "{'a':1}",
                "{}",
            })
    void aBlockWithoutARecordIsKeptAsItCame(String wire) {
        var start = (ContentBlockStart) one("{'type':'content_block_start','index':0,'content_block':" + wire + " }");
        assertThat(start.block()).isInstanceOf(ContentBlock.Unknown.class);
        var block = (ContentBlock.Unknown) start.block();
        assertThat(block.json()).isEqualTo(wire.replace('\'', '"'));
        assertThat(wire).contains(block.type());
    }

    private static void assertBlock(String wire, ContentBlock block) {
        assertThat(one("{'type':'content_block_start','index':7,'content_block':" + wire + "}"))
                .isEqualTo(new ContentBlockStart(7, block));
    }

    @Test
    void eachKindOfDeltaIsHandedOut() {
        assertDelta("{'type':'text_delta','text':'a \\u00e9 \\n'}", new TextDelta("a \u00e9 \n"));
        assertDelta("{'type':'input_json_delta','partial_json':'{\\\"a'}", new InputJsonDelta("{\"a"));
        assertDelta("{'type':'thinking_delta','thinking':'hm'}", new ThinkingDelta("hm"));
        assertDelta("{'type':'signature_delta','signature':'s=='}", new SignatureDelta("s=="));
        assertDelta(
                "{'type':'citations_delta','citation':{'type':'web','cited_text':'c','title':'t','url':'u', 'n':1.0}}",
                new CitationsDelta(new Citation(
                        "web",
                        "c",
                        "t",
                        "u",
                        "{\"type\":\"web\",\"cited_text\":\"c\",\"title\":\"t\",\"url\":\"u\", \"n\":1.0}")));
        assertDelta(
                "{'type':'citations_delta','citation':{'document_title':'d','title':'t'}}",
                new CitationsDelta(new Citation("", null, "d", null, "{\"document_title\":\"d\",\"title\":\"t\"}")));
        assertDelta(
                "{'type':'zz_delta', 'a' : 1.0}",
                new Delta.Unknown("zz_delta", "{\"type\":\"zz_delta\", \"a\" : 1.0}"));
        assertDelta("{'a':1}", new Delta.Unknown("", "{\"a\":1}"));
    }

    private static void assertDelta(String wire, Delta delta) {
        assertThat(one("{'type':'content_block_delta','index':3,'delta':" + wire + "}"))
                .isEqualTo(new ContentBlockDelta(3, delta));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'text_delta','text':''}",
                "{'type':'text_delta','text':null}",
                "{'type':'text_delta'}",
                "{'type':'thinking_delta','thinking':''}",
                "{'type':'input_json_delta','partial_json':''}",
                "{'type':'signature_delta','signature':''}",
                "{'type':'citations_delta','citation':null}",
            })
    void anEmptyDeltaIsNotHandedOutButItsOtherFieldsAre(String wire) {
        assertThat(decode("{'type':'content_block_delta','index':0,'delta':" + wire + "}"))
                .isEmpty();
        String type = wire.substring(9, wire.indexOf('\'', 9));
        assertThat(one("{'type':'content_block_delta','index':0,'delta':" + wire.replace("}", ",'meta':{'a':1.0}}")
                        + "}"))
                .isEqualTo(new ContentBlockDelta(0, new Delta.Unknown(type, "{\"meta\":{\"a\":1.0}}")));
    }

    @Test
    void otherFieldsOfADeltaFollowIt() {
        assertThat(decode("{'type':'content_block_delta','index':2,'delta':"
                        + "{'a':1.0,'type':'thinking_delta','b':null,'thinking':'x','estimated \\\\ tokens':[ 9 ]}}"))
                .containsExactly(
                        new ContentBlockDelta(2, new ThinkingDelta("x")),
                        new ContentBlockDelta(
                                2, new Delta.Unknown("thinking_delta", "{\"a\":1.0,\"estimated \\\\ tokens\":[ 9 ]}")));
    }

    @Test
    void otherFieldsOfAnEventFollowIt() {
        assertThat(decode("{'type':'content_block_stop','x':1.0,'index':2}"))
                .containsExactly(new ContentBlockStop(2), new Unknown("content_block_stop", "{\"index\":2,\"x\":1.0}"));
        assertThat(decode("{'type':'content_block_start','index':2,'content_block':{'type':'text'},'x':[]}"))
                .containsExactly(
                        new ContentBlockStart(2, new Text("")),
                        new Unknown("content_block_start", "{\"index\":2,\"x\":[]}"));
        assertThat(decode("{'x':'y','type':'content_block_delta','index':2,'delta':{'type':'text_delta','text':'a'}}"))
                .containsExactly(
                        new ContentBlockDelta(2, new TextDelta("a")),
                        new Unknown("content_block_delta", "{\"index\":2,\"x\":\"y\"}"));
        assertThat(decode("{'type':'message_start','message':{},'x':1}"))
                .containsExactly(new MessageStart(BLANK), new Unknown("message_start", "{\"x\":1}"));
        assertThat(decode("{'type':'ping','x':1}")).containsExactly(new Ping(), new Unknown("ping", "{\"x\":1}"));
        // Nothing comes after a stop.
        assertThat(decode("{'type':'message_stop','x':1}"))
                .containsExactly(new Unknown("message_stop", "{\"x\":1}"), new MessageStop());
    }

    @Test
    void otherFieldsOfAMessageDeltaStayInItWhereverTheyStand() {
        assertThat(one("{'type':'message_delta','delta':{'stop_reason':'refusal','stop_sequence':null,"
                        + "'stop_details':{'type':'refusal','category':'bio'},'container':null,'new':1.0},"
                        + "'usage':{'output_tokens':6},'context_management':{'applied_edits':[]}}"))
                .isEqualTo(new MessageDelta(
                        FinishReason.CONTENT_FILTER,
                        "refusal",
                        null,
                        Usage.of(0, 6),
                        Map.of(
                                "stop_details",
                                "{\"type\":\"refusal\",\"category\":\"bio\"}",
                                "new",
                                "1.0",
                                "context_management",
                                "{\"applied_edits\":[]}")));
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, STOP",
        "stop_sequence, STOP",
        "max_tokens, LENGTH",
        "model_context_window_exceeded, LENGTH",
        "tool_use, TOOL_CALLS",
        "pause_turn, PAUSE",
        "refusal, CONTENT_FILTER",
        "compaction, PAUSE",
        "a_new_one, UNKNOWN",
        "'', UNKNOWN",
    })
    void eachStopReasonHasItsNeutralWordAndIsKept(String wire, FinishReason neutral) {
        var delta = (MessageDelta) one("{'type':'message_delta','delta':{'stop_reason':'" + wire + "'}}");
        assertThat(delta.finishReason()).isEqualTo(neutral);
        assertThat(delta.stopReason()).isEqualTo(wire);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'message_delta'}",
                "{'type':'message_delta','delta':null,'usage':null}",
                "{'type':'message_delta','delta':{}}",
                "{'type':'message_delta','delta':{'stop_reason':null}}"
            })
    void aMessageDeltaNeedsNoField(String wire) {
        assertThat(one(wire)).isEqualTo(new MessageDelta(FinishReason.UNKNOWN, null, null, Usage.NONE, Map.of()));
    }

    @Test
    void aMetStopSequenceIsNamed() {
        var delta = (MessageDelta) one("{'type':'message_delta','delta':{'stop_sequence':'END'}}");
        assertThat(delta.stopSequence()).isEqualTo("END");
    }

    @Test
    void usageIsMergedKeyByKeyAndNeverAdded() {
        var events = decode(
                "{'type':'message_start','message':{'usage':{'input_tokens':11,'output_tokens':1,"
                        + "'cache_read_input_tokens':7,'cache_creation_input_tokens':5,'service_tier':'standard',"
                        + "'cache_creation':{'a':1}}}}",
                "{'type':'message_delta','usage':{'output_tokens':12}}",
                "{'type':'message_delta','usage':{'output_tokens':13,'input_tokens':null,'service_tier':null,"
                        + "'server_tool_use':{'web_search_requests':1},'output_tokens_details':{'thinking_tokens':4}}}",
                "{'type':'message_delta','usage':null}",
                "{'type':'message_delta','usage':{'input_tokens':99,'cache_read_input_tokens':0,"
                        + "'output_tokens_details':null,'server_tool_use':{'web_search_requests':2}}}");
        var fromStart = Map.of("service_tier", "\"standard\"", "cache_creation", "{\"a\":1}");
        assertThat(events.stream().map(ClaudeDecoderTest::usage))
                .containsExactly(
                        new Usage(11, 1, 7, 5, 0, fromStart),
                        new Usage(11, 12, 7, 5, 0, fromStart),
                        new Usage(11, 13, 7, 5, 4, with(fromStart, "{\"web_search_requests\":1}")),
                        new Usage(11, 13, 7, 5, 4, with(fromStart, "{\"web_search_requests\":1}")),
                        new Usage(99, 13, 0, 5, 4, with(fromStart, "{\"web_search_requests\":2}")));
    }

    @Test
    void aRepeatedStartDoesNotTakeTheCountBack() {
        String start = "{'type':'message_start','message':{'usage':{'input_tokens':11,'output_tokens':1}}}";
        var events = decode(start, "{'type':'message_delta','usage':{'output_tokens':12}}", start);
        assertThat(usage(events.getLast()).outputTokens()).isEqualTo(12);
    }

    @Test
    void otherDetailsOfTheOutputAreKept() {
        var delta = (MessageDelta)
                one("{'type':'message_delta','usage':{'output_tokens_details':{'thinking_tokens':4, 'new':1.0}}}");
        assertThat(delta.usage())
                .isEqualTo(new Usage(
                        0, 0, 0, 0, 4, Map.of("output_tokens_details", "{\"thinking_tokens\":4, \"new\":1.0}")));
    }

    private static Usage usage(StreamEvent event) {
        return event instanceof MessageStart(Message message) ? message.usage() : ((MessageDelta) event).usage();
    }

    private static Map<String, String> with(Map<String, String> extra, String serverToolUse) {
        var all = new java.util.HashMap<>(extra);
        all.put("server_tool_use", serverToolUse);
        return all;
    }

    @Test
    void anUnknownEventIsHandedOnAsItCame() {
        assertThat(one(" {'type':'zz_event', 'x' : [1.000]}  "))
                .isEqualTo(new Unknown("zz_event", "{\"type\":\"zz_event\", \"x\" : [1.000]}"));
    }

    @Test
    void whatAnEventIsItsTypeSaysAndElseItsName() {
        assertThat(stream("data: {\"type\":\"ping\"}\n\n")).containsExactly(new Ping());
        assertThat(stream("event: ping\ndata: {}\n\n")).containsExactly(new Ping());
        assertThat(stream("event: ping\ndata: {\"type\":null}\n\n")).containsExactly(new Ping());
        assertThat(stream("event: ping\ndata: {\"type\":\"message_stop\"}\n\n")).containsExactly(new MessageStop());
        assertThat(stream("event: content_block_stop\ndata: {\"index\":1}\n\n"))
                .containsExactly(new ContentBlockStop(1));
        assertThat(stream("event: zz\ndata: {\"a\":1}\n\n")).containsExactly(new Unknown("zz", "{\"a\":1}"));
        assertThat(stream("data: {\"a\":1}\n\n")).containsExactly(new Unknown("message", "{\"a\":1}"));
    }

    @Test
    void theEndMarkerOfGatewaysAndBlankDataAreSkipped() {
        assertThat(stream("data: [DONE]\n\ndata:  [DONE] \n\nevent: done\ndata: [DONE]\n\n"))
                .isEmpty();
        assertThat(stream("data:   \n\nevent: message_stop\ndata:    \t\n\n")).isEmpty();
    }

    @Test
    void blanksAroundAndInsideTheJsonMeanNothing() {
        var expected = new ContentBlockDelta(0, new TextDelta("Hi"));
        for (String blanks : List.of("", " ", "               ", "\t \t")) {
            String json = " {'type' :'content_block_delta', 'index': 0 ,'delta' :{'type':'text_delta','text':'Hi' } } "
                    .replace(" ", blanks);
            assertThat(one(json)).isEqualTo(expected);
        }
        assertThat(stream("data: {\"type\":\ndata: \"ping\"\ndata: }\n\n")).containsExactly(new Ping());
    }

    @Test
    void malformedUtf8BecomesReplacementCharacters() {
        for (String where : List.of("'text':'a?b'", "'text':'a�b','x':'?'", "'text':'a�b','?':1", "'?':{'?':['?']}")) {
            String json =
                    "data: {'type':'content_block_delta','index':0,'delta':{'type':'text_delta'," + where + "}}\n\n";
            byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            for (byte broken : new byte[] {(byte) 0xC3, (byte) 0xFF, (byte) 0x80, (byte) 0xF0}) {
                var expected = decode(json.substring(6).strip().replace('?', '�'));
                byte[] copy = bytes.clone();
                for (int i = 0; i < copy.length; i++) {
                    copy[i] = copy[i] == '?' ? broken : copy[i];
                }
                assertThat(stream(new ByteArrayInputStream(copy))).as(json).isEqualTo(expected);
            }
        }
    }

    @Test
    void rawTextIsCutAtTheRightByteWhateverStandsBeforeIt() {
        assertThat(decode(
                        "{'type':'ping'}",
                        "{'é漢🚀':'🚀é','type':'ping','n':-0.0e+1,'s':'\\ud83d\\ude80 \\\\ ' , 'o': {'é':'}'}"
                                + " ,'t':true,'a':['é']}"))
                .containsExactly(
                        new Ping(),
                        new Ping(),
                        new Unknown(
                                "ping",
                                "{\"é漢🚀\":\"🚀é\",\"n\":-0.0e+1,\"s\":\"\\ud83d\\ude80 \\\\ \",\"o\":{\"é\":\"}\"},"
                                        + "\"t\":true,\"a\":[\"é\"]}"));
    }

    @Test
    void theLastOfSeveralFieldsOfOneNameCounts() {
        assertThat(one("{'type':'zz','type':'content_block_stop','index':'x','index':4}"))
                .isEqualTo(new ContentBlockStop(4));
    }

    @Test
    void aStreamGoesOnAfterAnEventWithVeryManyFields() {
        var many = new StringBuilder("{'type':'ping'");
        for (int i = 0; i < 10_000; i++) {
            many.append(",'f").append(i).append("':").append(i);
        }
        var events = decode(many + "}", "{'type':'ping'}", "{'type':'content_block_stop','index':1}");
        assertThat(events).hasSize(4).endsWith(new Ping(), new ContentBlockStop(1));
        assertThat(((Unknown) events.get(1)).json()).startsWith("{\"f0\":0,").endsWith(",\"f9999\":9999}");
    }

    @Test
    void valuesThatNobodyReadsMayBeOfAnySize() {
        String digits = "1".repeat(5000);
        assertThat(decode("{'type':'ping','n':" + digits + ",'f':0." + digits + "}"))
                .last()
                .isEqualTo(new Unknown("ping", "{\"n\":" + digits + ",\"f\":0." + digits + "}"));
    }

    @Test
    void whatAnObjectSaidIsNotLeftOverForTheNext() {
        assertThat(decode(
                        "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','id':'i','name':'n',"
                            + "'input':{'a':1},'x':1}}",
                        "{'type':'content_block_start','index':1,'content_block':{'type':'tool_use'}}",
                        "{'index':2,'content_block':{'type':'text','citations':[{'type':'t'}]},'type':'content_block_start'}",
                        "{'index':3,'content_block':{'type':'text'},'type':'content_block_start'}"))
                .containsExactly(
                        new ContentBlockStart(0, new ToolUse("i", "n", "{\"a\":1}", Map.of("x", "1"))),
                        new ContentBlockStart(1, new ToolUse("", "", "{}", Map.of())),
                        new ContentBlockStart(
                                2,
                                new Text(
                                        "",
                                        List.of(new Citation("t", null, null, null, "{\"type\":\"t\"}")),
                                        Map.of())),
                        new ContentBlockStart(3, new Text("")));
    }
}
