package dev.sluice.provider.gemini;

import static dev.sluice.provider.gemini.InteractionsWire.CREATED;
import static dev.sluice.provider.gemini.InteractionsWire.completed;
import static dev.sluice.provider.gemini.InteractionsWire.decode;
import static dev.sluice.provider.gemini.InteractionsWire.delta;
import static dev.sluice.provider.gemini.InteractionsWire.event;
import static dev.sluice.provider.gemini.InteractionsWire.json;
import static dev.sluice.provider.gemini.InteractionsWire.message;
import static dev.sluice.provider.gemini.InteractionsWire.start;
import static dev.sluice.provider.gemini.InteractionsWire.steps;
import static dev.sluice.provider.gemini.InteractionsWire.stop;
import static dev.sluice.provider.gemini.InteractionsWire.text;
import static dev.sluice.provider.gemini.InteractionsWire.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the events of an interaction mean; recorded answers are in the law test. */
class InteractionsDecoderTest {
    private static final String OUTPUT = "{'type':'model_output'}";

    @Test
    void anAnswerThatIsNotKeptHasNoId() {
        Message message = message(
                event("interaction.created", "'interaction':{'id':'','model':'m','created':'now'}"),
                completed("completed", "'service_tier':'flex'", "'tools':[]"));
        assertThat(message.id()).isEmpty();
        assertThat(message.model()).isEqualTo("m");
        assertThat(message.provider()).isEqualTo("gemini-interactions");
        assertThat(message.extra())
                .isEqualTo(Map.of("created", "\"now\"", "id", "\"v1_a\"", "service_tier", "\"flex\""));
    }

    @ParameterizedTest
    @CsvSource({
        "completed, STOP",
        "requires_action, TOOL_CALLS",
        "incomplete, LENGTH",
        "budget_exceeded, LENGTH",
        "requires_continuation, PAUSE",
        "cancelled, UNKNOWN",
        "queued, UNKNOWN",
        "in_progress, UNKNOWN",
        "brand_new, UNKNOWN",
    })
    void theStatusSaysWhyItEnded(String status, FinishReason expected) {
        Message message = message(CREATED, completed(status));
        assertThat(message.finishReason()).isEqualTo(expected);
        assertThat(message.stopReason()).isEqualTo(status);
        Message called = message(CREATED, start(0, "{'type':'function_call','id':'c','name':'f'}"), completed(status));
        assertThat(called.finishReason()).isEqualTo(status.equals("completed") ? FinishReason.TOOL_CALLS : expected);
    }

    @Test
    void theTokenOfAPausedAnswerIsKeptWhereverItIs() {
        for (String[] data : new String[][] {
            {completed("requires_continuation", "'continuation_token':'t'")},
            {event("interaction.status_update", "'continuation_token':'t'"), completed("requires_continuation")},
            {event("interaction.completed", "'interaction':{'status':'requires_continuation'},'continuation_token':'t'")
            },
        }) {
            assertThat(message(data).extra()).containsEntry("continuation_token", "\"t\"");
            assertThat(message(data).finishReason()).isEqualTo(FinishReason.PAUSE);
        }
    }

    @Test
    void withoutItsLastEventAnAnswerIsNotComplete() {
        assertThat(decode(CREATED, text(0, "a"), stop(0), "[DONE]")).doesNotContain(new MessageStop());
        assertThat(decode(CREATED, completed("completed"), "[DONE]", text(0, "late")))
                .endsWith(new MessageStop());
    }

    @Test
    void statusUpdatesAndNewsPassThroughAsTheyCame() {
        String update = event("interaction.status_update", "'interaction_id':'v1_z','status':'in_progress'");
        String news = event("acme.mood", "'index':7,'mood':'sunny'");
        List<StreamEvent> events = decode(update, news, completed("completed"));
        assertThat(events)
                .contains(
                        new StreamEvent.Unknown("interaction.status_update", update.replace('\'', '"')),
                        new StreamEvent.Unknown("acme.mood", news.replace('\'', '"')));
        assertThat(message(events).id()).isEqualTo("v1_z");
    }

    @Test
    void fieldsWithoutAPlacePassThrough() {
        assertThat(decode(
                        CREATED,
                        start(0, "{'type':'model_output','mood':1}"),
                        event("step.delta", "'index':0,'delta':{'type':'text','text':'a','x':2},'metadata':{'y':3}"),
                        event("step.stop", "'index':0,'step_usage':{'total_tokens':4}"),
                        completed("completed")))
                .contains(
                        unknown("step.start", "{'index':0,'step':{'type':'model_output','mood':1}}"),
                        unknown("step.delta", "{'index':0,'delta':{'type':'text','x':2},'metadata':{'y':3}}"),
                        unknown("step.stop", "{'index':0,'step_usage':{'total_tokens':4}}"));
    }

