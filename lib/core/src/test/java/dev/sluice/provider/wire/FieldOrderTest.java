package dev.sluice.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of fields means nothing, in any object of any event. */
public class FieldOrderTest {
    private static final String STOP_FIELDS =
            "'stop_reason':'refusal'|'stop_sequence':'x'|'stop_details':{'b':1.0}|'container':'c'";

    /** In each, {@code <a|b|c>} is an object of three fields, whose order is permuted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<'type':'ping'|'x':1|'y':2|'z':null>",
                "<'type':'message_stop'|'x':1|'y':2>",
                "<'type':'content_block_stop'|'index':3|'x':{'type':'ping','index':9}|'y':'z'>",
                "<'type':'content_block_delta'|'index':3|'x':1|'delta':<'type':'text_delta'|'text':'é'|'x':1.0|'y':[]>>",
                "<'type':'content_block_delta'|'index':3|'delta':<'type':'input_json_delta'|'partial_json':'{\\\"a'|'x':1>>",
                "<'type':'content_block_delta'|'index':3|'delta':<'type':'thinking_delta'|'thinking':'a'|'estimated_tokens':1>>",
                "<'type':'content_block_delta'|'index':3|'delta':<'type':'signature_delta'|'signature':'a'|'text':'b'>>",
                "<'type':'content_block_delta'|'index':3|'delta':<'type':'citations_delta'|'citation':{'type':'c'}|'x':1>>",
                "<'type':'content_block_start'|'index':3|'content_block':<'type':'text'|'text':''|'citations':[]|'x':1>>",
                "<'type':'content_block_start'|'index':3|'content_block':<'type':'thinking'|'thinking':''|'signature':''|'x':1>>",
                "<'type':'content_block_start'|'index':3|'content_block':<'type':'redacted_thinking'|'data':'d'|'x':1>>",
                "<'type':'content_block_start'|'index':3|'x':1|'content_block':<'type':'tool_use'|'id':'i'|'name':'n'|'input':{'a':1}|'caller':{}>>",
                "<'type':'content_block_start'|'index':3|'content_block':<'type':'server_tool_use'|'id':'i'|'name':'n'|'input':{}|'caller':{}>>",
                "<'type':'content_block_start'|'index':3|'content_block':<'type':'web_search_tool_result'|'tool_use_id':'i'|'content':[{}]|'caller':{}>>",
                "<'type':'message_start'|'x':1|'message':<'type':'message'|'role':'assistant'|'id':'i'|'model':'m'|'content':[]>>",
                "<'type':'message_start'|'message':<'usage':<'input_tokens':1|'output_tokens':2|'cache_read_input_tokens':3"
                    + "|'cache_creation_input_tokens':4|'output_tokens_details':<'thinking_tokens':5|'x':null>|'tier':'s'>>>",
                "<'type':'message_start'|'message':<'content':[<'type':'tool_use'|'id':'i'|'name':'n'|'input':{}>]|"
                        + STOP_FIELDS + ">>",
                "<'type':'message_delta'|'context_management':{}|'usage':<'output_tokens':1|'tier':'s'>|'delta':<"
                        + STOP_FIELDS + ">>",
            })
    void anEventIsTheSameInEveryOrder(String template) {
        assertSameInEveryOrder(template, Decoding::decode);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<'candidates':[<'content':<'parts':[<'text':'é'|'thought':true|'thoughtSignature':'s'|'x':1>]|'role':'model'>"
                    + "|'finishReason':'STOP'|'index':0|'safetyRatings':[]>]|'usageMetadata':<'promptTokenCount':3"
                    + "|'candidatesTokenCount':2|'thoughtsTokenCount':1|'tier':'s'>|'modelVersion':'m'|'responseId':'r'>",
                "<'responseId':'r'|'candidates':[{'content':{'parts':["
                    + "<'functionCall':<'name':'f'|'args':{'a':1}|'id':'i'|'x':null>|'thoughtSignature':'s'|'y':2>]}}]>",
                "<'responseId':'r'|'candidates':[{'finishReason':'STOP','content':{'parts':[{'functionCall':{'name':'f','willContinue':true}},"
                    + "{'functionCall':<'willContinue':false|'partialArgs':[<'jsonPath':'$.a'|'stringValue':'b'|'willContinue':false>]>}]}}]>",
                "<'responseId':'r'|'candidates':[{'content':{'parts':[{'toolCall':<'toolType':'T'|'args':{}|'id':'i'>},"
                        + "<'inlineData':<'mimeType':'image/png'|'data':'AA=='>|'thought':true>]}}]>",
                "<'responseId':'r'|'promptFeedback':<'blockReason':'OTHER'|'safetyRatings':[]>|'modelVersion':'m'>",
            })
    void aChunkIsTheSameInEveryOrder(String template) {
        assertSameInEveryOrder(template, Decoding::gemini);
    }

    private static void assertSameInEveryOrder(String template, Function<String, List<StreamEvent>> decode) {
        List<StreamEvent> expected = decode.apply(first(template));
        assertThat(expected).isNotEmpty();
        int[] orders = {0};
        permute(template, json -> {
            orders[0]++;
            List<StreamEvent> events = decode.apply(json);
            if (!withoutRawObjects(events).equals(withoutRawObjects(expected))) {
                assertThat(events).as(json).isEqualTo(expected);
            }
        });
        assertThat(orders[0]).isGreaterThanOrEqualTo(6);
    }

    @Test
    void aCitationIsTheSameInEveryOrder() {
        permute("<'type':'c'|'cited_text':'t'|'document_title':'d'|'title':'e'|'url':'u'|'x':1>", json -> {
            String event = "{'type':'content_block_delta','index':0,'delta':{'citation':" + json
                    + ",'type':'citations_delta'}}";
            var delta = (Delta.CitationsDelta) ((ContentBlockDelta) Decoding.one(event)).delta();
            assertThat(delta.citation().json()).isEqualTo(json.replace('\'', '"'));
            assertThat(delta.citation().type()
                            + delta.citation().citedText()
                            + delta.citation().title()
                            + delta.citation().url())
                    .isEqualTo("ctdu");
        });
    }

    @Test
    void whatIsUnknownIsRawInEveryOrder() {
        permute(
                "<'type':'zz'|'index':1|'delta':[]|'x':{'type':'ping'}>",
                json -> assertThat(Decoding.one(json))
                        .isEqualTo(new StreamEvent.Unknown("zz", json.replace('\'', '"'))));
        permute("<'type':'zz'|'text':1|'x':{'type':'text'}>", json -> {
            String raw = json.replace('\'', '"');
            assertThat(Decoding.one("{'content_block':" + json + ",'index':1,'type':'content_block_start'}"))
                    .isEqualTo(new ContentBlockStart(1, new ContentBlock.Unknown("zz", raw)));
            assertThat(Decoding.one("{'delta':" + json + ",'index':1,'type':'content_block_delta'}"))
                    .isEqualTo(new ContentBlockDelta(1, new Delta.Unknown("zz", raw)));
        });
    }

    @Test
    void anErrorIsTheSameInEveryOrder() {
        permute(
                "<'type':'error'|'request_id':'r'|'error':<'type':'api_error'|'message':'m'|'details':{'type':'x'}>>",
                json -> {
                    try {
                        Decoding.decode(json);
                    } catch (dev.sluice.StreamException.ApiError e) {
                        assertThat(e.type() + e.requestId().orElse("")).isEqualTo("api_errorr");
                        assertThat(e.getMessage()).contains("api_error: m");
                        return;
                    }
                    throw new AssertionError(json);
                });
    }

    /** The fields of a raw object keep their order, so of those only the set of characters is compared. */
    private static List<Object> withoutRawObjects(List<StreamEvent> events) {
        var comparable = new ArrayList<Object>();
        for (StreamEvent event : events) {
            switch (event) {
                case StreamEvent.Unknown(String type, String json) -> comparable.add(type + sorted(json));
                case ContentBlockDelta(int index, Delta.Unknown(String type, String json)) ->
                    comparable.add(index + type + sorted(json));
                case StreamEvent.MessageDelta delta -> comparable.add(sorted(delta.toString()));
                default -> comparable.add(event);
            }
        }
        return comparable;
    }

