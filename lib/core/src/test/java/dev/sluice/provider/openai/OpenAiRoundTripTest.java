package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.json;
import static dev.sluice.provider.openai.OpenAiWire.message;
import static dev.sluice.provider.openai.OpenAiWire.messages;
import static dev.sluice.provider.openai.OpenAiWire.transcript;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An answer that was streamed, and then sent back with the results of its calls. */
class OpenAiRoundTripTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openai-parallel-tools|{'role':'assistant','content':null,'tool_calls':["
                    + "{'id':'call_a9TqW','type':'function','function':{'name':'get_tide','arguments':'{\\\"port\\\":\\\"Brest\\\"}'}},"
                    + "{'id':'call_c4RzE','type':'function','function':{'name':'get_wind',"
                    + "'arguments':'{\\\"port\\\":\\\"Brest\\\",\\\"unit\\\":\\\"kn\\\"}'}},"
                    + "{'id':'call_e1YuI','type':'function','function':{'name':'list_warnings','arguments':'{}'}}]}",
                "deepseek-reasoning-tool|{'role':'assistant','content':'Let me look.','reasoning_content':'The tide"
                    + " table will"
                    + " know.','tool_calls':[{'id':'call_00_x7','type':'function','function':{'name':'get_tide','arguments':'{\\\"port\\\":"
                    + " \\\"Cork\\\"}'}}]}",
                "gemini-endpoint-tools|{'role':'assistant','content':null,'tool_calls':["
                    + "{'id':'jm4o','type':'function','function':{'name':'weather','arguments':'{\\\"city\\\":\\\"Gent\\\"}'},"
                    + "'extra_content':{'google':{'thought_signature':'EjQKMg=='}}},"
                    + "{'id':'pz81','type':'function','function':{'name':'weather','arguments':'{\\\"city\\\":\\\"Lier\\\"}'}}]}",
                "openrouter-reasoning-details|{'role':'assistant','content':'Take the north"
                        + " quay.','reasoning_details':[{'type':'reasoning.text','text':'Weigh"
                        + " both.','format':'acme-v1','index':0,'signature':'c2lnbmVk'},"
                        + "{'type':'reasoning.encrypted','data':'ZW5j','format':'acme-v1','index':1}]}",
                "vllm-reasoning|{'role':'assistant','content':'\\n\\nFive.','reasoning':'Two plus three, so five.'}",
                "mistral-thinking-parts|{'role':'assistant','content':[{'type':'thinking','thinking':"
                        + "[{'type':'text','text':'Hm, seven.'}]},{'type':'text','text':'Seven.'}]}",
                "openai-refusal|{'role':'assistant','content':null,'refusal':'I can\\u0027t help with opening that"
                        + " lock.'}",
            })
    void anAnswerThatGoesBackIsTheOneThatCame(String name, String wire) {
        Message said = message(transcript(name));
        var results = said.toolUses().stream()
                .map(call -> new ToolResult(call.id(), "ok"))
                .toArray(ContentBlock[]::new);
        var request = MessageRequest.builder().model("m").user("?").message(said);
        var expected = new StringBuilder("[{'role':'user','content':'?'}," + wire);
        if (results.length > 0) {
            request.user(results);
        }
        for (ContentBlock result : results) {
            expected.append(",{'role':'tool','tool_call_id':'")
                    .append(((ToolResult) result).toolUseId())
                    .append("','content':'ok'}");
        }
        assertThat(messages(request)).isEqualTo(json(expected + "]"));
    }

    @Test
    void theSignatureOfAMessageGoesBackWithIt() {
        String signed = "{'role':'assistant','content':'a','extra_content':{'google':{'thought_signature':'EjQ='}}}";
        Message said = OpenAiWire.answer(signed);
        assertThat(messages(MessageRequest.builder().model("m").user("?").message(said)))
                .isEqualTo(json("[{'role':'user','content':'?'}," + signed + "]"));
    }

    /** Google's endpoint says of a thought that it is one in the same field, and of the answer nothing. */
    @Test
    void aSignatureIsNotLostToAChunkWithoutOne() {
        String signature = "{'google':{'thought_signature':'EjQ='}}";
        Message said = OpenAiWire.answer(
                "{'content':'Hm. ','extra_content':{'google':{'thought':true}}}",
                "{'content':'a','extra_content':" + signature + "}",
                "{'content':'b','extra_content':{'google':{}}}");
        assertThat(messages(MessageRequest.builder().model("m").user("?").message(said)))
                .isEqualTo(json("[{'role':'user','content':'?'},{'role':'assistant','content':'Hm. ab','extra_content':"
                        + signature + "}]"));
    }
}