    private static StreamEvent unknown(String type, String json) {
        return new StreamEvent.Unknown(type, json.replace('\'', '"'));
    }

    @Test
    void aDeltaWithoutAPlacePassesThrough() {
        String strange = delta(0, "{'type':'hologram','data':'x'}");
        String wrong = delta(0, "{'type':'thought_signature','signature':'s'}");
        String late = text(0, "late");
        String nowhere = delta(9, "{'type':'hologram'}");
        assertThat(decode(CREATED, start(0, OUTPUT), strange, wrong, stop(0), late, nowhere, completed("completed")))
                .contains(
                        unknown("step.delta", strange),
                        unknown("step.delta", wrong),
                        unknown("step.delta", late),
                        unknown("step.delta", nowhere));
    }

    @Test
    void stepsMayTakeTurnsAndLackTheirStartOrStopOrIndex() {
        assertThat(steps(
                                start(0, "{'type':'thought'}"),
                                start(1, OUTPUT),
                                text(1, "a"),
                                delta(0, "{'type':'thought_summary','content':{'type':'text','text':'t'}}"),
                                text(1, "b"),
                                delta(0, "{'type':'thought_signature','signature':'s'}"),
                                stop(0),
                                delta(2, "{'type':'arguments_delta','id':'c','name':'f','arguments':'{}'}"))
                        .content())
                .containsExactly(
                        new Thinking("t", "s", Map.of()), new Text("ab"), new ToolUse("c", "f", "{}", Map.of()));
        assertThat(steps(
                                event("step.start", "'step':{'type':'thought'}"),
                                event("step.stop", ""),
                                event("step.start", "'step':" + OUTPUT),
                                event("step.delta", "'delta':{'type':'text','text':'a'}"))
                        .content())
                .containsExactly(new Thinking("", null, Map.of()), new Text("a"));
    }

    @Test
    void aThoughtMayBeWholeInItsStart() {
        assertThat(steps(start(0, "{'type':'thought','signature':'s','summary':[{'type':'text','text':'t'}],'z':1}"))
                        .content())
                .containsExactly(new Thinking("t", "s", Map.of("z", "1")));
        assertThat(steps(start(0, "{'type':'thought'}"), delta(0, "{'type':'thought_signature','signature':'late'}"))
                        .content())
                .containsExactly(new Thinking("", "late", Map.of()));
    }

    @Test
    void fragmentsCountAndNotTheArgumentsOfTheStart() {
        assertThat(steps(
                                start(
                                        0,
                                        "{'type':'function_call','id':'c','name':'f','arguments':{'x':0},'signature':''}"),
                                delta(0, "{'type':'arguments_delta','arguments':'{\\'x\\''}"),
                                delta(0, "{'type':'arguments_delta','arguments':''}"),
                                delta(0, "{'type':'arguments_delta','arguments':':1}'}"),
                                stop(0),
                                start(1, "{'type':'function_call','id':'d','name':'g','arguments':{'x':2}}"),
                                start(2, "{'type':'function_call','id':'e','name':'h'}"))
                        .content())
                .containsExactly(
                        new ToolUse("c", "f", "{\"x\":1}", Map.of("signature", "\"\"")),
                        new ToolUse("d", "g", "{\"x\":2}", Map.of()),
                        new ToolUse("e", "h", "{}", Map.of()));
    }

    @Test
    void argumentsThatAreWholeAreHandedOutOnce() {
        List<StreamEvent> events = decode(
                CREATED,
                start(0, "{'type':'a_call','id':'c','arguments':{}}"),
                delta(0, "{'type':'a_call','arguments':{}}"),
                delta(0, "{'type':'a_call','arguments':{'x':1}}"),
                delta(0, "{'type':'a_call','arguments':{'x':1}}"),
                delta(0, "{'type':'a_call','arguments':{'x':2}}"),
                delta(0, "{'type':'arguments_delta','arguments':'x'}"),
                completed("completed"));
        assertThat(message(events).content()).containsExactly(new ServerToolUse("c", "a", "{\"x\":1}", Map.of()));
        assertThat(events)
                .contains(
                        new StreamEvent.Unknown("arguments", "{\"x\":2}"),
                        unknown("step.delta", delta(0, "{'type':'arguments_delta','arguments':'x'}")));
    }

