package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.Message;
import dev.sluice.provider.wire.FieldOrderTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of fields means nothing, in any object of any chunk. */
class OpenAiFieldOrderTest {
    private static final String END = "{'choices':[{'index':0,'delta':{},'finish_reason':'stop'}]}";

    /** In each, {@code <a|b|c>} is an object of three fields, whose order is permuted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<'id':'i'|'object':'chat.completion.chunk'|'model':'m'|'created':7|'choices':[]|'usage':<'prompt_tokens':5"
                    + "|'completion_tokens':6|'total_tokens':13|'prompt_tokens_details':<'cached_tokens':2|'cache_write_tokens':1>"
                    + "|'completion_tokens_details':<'reasoning_tokens':2>>>",
                "<'id':'i'|'model':'m'|'choices':[<'index':0|'finish_reason':'length'|'stop_reason':'x'|'delta':<'role':'assistant'"
                    + "|'content':'a'|'reasoning':'r'|'refusal':'n'|'annotations':[<'type':'u'|'u':<'url':'u'|'title':'t'|'content':'c'>>]>>]>",
                "<'id':'i'|'model':'m'|'choices':[<'index':0|'delta':<'tool_calls':[<'index':0|'id':'a'|'type':'function'"
                    + "|'function':<'name':'f'|'arguments':'{}'>>]|'content':'a'|'role':'assistant'>>]>",
                "<'id':'i'|'model':'m'|'choices':[<'index':0|'delta':<'content':[<'type':'thinking'|'thinking':[<'type':'text'|'text':'t'>]>]"
                    + "|'reasoning_details':[<'type':'reasoning.text'|'index':0|'text':'d'>]>>]>",
            })
    void anAnswerIsTheSameInEveryOrder(String template) {
        Message expected = read(FieldOrderTest.first(template));
        int[] orders = {0};
        FieldOrderTest.permute(template, json -> {
            orders[0]++;
            Message said = read(json);
            assertThat(said.usage()).as(json).isEqualTo(expected.usage());
            assertThat(said.toString().length())
                    .as(json)
                    .isEqualTo(expected.toString().length());
            assertThat(said.content()).as(json).hasSameSizeAs(expected.content());
            assertThat(said.text()).as(json).isEqualTo(expected.text());
            assertThat(said.toolUses()).as(json).isEqualTo(expected.toolUses());
            assertThat(said.stopReason() + said.stopSequence() + said.id() + said.model())
                    .as(json)
                    .isEqualTo(expected.stopReason() + expected.stopSequence() + expected.id() + expected.model());
        });
        assertThat(orders[0]).isGreaterThanOrEqualTo(6);
    }

    private static Message read(String chunk) {
        return OpenAiWire.message(OpenAiWire.decode(chunk, END, "[DONE]"));
    }
}
