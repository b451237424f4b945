package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Decoding.decode;
import static dev.sluice.provider.wire.Decoding.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.provider.wire.Excerpt;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeDecoderErrorsTest {

    @ParameterizedTest
    @CsvSource({
        "overloaded_error, true",
        "rate_limit_error, true",
        "api_error, true",
        "timeout_error, true",
        "invalid_request_error, false",
        "authentication_error, false",
        "a_new_error, false",
    })
    void anErrorEventIsAnApiErrorThatItsTypeMakesRetryable(String type, boolean retryable) {
        String json = "{\"type\":\"error\",\"error\":{\"details\":null,\"type\":\"" + type
                + "\",\"message\":\"Overloaded\"},\"request_id\":\"req_1\"}";
        for (String name : new String[] {"event: error\n", "", "event: other\n"}) {
            var error = apiError(name + "data: " + json + "   \n\n");
            assertThat(error.status()).isEqualTo(200);
            assertThat(error.type()).isEqualTo(type);
            assertThat(error.retryable()).isEqualTo(retryable);
            assertThat(error.requestId()).contains("req_1");
            assertThat(error.retryAfter()).isEmpty();
            assertThat(error.rawBody().strip()).isEqualTo(json);
            assertThat(error)
                    .hasMessageStartingWith("Claude reported an error inside the stream, " + type + ": Overloaded");
        }
    }

    @Test
    void anErrorEventMaySayLittle() {
        for (String data : new String[] {"{}", "{\"type\":\"error\"}", "{\"error\":{}}", "{\"error\":{\"type\":7}}"}) {
            var error = apiError("event: error\ndata: " + data + "\n\n");
            assertThat(error.type()).isEmpty();
            assertThat(error.retryable()).isFalse();
            assertThat(error.requestId()).isEmpty();
            assertThat(error).hasMessageContaining(data);
        }
        for (String data : new String[] {"upstream connect error", "[1]", "\"no\"", "{\"cut"}) {
            var error = apiError("event: error\ndata: " + data + "\n\n");
            assertThat(error.rawBody()).isEqualTo(data);
            assertThat(error).hasMessageContaining(data);
        }
        assertThat(apiError("data: {\"error\":\"gone\"}\n\n")).hasMessageContaining(": gone");
        assertThat(apiError("data: {\"error\":{\"message\":\"gone\",\"code\":500}}\n\n"))
                .hasMessageContaining(": gone");
    }

    private static ApiError apiError(String sse) {
        return catchThrowableOfType(ApiError.class, () -> stream(sse));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nope",
                "{",
                "{'type':'ping'",
                "{'type':'ping'}}",
                "{'type':'ping'} {'type':'ping'}",
                "{'type':'ping'},",
                "{'type':'pi",
                "{'type' 'ping'}",
                "{'a':01,'type':'ping'}",
                "{type:'ping'}",
                "[1,2]",
                "[DONE",
                "'text'",
                "1",
                "null",
                "true",
                "{'a':NaN,'type':'ping'}",
                "{'a':'\t','type':'ping'}",
                "{'a':'\\x','type':'ping'}",
                "{'delta':{'a':}}",
                "{'a':[1,}"
            })
    void dataThatIsNoJsonObjectIsAProtocolError(String data) {
        assertThatThrownBy(() -> decode(data))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining(Excerpt.of(data.replace('\'', '"')));
    }

    @Test
    void aProtocolErrorQuotesAtMostTwoHundredCharacters() {
        assertThatThrownBy(() -> decode("{'a':'" + "x".repeat(10_000)))
                .isInstanceOf(ProtocolError.class)
                .message()
                .contains("xxx...")
                .hasSizeLessThan(260);
    }

    /** The wire is UTF-8, whatever its first bytes look like. */
    @Test
    void anotherCharsetIsAProtocolError() {
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, Charset.forName("UTF-32LE"))) {
            String data = new String("{'type':'ping'}".replace('\'', '"').getBytes(charset), StandardCharsets.UTF_8);
            assertThatThrownBy(() -> decode(data)).isInstanceOf(ProtocolError.class);
        }
    }

    @Test
    void nestingWithoutEndIsAProtocolError() {
        String deep = "[".repeat(100_000);
        assertThatThrownBy(() -> decode("{'type':'ping','a':" + deep)).isInstanceOf(ProtocolError.class);
        assertThatThrownBy(() -> decode("{'type':'ping','a':" + "{'a':".repeat(100_000)))
                .isInstanceOf(ProtocolError.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':7}                                                                        | type",
                "{'type':{}}                                                                       | type",
                "{'type':'content_block_stop'}                                                     | index",
                "{'type':'content_block_stop','index':null}                                        | index",
                "{'type':'content_block_stop','index':'0'}                                         | index",
                "{'type':'content_block_stop','index':-1}                                          | index",
                "{'type':'content_block_stop','index':1.5}                                         | index",
                "{'type':'content_block_stop','index':2147483648}                                  | index",
                "{'type':'content_block_stop','index':11111111111111111111111}                     | index",
                "{'type':'content_block_stop','index':[]}                                          | index",
                "{'type':'content_block_start','index':0}                                          | content_block",
                "{'type':'content_block_start','index':0,'content_block':[]}                       | content_block",
                "{'type':'content_block_start','index':true,'content_block':{}}                    | index",
                "{'type':'content_block_start','index':0,'content_block':{'type':1}}               |"
                        + " content_block.type",
                "{'type':'content_block_start','index':0,'content_block':{'type':'text','text':1}} |"
                        + " content_block.text",
                "{'type':'content_block_start','index':0,'content_block':{'type':'text','citations':{}}} |"
                        + " content_block.citations",
                "{'type':'content_block_start','index':0,'content_block':{'type':'text','citations':[1]}} |"
                        + " content_block.citations",
                "{'type':'content_block_start','index':0,'content_block':{'type':'text','citations':[{},{'url':1}]}} |"
                        + " content_block.citations[1].url",
                "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','id':1}}   |"
                        + " content_block.id",
                "{'type':'content_block_start','index':0,'content_block':{'type':'tool_use','name':1}} |"
                        + " content_block.name",
                "{'type':'content_block_start','index':0,'content_block':{'type':'thinking','signature':{}}} |"
                        + " content_block.signature",
                "{'type':'content_block_start','index':0,'content_block':{'type':'x_tool_result','content':1,'tool_use_id':1}}"
                    + " | content_block.tool_use_id",
                "{'type':'content_block_delta','index':0}                                          | delta",
                "{'type':'content_block_delta','index':0,'delta':'x'}                              | delta",
                "{'type':'content_block_delta','delta':{'type':'text_delta','text':'a'}}           | index",
                "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':1}}   | delta.text",
                "{'type':'content_block_delta','index':0,'delta':{'type':'citations_delta','citation':[]}} |"
                        + " delta.citation",
                "{'type':'content_block_delta','index':0,'delta':{'type':'citations_delta','citation':{'url':1}}} |"
                        + " delta.citation.url",
                "{'type':'message_start'}                                                          | message",
                "{'type':'message_start','message':'x'}                                            | message",
                "{'type':'message_start','message':{'id':1}}                                       | message.id",
                "{'type':'message_start','message':{'content':'x'}}                                | message.content",
                "{'type':'message_start','message':{'content':[[]]}}                               | message.content",
                "{'type':'message_start','message':{'content':[{'type':'text','text':[]}]}}        |"
                        + " message.content[0].text",
                "{'type':'message_start','message':{'usage':[]}}                                   | message.usage",
                "{'type':'message_start','message':{'usage':{'input_tokens':'1'}}}                 |"
                        + " message.usage.input_tokens",
                "{'type':'message_start','message':{'usage':{'output_tokens_details':{'thinking_tokens':{}}}}} |"
                        + " message.usage.output_tokens_details.thinking_tokens",
                "{'type':'message_delta','delta':1}                                                | delta",
                "{'type':'message_delta','delta':{'stop_reason':{}}}                               | delta.stop_reason",
                "{'type':'message_delta','usage':{'output_tokens':1.5}}                            |"
                        + " usage.output_tokens",
            })
    void aKnownFieldOfAnotherTypeIsAProtocolErrorThatNamesIt(String data, String field) {
        assertThatThrownBy(() -> decode("{'type':'ping'}", data))
                .isInstanceOf(ProtocolError.class)
                .hasMessageStartingWith("The server sent '" + field + "' where ")
                .hasMessageContaining(Excerpt.of(data.replace('\'', '"')));
    }

    @Test
    void fieldsThatAnEventDoesNotHaveMayBeOfAnyType() {
        assertThat(decode(
                        "{'type':'zz','index':'x','delta':1,'message':[],'usage':'y'}",
                        "{'type':'content_block_delta','index':0,'delta':{'type':'zz','text':1,'citation':2}}",
                        "{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'a','thinking':1}}",
                        "{'type':'content_block_start','index':0,'content_block':{'type':'zz','text':1,'input':2}}"))
                .hasSize(5);
    }
}
