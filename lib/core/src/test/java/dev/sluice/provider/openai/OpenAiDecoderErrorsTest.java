package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.decode;
import static dev.sluice.provider.openai.OpenAiWire.delta;
import static dev.sluice.provider.openai.OpenAiWire.finish;
import static dev.sluice.provider.openai.OpenAiWire.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.StreamEvent;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors in the middle of a stream, in the forms that servers have for them. */
class OpenAiDecoderErrorsTest {
    private static final String BEGUN = "data: " + delta("{'content':'a'}").replace('\'', '"') + "\n\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // OpenAI
                "{'error':{'message':'Sorry','type':'server_error','param':null,'code':null}}|server_error|server_error:"
                    + " Sorry|true",
                "{'error':{'message':'Slow','type':'tokens','code':'rate_limit_exceeded'}}|tokens|tokens"
                        + " (rate_limit_exceeded): Slow|true",
                "{'error':{'message':'Pay','type':'insufficient_quota','code':'insufficient_quota'}}|insufficient_quota|insufficient_quota:"
                    + " Pay|false",
                "{'error':{'message':'No','type':'invalid_request_error','code':null}}|invalid_request_error|invalid_request_error:"
                    + " No|false",
                // vLLM of today, and before 2025
                "{'error':{'message':'Down','type':'InternalServerError','param':null,'code':500}}|InternalServerError|InternalServerError"
                    + " (500): Down|true",
                "{'error':{'message':'Bad','type':'BadRequestError','param':null,'code':400}}|BadRequestError|BadRequestError"
                    + " (400): Bad|false",
                "{'object':'error','message':'Bad','type':'BadRequestError','param':null,'code':400}|BadRequestError|BadRequestError"
                    + " (400): Bad|false",
                // OpenRouter
                "{'id':'g','choices':[{'index':0,'delta':{'content':''},'finish_reason':'error'}],'error':{'code':502,'message':'Gone'}}|502|502:"
                    + " Gone|true",
                "{'id':'g','choices':[{'index':0,'delta':{},'error':{'code':'429','message':'Slow'}}]}|429|429:"
                        + " Slow|true",
                // llama.cpp
                "{'error':{'code':503,'message':'Loading"
                        + " model','type':'unavailable_error'}}|unavailable_error|unavailable_error (503): Loading"
                        + " model|true",
                // Ollama, gateways, FastAPI
                "{'error':'model runner has stopped'}|''|: model runner has stopped|false",
                "{'detail':'Not here'}|''|: Not here|false",
                "{'error':{}}|''|{\"error\":{}}|false",
            })
    void anErrorObjectIsAnError(String wire, String type, String words, boolean retryable) {
        var error = catchThrowableOfType(ApiError.class, () -> decode(delta("{'content':'a'}"), wire));
        assertThat(error.status()).isEqualTo(200);
        assertThat(error.type()).isEqualTo(type);
        assertThat(error.getMessage())
                .startsWith("The server reported an error inside the stream")
                .contains(words);
        assertThat(error.retryable()).isEqualTo(retryable);
        assertThat(error.getMessage().contains("try again later")).isEqualTo(retryable);
    }

    @Test
    void whatCameBeforeHasBeenHandedOut() {
        var events = new ArrayList<StreamEvent>();
        var in = new ByteArrayInputStream((BEGUN + "data: {\"error\":\"x\"}\n\n").getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> OpenAiWire.read(in, events)).isInstanceOf(ApiError.class);
        assertThat(events).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'error':null,'choices':[]}", "{'error':'','choices':[]}", "{'choices':[],'detail':'x'}"})
    void aFieldThatSaysThatThereIsNoneIsNone(String wire) {
        assertThat(decode(delta("{'content':'a'}"), wire, finish("stop"))).hasSize(6);
    }

    @Test
    void anEventNamedErrorIsOneWhateverItsData() {
        var known = catchThrowableOfType(
                ApiError.class, () -> stream(BEGUN + "event: error\ndata: {\"message\":\"Gone\",\"code\":500}\n\n"));
        assertThat(known).hasMessageContaining("500: Gone");
        assertThat(known.retryable()).isTrue();
        var foreign = catchThrowableOfType(ApiError.class, () -> stream(BEGUN + "event: error\ndata: gone\n\n"));
        assertThat(foreign).hasMessageContaining(": gone");
    }

    // Mistral
    @Test
    void aModelThatStopsForAnErrorHasFailed() {
        var error = catchThrowableOfType(ApiError.class, () -> decode(delta("{'content':'a'}"), finish("error")));
        assertThat(error.type()).isEqualTo("server_error");
        assertThat(error).hasMessageContaining("the model stopped for an error");
        assertThat(error.retryable()).isTrue();
    }

    /** As a proxy, or Ollama, writes it into a stream that has begun. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"Gone\",\"type\":\"server_error\"}}",
                "{\"error\":{\"message\":\"Gone\",\"type\":\"server_error\"}}\n",
                "{\n  \"error\": {\n    \"message\": \"Gone\",\n    \"type\": \"server_error\"\n  }\n}\n",
                "\n\n{\"error\":{\"message\":\"Gone\",\"type\":\"server_error\"}}\n\n",
            })
    void anErrorWithoutFramingIsOne(String tail) {
        var error = catchThrowableOfType(ApiError.class, () -> stream(BEGUN + tail));
        assertThat(error.type()).isEqualTo("server_error");
        assertThat(error).hasMessageContaining("Gone");
    }

    /** llama.cpp of 2025: a field that the standard does not know, and the end marker after it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "data: [DONE]\n\n"})
    void aLineNamedErrorIsOne(String end) {
        String line = "error: {\"code\":400,\"message\":\"too long\",\"type\":\"exceed_context_size_error\"}\n\n";
        for (String begun : new String[] {"", BEGUN}) {
            var error = catchThrowableOfType(ApiError.class, () -> stream(begun + line + end));
            assertThat(error.type()).isEqualTo("exceed_context_size_error");
            assertThat(error).hasMessageContaining("too long");
            assertThat(error.retryable()).isFalse();
        }
        assertThat(catchThrowableOfType(ApiError.class, () -> stream("error: gone\n\n" + end)))
                .hasMessageContaining("gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "{\"status\":\"ok\"}", "{\"error", "[1]", "retrying"})
    void otherLinesWithoutFramingAreNone(String tail) {
        assertThat(stream(BEGUN + tail)).hasSize(3);
    }

    @Test
    void behindTheEndMarkerNothingIsAnError() {
        assertThat(stream(BEGUN + "data: [DONE]\n\nevent: error\ndata: x\n\n{\"error\":\"x\"}"))
                .hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "{",
                "[1]",
                "7",
                "\"[DONE]\"",
                "{} {}",
                "{'choices':7}",
                "{'choices':[7]}",
                "{'choices':[{'index':'x'}]}",
                "{'choices':[{'delta':7}]}",
                "{'choices':[{'delta':{'content':7}}]}",
                "{'choices':[{'delta':{'tool_calls':{}}}]}",
                "{'choices':[{'delta':{'tool_calls':[{'function':7}]}}]}",
                "{'choices':[{'delta':{'tool_calls':[{'index':'0'}]}}]}",
                "{'choices':[],'usage':{'prompt_tokens':'7'}}",
            })
    void whatCannotBeUnderstoodIsAProtocolErrorThatQuotesIt(String wire) {
        String quoted = wire.replace('\'', '"');
        assertThatThrownBy(() -> decode(wire))
                .isInstanceOf(ProtocolError.class)
                .hasMessageStartingWith("The server sent ")
                .hasMessageEndingWith(": " + quoted);
    }

    @Test
    void aFieldOfTheWrongTypeIsNamedWithItsPlace() {
        assertThatThrownBy(() -> decode(delta("{'content':7}")))
                .hasMessageContaining("'choices[0].delta.content' where a list was expected");
    }
}