    @Test
    void whatCreatedSaysLateIsHandedOn() {
        String update = event("interaction.status_update", "'interaction_id':'v1_a','status':'in_progress'");
        assertThat(decode(update, CREATED, completed("completed"))).contains(unknown("interaction.created", CREATED));
    }

    @Test
    void aCallWithoutAnIdGetsOneThatIsTheSameEachTime() {
        String[] data = {
            event("interaction.created", "'interaction':{'id':''}"),
            start(0, "{'type':'thought','signature':'s'}"),
            start(1, "{'type':'function_call','name':'f'}"),
            completed("requires_action"),
        };
        String id = message(data).toolUses().getFirst().id();
        assertThat(id)
                .isNotEmpty()
                .isEqualTo(message(data).toolUses().getFirst().id());
        data[1] = start(0, "{'type':'thought','signature':'other'}");
        assertThat(message(data).toolUses().getFirst().id()).isNotEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"google_search", "url_context", "code_execution", "mcp_server_tool", "retrieval", "brand_new"})
    void aToolOfGooglesIsACallAndItsResult(String tool) {
        assertThat(steps(
                                start(0, "{'type':'T_call','id':'c','signature':''}".replace("T", tool)),
                                delta(0, "{'type':'T_call','id':'c','arguments':{'q':1}}".replace("T", tool)),
                                stop(0),
                                start(1, "{'type':'T_result','call_id':'c','signature':''}".replace("T", tool)),
                                delta(1, "{'type':'T_result','result':[1],'is_error':true}".replace("T", tool)),
                                stop(1))
                        .content())
                .containsExactly(
                        new ServerToolUse("c", tool, "{\"q\":1}", Map.of("signature", "\"\"")),
                        new ServerToolResult(
                                tool + "_result", "c", "[1]", Map.of("signature", "\"\"", "is_error", "true")));
    }

    @Test
    void aResultWithoutTheIdOfItsCallBelongsToTheLastOne() {
        assertThat(steps(start(0, "{'type':'a_call','id':'c'}"), start(1, "{'type':'a_result','result':'x'}"))
                        .content())
                .endsWith(new ServerToolResult("a_result", "c", "\"x\"", Map.of()));
    }

    @Test
    void aStepThatHasNoRecordIsKeptWhole() {
        Message message =
                steps(start(0, "{'type':'daydream','a':1}"), delta(0, "{'type':'daydream','b':[2]}"), stop(0));
        assertThat(message.content())
                .containsExactly(new ContentBlock.Unknown("daydream", "{\"type\":\"daydream\",\"a\":1,\"b\":[2]}"));
        assertThat(steps(start(0, "{'type':'user_input','content':[]}"), text(1, "a"))
                        .content())
                .containsExactly(new Text("a"));
    }

    @Test
    void textIsClosedAndReopenedAroundMedia() {
        assertThat(steps(
                                start(0, OUTPUT),
                                text(0, "a"),
                                delta(0, "{'type':'image','data':'QQ==','mime_type':'image/png'}"),
                                delta(0, "{'type':'audio','data':'Qg==','mime_type':'audio/wav'}"),
                                delta(0, "{'type':'document','uri':'https://d','mime_type':'application/pdf'}"),
                                text(0, "b"))
                        .content())
                .containsExactly(
                        new Text("a"),
                        new Image(new MediaSource.Base64Data("image/png", "QQ==")),
                        new ContentBlock.Unknown(
                                "audio", "{\"type\":\"audio\",\"data\":\"Qg==\",\"mime_type\":\"audio/wav\"}"),
                        new ContentBlock.Document(
                                new MediaSource.Url("https://d"),
                                null,
                                null,
                                false,
                                Map.of("mime_type", "\"application/pdf\"")),
                        new Text("b"));
    }

    @Test
    void announcedContentIsTakenToo() {
        assertThat(steps(start(0, "{'type':'model_output','content':[{'type':'text','text':'a'}]}"), text(0, "b"))
                        .content())
                .containsExactly(new Text("ab"));
        assertThat(steps(start(0, "{'type':'model_output','content':[{'type':'text','text':''}]}"), stop(0))
                        .content())
                .isEmpty();
    }

    @Test
    void placesOfSourcesAreCountedInBytes() {
        Message message = steps(
                text(0, "Caf\u00e9 "),
                text(0, "\ud83d\udea2 quay"),
                cited("'start_index':0,'end_index':5"),
                cited("'start_index':6,'end_index':10,'url':'u','title':'t'"),
                cited("'end_index':3"),
                cited("'start_index':4,'end_index':6"), // inside of a sign
                cited("'start_index':4,'end_index':99"),
                cited("'file_name':'f'"),
                cited("'end_index':3")); // again
        List<Citation> citations = ((Text) message.content().getFirst()).citations();
        assertThat(citations.stream().map(Citation::citedText))
                .containsExactly("Caf\u00e9", "\ud83d\udea2", "Caf", null, null, null);
        assertThat(citations.get(1))
                .isEqualTo(
                        new Citation(
                                "url_citation",
                                "\ud83d\udea2",
                                "t",
                                "u",
                                "{\"type\":\"url_citation\",\"start_index\":6,\"end_index\":10,\"url\":\"u\",\"title\":\"t\"}"));
        assertThat(citations.getLast().title()).isEqualTo("f");
    }

    @Test
    void aSourceMayComeBeforeItsWords() {
        Message message = steps(cited("'end_index':2"), text(0, "a"), cited("'end_index':1"), text(0, "b"));
        assertThat(((Text) message.content().getFirst()).citations().stream().map(Citation::citedText))
                .containsExactly("ab", "a");
    }

    private static String cited(String fields) {
        return delta(0, "{'type':'text_annotation_delta','annotations':[{'type':'url_citation'," + fields + "}]}");
    }

    /** What counts the whole answer while it runs would be taken for what has come. */
    @Test
    void anAnswerThatBreaksOffHasNoUsage() {
        Message broken = message(
                CREATED,
                start(0, "{'type':'model_output'}"),
                event(
                        "step.delta",
                        "'index':0,'delta':{'type':'text','text':'a'},'metadata':{'total_usage':"
                                + "{'total_input_tokens':100,'total_output_tokens':20}}"),
                event("step.stop", "'index':0,'usage':{'total_output_tokens':20}"));
        assertThat(broken.text()).isEqualTo("a");
        assertThat(broken.usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void usageIsTheSumOfWhatIsPaidFor() {
        Message message = message(
                CREATED,
                event(
                        "step.delta",
                        "'index':0,'delta':{'type':'text','text':'a'},'metadata':{'total_usage':"
                                + "{'total_input_tokens':1,'total_thought_tokens':9}}"),
                completed(
                        "completed",
                        "'usage':{'total_input_tokens':100,'total_cached_tokens':60,'total_output_tokens':20,"
                            + "'total_tool_use_tokens':5,'total_tokens':134,'grounding_tool_count':[{'count':1}]}"));
        assertThat(message.usage())
                .isEqualTo(new Usage(
                        45,
                        29,
                        60,
                        0,
                        9,
                        Map.of("total_tool_use_tokens", "5", "grounding_tool_count", "[{\"count\":1}]")));
    }

    @ParameterizedTest
    @CsvSource({
        "unavailable, true",
        "https://errors.example/v1/resource_exhausted, true",
        "rate_limit_exceeded, true",
        "internal_error, true",
        "invalid_request, false",
        "permission_denied, false",
    })
    void anErrorInsideTheStreamIsItsCode(String code, boolean retryable) {
        for (String data : List.of(
                event("error", "'error':{'code':'" + code + "','message':'No.'}"),
                completed("failed", "'error':{'code':'" + code + "','message':'No.'}"))) {
            var error = catchThrowableOfType(ApiError.class, () -> decode(CREATED, text(0, "a"), data));
            assertThat(error.type()).isEqualTo(code);
            assertThat(error.status()).isEqualTo(200);
            assertThat(error.retryable()).isEqualTo(retryable);
            assertThat(error).hasMessageContaining("No.");
        }
    }

    @Test
    void aFailureMayHaveNoReason() {
        assertThatThrownBy(() -> decode(CREATED, completed("failed")))
                .isInstanceOfSatisfying(
                        ApiError.class, error -> assertThat(error.type()).isEqualTo("failed"));
        assertThatThrownBy(() -> decode("{'error':{'code':503,'message':'Busy.','status':'UNAVAILABLE'}}"))
                .isInstanceOfSatisfying(
                        ApiError.class, error -> assertThat(error.retryable()).isTrue());
        assertThatThrownBy(() -> decode(CREATED, "no json")).isInstanceOf(ProtocolError.class);
    }

    @Test
    void whatIsNotStreamedIsWhatIsStreamed() {
        String thought = "{'type':'thought','signature':'s','summary':[{'type':'text','text':'t'}]}";
        String output = "{'type':'model_output','content':[{'type':'text','text':'abc','annotations':"
                + "[{'type':'url_citation','start_index':1,'end_index':2}]},{'type':'image','uri':'https://i'}]}";
        String call = "{'type':'function_call','id':'c','name':'f','arguments':{'x':1}}";
        String result = "{'type':'a_result','call_id':'z','result':{}}";
        String usage = "'usage':{'total_input_tokens':3,'total_output_tokens':4}";
        List<StreamEvent> events = whole("{'id':'v1_a','status':'completed','model':'m','object':'interaction'," + usage
                + ",'steps':[" + String.join(",", thought, output, call, result) + "],'input':'?'}");
        assertThat(events.stream().filter(StreamEvent.ContentBlockDelta.class::isInstance))
                .isEmpty();
        assertThat(events.stream().filter(ContentBlockStart.class::isInstance)).hasSize(5);
        Message streamed = message(
                CREATED,
                start(0, thought),
                start(1, output),
                start(2, call),
                start(3, result),
                completed("completed", usage));
        assertThat(message(events)).isEqualTo(streamed);
        assertThat(streamed.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(((Text) streamed.content().get(1)).citations().getFirst().citedText())
                .isEqualTo("b");
    }

    @Test
    void theLastEventMayHaveTheStepsThatNoneHad() {
        assertThat(message(
                                CREATED,
                                completed(
                                        "completed",
                                        "'steps':[{'type':'model_output','content':"
                                                + "[{'type':'text','text':'a'}]}]"))
                        .content())
                .containsExactly(new Text("a"));
    }

    @Test
    void aBodyThatIsNoAnswerIsAnError() {
        assertThatThrownBy(() -> whole("{'id':'a','status':'comp")).isInstanceOf(Truncated.class);
        assertThatThrownBy(() -> whole("{'name':'a'}")).isInstanceOf(ProtocolError.class);
        assertThatThrownBy(() -> whole("{'status':'failed','steps':[]}")).isInstanceOf(ApiError.class);
        assertThatThrownBy(() -> whole("{'error':{'code':'invalid_request','message':'No.'}}"))
                .isInstanceOfSatisfying(
                        ApiError.class, error -> assertThat(error.type()).isEqualTo("invalid_request"));
    }

    /** Every step in its order, as it came. */
    @ParameterizedTest
    @ValueSource(strings = {"thought-search-text", "parallel-calls"})
    void aRecordedAnswerGoesBackAsItCame(String name) {
        var events = new ArrayList<StreamEvent>();
        InteractionsWire.read(InteractionsWire.transcript(name), events);
        String signature = ((Thinking) message(events).content().getFirst()).signature();
        Object expected = name.startsWith("thought")
                ? json("[{'type':'thought','signature':'S','summary':[{'type':'text','text':'**Looking for the"
                        + " timetable**\\n"
                        + "\\n"
                        + "The question needs today`s sailings.\\n"
                        + "\\n"
                        + "\\n"
                        + "**Putting it together**\\n"
                        + "\\n"
                        + "Two sailings fit.\\n"
                        + "\\n"
                        + "\\n"
                        + "'}]},{'type':'model_output','content':[{'type':'text','text':'Caf\u00e9 Quay sails at 9:40"
                        + " and 16:10. \ud83d\udea2','annotations':[{'type':'url_citation',"
                        + "'start_index':0,'end_index':35,'url':'https://sailings.example.org/today',"
                        + "'title':'sailings.example.org'}]}]},"
                        + "{'type':'google_search_call','id':'283y9dyb','arguments':{'queries':['Cafe Quay sailings"
                        + " today']},'signature':''},"
                        + "{'type':'google_search_result','call_id':'283y9dyb','result':[{'search_suggestions':'<div"
                        + " class=\\'chip\\'>sailings</div>'}],'signature':''}]")
                : json("[{'type':'thought','signature':'S'},"
                        + "{'type':'model_output','content':[{'type':'text','text':'Asking both.'}]},"
                        + "{'type':'function_call','id':'i5fse6xw','name':'get_tide','arguments':"
                        + "{'port':'Brest','at':{'hour':9}}},"
                        + "{'type':'function_call','id':'5rg9k4wj','name':'get_tide','arguments':"
                        + "{'port':'Oban \u2013 \\'pier\\''}},"
                        + "{'type':'function_call','id':'dypzmiis','name':'list_alerts','arguments':{'all':true}}]");
        String sent = Json.write(InteractionsWire.input(message(events)));
        assertThat(Json.readAny(sent.replace(signature, "S").replace("today's", "today`s")))
                .isEqualTo(expected);
    }
}
