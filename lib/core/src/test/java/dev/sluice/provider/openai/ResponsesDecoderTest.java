package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.ResponsesWire.added;
import static dev.sluice.provider.openai.ResponsesWire.completed;
import static dev.sluice.provider.openai.ResponsesWire.decode;
import static dev.sluice.provider.openai.ResponsesWire.delta;
import static dev.sluice.provider.openai.ResponsesWire.done;
import static dev.sluice.provider.openai.ResponsesWire.event;
import static dev.sluice.provider.openai.ResponsesWire.incomplete;
import static dev.sluice.provider.openai.ResponsesWire.json;
import static dev.sluice.provider.openai.ResponsesWire.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the events of a response mean. That they mean the same if some are missing is in {@link ResponsesLawTest}. */
class ResponsesDecoderTest {
    private static final String CALL =
            "{'id':'fc_1','type':'function_call','status':'%s','call_id':'call_1','name':'level','arguments':'%s'}";

    @Test
    void aMessageHasTheIdAndTheModelOfItsFirstEvent() {
        var start = (MessageStart)
                decode(event("created", "'response':{'id':'r1','model':'m1'}")).getFirst();
        assertThat(start.message().id()).isEqualTo("r1");
        assertThat(start.message().model()).isEqualTo("m1");
        assertThat(start.message().provider()).isEqualTo("openai-responses");
        assertThat(message(delta(0, "output_text", "Hi"), completed()).text()).isEqualTo("Hi");
    }