    private static String sorted(String json) {
        char[] chars = json.toCharArray();
        Arrays.sort(chars);
        return new String(chars);
    }

    public static String first(String template) {
        return template.replace('<', '{').replace('>', '}').replace('|', ',');
    }

    /** Hands out the template with the fields of one object after another in every order, the others as they stand. */
    public static void permute(String template, Consumer<String> out) {
        for (int open = template.indexOf('<'); open >= 0; open = template.indexOf('<', open + 1)) {
            int close = matching(template, open);
            String before = template.substring(0, open);
            String after = template.substring(close + 1);
            for (List<String> order : orders(fields(template.substring(open + 1, close)))) {
                out.accept(first(before + "{" + String.join(",", order) + "}" + after));
            }
        }
    }

    private static int matching(String template, int open) {
        int depth = 0;
        for (int i = open; ; i++) {
            depth += template.charAt(i) == '<' ? 1 : template.charAt(i) == '>' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
    }

    private static List<String> fields(String body) {
        var fields = new ArrayList<String>();
        int from = 0;
        int depth = 0;
        for (int i = 0; i <= body.length(); i++) {
            char c = i == body.length() ? '|' : body.charAt(i);
            depth += c == '<' ? 1 : c == '>' ? -1 : 0;
            if (c == '|' && depth == 0) {
                fields.add(body.substring(from, i));
                from = i + 1;
            }
        }
        return fields;
    }

    private static List<List<String>> orders(List<String> fields) {
        if (fields.size() <= 1) {
            return List.of(fields);
        }
        var orders = new ArrayList<List<String>>();
        for (String first : fields) {
            var others = new ArrayList<>(fields);
            others.remove(first);
            for (List<String> order : orders(others)) {
                var whole = new ArrayList<String>();
                whole.add(first);
                whole.addAll(order);
                orders.add(whole);
            }
        }
        return orders;
    }
}