    @Test
    void itemsThatTakeTurnsAreToldApartByTheirPlace() {
        Message message = message(
                added(0, CALL.formatted("in_progress", "")),
                added(1, CALL.formatted("in_progress", "").replace("call_1", "call_2")),
                delta(1, "function_call_arguments", "{"),
                delta(0, "function_call_arguments", "{}"),
                delta(1, "function_call_arguments", "}"),
                completed());
        assertThat(message.toolUses()).extracting(ToolUse::id).containsExactly("call_1", "call_2");
        assertThat(message.toolUses()).allMatch(ToolUse::isInputValid);
        assertThat(message.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void aCallStopsWhenItsItemIsDoneWhateverComesAfterIt() {
        List<StreamEvent> events = decode(
                added(0, CALL.formatted("in_progress", "")),
                delta(0, "function_call_arguments", "{}"),
                done(0, CALL.formatted("completed", "{}")));
        assertThat(events).endsWith(new ContentBlockStop(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatWasCutLooksLikeNone(boolean done) {
        String item = CALL.formatted("incomplete", "{\\\\'river\\\\':\\\\'Te").replace("\\\\'", "\\u0022");
        Message message = message(
                added(0, CALL.formatted("in_progress", "")),
                delta(0, "function_call_arguments", "{\\u0022river\\u0022:\\u0022Te"),
                done ? done(0, item) : event("queued", ""),
                incomplete("max_output_tokens"));
        assertThat(message.toolUses().getFirst().input()).isEqualTo("{\"river\":\"Te");
        assertThat(message.toolUses().getFirst().isInputValid()).isFalse();
        assertThat(message.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(message.stopReason()).isEqualTo("max_output_tokens");
    }

    @Test
    void theTextOfACustomToolIsTheInputOfAnObject() {
        String item =
                "{'id':'ctc_1','type':'custom_tool_call','status':'completed','call_id':'call_1','name':'sql','input':'%s'}";
        Message message = message(
                added(0, item.formatted("")),
                delta(0, "custom_tool_call_input", "select \\u0022a"),
                delta(0, "custom_tool_call_input", "\\u0022\\n;\\ud83d"),
                delta(0, "custom_tool_call_input", "\\ude0a"),
                done(0, item.formatted("select \\u0022a\\u0022\\n;\\ud83d\\ude0a")),
                completed());
        ToolUse call = message.toolUses().getFirst();
        assertThat(call.inputAsMap()).isEqualTo(Map.of("input", "select \"a\"\n;\uD83D\uDE0A"));
        assertThat(message.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(message(done(0, item.formatted("")), completed())
                        .toolUses()
                        .getFirst()
                        .inputAsMap())
                .isEqualTo(Map.of("input", ""));
        Message cut = message(
                added(0, item.formatted("")),
                delta(0, "custom_tool_call_input", "sel"),
                done(0, item.formatted("select").replace("completed", "incomplete")),
                incomplete("max_output_tokens"));
        assertThat(cut.toolUses().getFirst().input()).isEqualTo("{\"input\":\"select");
    }

    @Test
    void argumentsThatCameOtherwiseStay() {
        Message message = message(
                added(0, CALL.formatted("in_progress", "")),
                delta(0, "function_call_arguments", "{}"),
                done(0, CALL.formatted("completed", "{ }")),
                completed());
        assertThat(message.toolUses().getFirst().input()).isEqualTo("{}");
    }

    @Test
    void aCallOfAProgramGoesBackToItsCaller() {
        String caller = "'caller':{'type':'program','caller_id':'p1'},'namespace':'rivers'";
        String item = CALL.formatted("in_progress", "{}").replace("'name'", caller + ",'name'");
        Message message = message(added(0, CALL.formatted("in_progress", "")), done(0, item), completed(item));
        assertThat(ResponsesWire.items(message))
                .containsExactly(
                        json("{'type':'function_call','id':'fc_1','call_id':'call_1','name':'level','arguments':'{}',"
                                + caller + "}"));
    }

    @Test
    void aRefusalIsATextThatSaysSo() {
        String item =
                "{'id':'m1','type':'message','role':'assistant','content':[{'type':'refusal','refusal':'I must not'}]}";
        Message message = message(
                added(0, "{'id':'m1','type':'message','role':'assistant','content':[]}"),
                event(
                        "content_part.added",
                        "'output_index':0,'content_index':0,'part':{'type':'refusal','refusal':''}"),
                delta(0, "refusal", "I must"),
                done(0, item),
                completed(item));
        Text text = (Text) message.content().getFirst();
        assertThat(text.text()).isEqualTo("I must not");
        assertThat(text.extra()).containsEntry("type", "\"refusal\"");
        assertThat(message.finishReason()).isEqualTo(FinishReason.CONTENT_FILTER);
        assertThat(message.stopReason()).isEqualTo("completed");
        assertThat(ResponsesWire.items(message))
                .containsExactly(json(item.replace("'role'", "'status':'completed','role'")));
        assertThat(ResponsesWire.whole("{'id':'r','status':'completed','output':[" + item + "]}")
                        .content())
                .isEqualTo(message.content());
    }

    @Test
    void aPhaseThatIsToldLateGoesBack() {
        String item = "{'id':'m1','type':'message','role':'assistant','phase':'commentary','status':'completed',"
                + "'content':[{'type':'output_text','text':'Hi','annotations':[]}]}";
        Message message = message(
                added(0, "{'id':'m1','type':'message','role':'assistant','phase':null,'content':[]}"),
                delta(0, "output_text", "Hi"),
                done(0, item),
                completed());
        assertThat(ResponsesWire.items(message)).containsExactly(json(item));
    }

    @Test
    void aSourceHasTheWordsThatItIsFor() {
        var place = "'output_index':0,'content_index':0,'annotation_index':0,'annotation':";
        Message message = message(
                delta(0, "output_text", "Rowed \\ud83d\\udea3 daily"),
                event(
                        "output_text.annotation.added",
                        place + "{'type':'url_citation','url':'http://a','title':'A','start_index':6,'end_index':13}"),
                event(
                        "output_text.annotation.added",
                        place.replace("index':0,'annotation':", "index':1,'annotation':")
                                + "{'type':'file_citation','file_id':'f','filename':'b.txt','index':3}"),
                event("output_text.annotation.added", place + "null"),
                completed());
        var citations = ((Text) message.content().getFirst()).citations();
        assertThat(citations).hasSize(2);
        assertThat(citations.getFirst().citedText()).isEqualTo("\uD83D\uDEA3 daily");
        assertThat(citations.getFirst().url()).isEqualTo("http://a");
        assertThat(citations.getLast().title()).isEqualTo("b.txt");
        assertThat(citations.getLast().citedText()).isNull();
    }

    @Test
    void thoughtsOfSeveralPartsAreOneBlockAndGoBackInParts() {
        String item = "{'id':'rs_1','type':'reasoning','encrypted_content':'E2','summary':["
                + "{'type':'summary_text','text':'One'},{'type':'summary_text','text':'Two'}]}";
        Message message = message(
                added(0, "{'id':'rs_1','type':'reasoning','encrypted_content':'E1','summary':[]}"),
                event("reasoning_summary_text.delta", "'output_index':0,'summary_index':0,'delta':'One'"),
                event("reasoning_summary_text.delta", "'output_index':0,'summary_index':1,'delta':'Two'"),
                done(0, item),
                done(1, CALL.formatted("completed", "{}")),
                completed(item.replace("E2", "E3")));
        var thinking = (Thinking) message.content().getFirst();
        assertThat(thinking.thinking()).isEqualTo("One\n\nTwo");
        assertThat(thinking.signature()).isEqualTo("E2");
        assertThat(ResponsesWire.items(message).getFirst()).isEqualTo(json(item));
    }

    @Test
    void thoughtsOfNoWordsAndNoneEncryptedAreNoBlock() {
        Message message = message(
                added(0, "{'id':'rs_1','type':'reasoning','encrypted_content':'cut','summary':[]}"),
                done(0, "{'id':'rs_1','type':'reasoning','summary':[]}"),
                delta(1, "output_text", "Hi"),
                completed());
        assertThat(message.content()).hasSize(1);
        assertThat(message.text()).isEqualTo("Hi");
    }

    @Test
    void openThoughtsGoBackAsTheyCame() {
        String item = "{'id':'rs_1','type':'reasoning','summary':[],'content':[{'type':'reasoning_text','text':'Hm'}]}";
        Message message = message(
                delta(0, "reasoning", "H"),
                delta(0, "reasoning_text", "m"),
                done(0, item),
                delta(1, "output_text", "Hi"),
                completed());
        assertThat(((Thinking) message.content().getFirst()).thinking()).isEqualTo("Hm");
        Message announced = message(
                added(0, item.replace("'text':'Hm'", "'text':''")),
                done(0, item),
                delta(1, "output_text", "Hi"),
                completed());
        assertThat(ResponsesWire.items(announced).getFirst()).isEqualTo(json(item));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "web_search_call | 'action':{'type':'search','query':'q'} | web_search | {'type':'search','query':'q'}",
                "file_search_call | 'queries':['a','b'],'results':null | file_search | {'queries':['a','b']}",
                "code_interpreter_call | 'code':'1+1','outputs':[] | code_interpreter | {'code':'1+1'}",
                "image_generation_call | 'result':'aGk=' | image_generation | {}",
                "mcp_call | 'name':'roll','server_label':'dice','arguments':'{}','output':'4' | roll | {}",
            })
    void aToolOfTheServicesIsACallAndItsResult(String type, String fields, String tool, String input) {
        String item = "{'id':'x_1','type':'%s','status':'completed',%s}".formatted(type, fields);
        String begun = item.replace("completed", "in_progress")
                .replaceAll("'(action|queries|code|result|arguments)':('[^']*'|\\{[^}]*\\}|\\[[^]]*\\])", "'$1':null");
        for (List<String> events : List.of(List.of(done(0, item)), List.of(added(0, begun), done(0, item)))) {
            var all = new java.util.ArrayList<>(events);
            all.add(completed(item));
            Message message = message(all.toArray(String[]::new));
            var use = (ServerToolUse) message.content().getFirst();
            var result = (ServerToolResult) message.content().getLast();
            assertThat(use.name()).isEqualTo(tool);
            assertThat(Json.readAny(use.input())).isEqualTo(json(input));
            assertThat(result.type()).isEqualTo(type);
            assertThat(result.toolUseId()).isEqualTo(use.id()).isEqualTo("x_1");
            assertThat(message.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(ResponsesWire.items(message)).containsExactly(json(item));
        }
        assertThat(ResponsesWire.whole("{'id':'r','status':'completed','output':[" + item + "]}")
                        .content())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "computer_call, UNKNOWN",
        "mcp_approval_request, UNKNOWN",
        "apply_patch_call, UNKNOWN",
        "shell_call, UNKNOWN",
        "compaction, STOP",
        "acme:thing, STOP"
    })
    void anItemWithoutARecordIsKeptAndGoesBack(String type, FinishReason finish) {
        String item = "{'id':'x_1','type':'%s','deep':{'a':[1,null]}}".formatted(type);
        Message message = message(added(0, "{'id':'x_1','type':'%s'}".formatted(type)), done(0, item), completed(item));
        assertThat(message.content()).containsExactly(new ContentBlock.Unknown(type, item.replace('\'', '"')));
        assertThat(message.finishReason()).isEqualTo(finish);
        assertThat(ResponsesWire.items(message)).containsExactly(json(item));
    }

    @Test
    void aPartWithoutARecordIsKeptAndGoesBackInItsMessage() {
        String item = "{'id':'m1','type':'message','role':'assistant','status':'completed','content':["
                + "{'type':'output_text','text':'a','annotations':[]},{'type':'output_smell','smell':7},"
                + "{'type':'output_text','text':'b','annotations':[]}]}";
        Message message = message(done(0, item), completed());
        assertThat(message.content().get(1))
                .isEqualTo(new ContentBlock.Unknown("output_smell", "{\"type\":\"output_smell\",\"smell\":7}"));
        assertThat(ResponsesWire.items(message)).containsExactly(json(item));
    }

    @Test
    void aShellThatTheServiceRunsWaitsForNobody() {
        assertThat(message(done(0, "{'type':'shell_call'}"), done(1, "{'type':'shell_call_output'}"), completed())
                        .finishReason())
                .isEqualTo(FinishReason.STOP);
    }

    @Test
    void toolsThatAreListedAtTheEndAreListed() {
        String item = "{'id':'x','type':'mcp_list_tools','tools':[{'name':'roll'}]}";
        Message message = message(done(0, "{'id':'x','type':'mcp_list_tools'}"), completed(item));
        assertThat(message.content())
                .containsExactly(new ContentBlock.Unknown("mcp_list_tools", item.replace('\'', '"')));
    }

    @Test
    void anItemThatIsNullIsReadAtTheEnd() {
        Message message = message(
                added(0, "null"),
                delta(0, "output_text", "H"),
                done(0, "null"),
                completed("{'type':'message','content':[{'type':'output_text','text':'Hi'}]}"));
        assertThat(message.text()).isEqualTo("Hi");
    }

    @Test
    void theUsageCountsEveryTokenOnce() {
        Message message = message(event(
                "completed",
                "'response':{'id':'r','usage':{'input_tokens':100,'input_tokens_details':{'cached_tokens':40,"
                        + "'cache_write_tokens':10,'cache_write_tokens_details':{'ttl_30m_tokens':10}},"
                        + "'output_tokens':30,'output_tokens_details':{'reasoning_tokens':20},'total_tokens':130}}"));
        Usage usage = message.usage();
        assertThat(List.of(
                        usage.inputTokens(),
                        usage.cacheReadTokens(),
                        usage.cacheWriteTokens(),
                        usage.outputTokens(),
                        usage.thinkingTokens(),
                        usage.totalTokens()))
                .containsExactly(50L, 40L, 10L, 30L, 20L, 130L);
        assertThat(usage.extra()).containsOnlyKeys("input_tokens_details");
    }

    @Test
    void whatOnlyTheAnswerKnowsIsKeptAndTheEchoIsNot() {
        Message message = message(
                event(
                        "completed",
                        "'response':{'id':'r','status':'completed','instructions':'long','tools':[],'service_tier':'flex','tool_usage':{'web_search':{'num_requests':1}}}"));
        assertThat(message.extra())
                .containsOnlyKeys("status", "service_tier", "tool_usage")
                .containsEntry("service_tier", "\"flex\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'error','sequence_number':2,'error':{'type':'tokens','code':'rate_limit_exceeded','message':'Slow','param':null}}"
                    + " | rate_limit_exceeded | true",
                "{'type':'error','error':{'type':'invalid_request_error','code':null,'message':'Slow'}} |"
                        + " invalid_request_error | false",
                "{'type':'error','code':'server_error','message':'Slow','param':null,'sequence_number':1} |"
                        + " server_error | true",
                "{'type':'error','code':null,'message':'Slow'} | '' | false",
                "{'type':'response.failed','response':{'status':'failed','error':{'code':'insufficient_quota','message':'Slow'}}}"
                    + " | insufficient_quota | false",
                "{'type':'response.completed','response':{'status':'failed','error':{'code':'server_error','message':'Slow'}}}"
                    + " | server_error | true",
                "{'error':{'message':'Slow','code':'server_error'}} | server_error | true",
                "{'type':'response.failed','response':{'status':'failed','output':['Slow']}} | '' | false",
            })
    void anErrorInsideTheStreamHasItsCode(String event, String type, boolean passing) {
        assertThatThrownBy(() -> decode(event("created", ""), event)).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.type()).isEqualTo(type);
            assertThat(error.retryable()).isEqualTo(passing);
            assertThat(error).hasMessageContaining("Slow");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "max_output_tokens, LENGTH",
        "content_filter, CONTENT_FILTER",
        "max_messages, UNKNOWN",
        "steered, UNKNOWN",
        "brand_new, UNKNOWN"
    })
    void anIncompleteAnswerSaysWhy(String reason, FinishReason finish) {
        Message message = message(delta(0, "output_text", "Hi"), incomplete(reason));
        assertThat(message.finishReason()).isEqualTo(finish);
        assertThat(message.stopReason()).isEqualTo(reason);
        assertThat(message(event("incomplete", "'response':null")).stopReason()).isEqualTo("incomplete");
    }

    /** That is what {@code send} gets at once. */
    @Test
    void aResponseThatHasJustBegunInTheBackgroundSaysSo() {
        Message begun = ResponsesWire.whole("{'id':'r','status':'queued','background':true,'output':[]}");
        assertThat(begun.id()).isEqualTo("r");
        assertThat(begun.finishReason()).isEqualTo(FinishReason.UNKNOWN);
        assertThat(begun.stopReason()).isEqualTo("queued");
    }

    @Test
    void afterItsEndNothingCounts() {
        assertThat(decode(completed(), delta(0, "output_text", "Hi"), "{'type':'error','message':'late'}", "[DONE]"))
                .endsWith(new MessageStop());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'response.web_search_call.searching','output_index':0}",
                "{'type':'response.image_generation_call.partial_image','partial_image_b64':'x'}",
                "{'type':'response.shell_call_output_content.delta','delta':{'stdout':'x'}}",
                "{'type':'response.output_text.delta','output_index':0,'delta':{'a':1}}",
                "{'type':'response.audio.delta','delta':'x'}",
                "{'type':'.delta'}",
                "{'type':'response.delta'}",
                "{'mood':'sunny'}"
            })
    void whatIsUnknownGoesOnAsItCame(String event) {
        String type = Json.readObject(event.replace('\'', '"'))
                .getOrDefault("type", "message")
                .toString();
        assertThat(decode(added(0, "{'type':'web_search_call','id':'w'}"), event))
                .endsWith(new StreamEvent.Unknown(type, event.replace('\'', '"')));
    }

    @Test
    void fieldsWithoutAPlaceFollowTheirEvent() {
        assertThat(decode(event("output_text.delta", "'output_index':3,'delta':'Hi','logprobs':[{'token':'Hi'}]")))
                .endsWith(new StreamEvent.Unknown(
                        "response.output_text.delta", "{\"output_index\":3,\"logprobs\":[{\"token\":\"Hi\"}]}"));
    }

    @Test
    void whatIsNoJsonIsAnError() {
        assertThatThrownBy(() -> decode("<html>"))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining("<html>");
        assertThatThrownBy(() -> ResponsesWire.whole("{'mood':'sunny'}")).isInstanceOf(ProtocolError.class);
    }
}
