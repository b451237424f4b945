package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider.ModelPage;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiModelsTest {

    @Test
    void aModelOfOpenAisIsItsId() {
        ModelPage page =
                read("{'object':'list','data':[{'id':'gpt-5.4','object':'model','created':7,'owned_by':'openai'}]}");
        assertThat(page.models())
                .containsExactly(new ModelInfo(
                        "gpt-5.4",
                        "gpt-5.4",
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Map.of("created", "7", "owned_by", "\"openai\"")));
        assertThat(page.next()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "max_model_len", // vLLM
        "context_window", // Groq
        "context_length", // OpenRouter, Together
        "max_context_length", // Mistral
    })
    void limitsAreReadWhereAServerGivesThem(String field) {
        assertThat(read("{'data':[{'id':'m','name':'M','" + field + "':8192,'max_completion_tokens':1024}]}")
                        .models())
                .containsExactly(new ModelInfo("m", "M", OptionalInt.of(8192), OptionalInt.of(1024), Map.of()));
        assertThat(read("{'data':[{'id':'m','" + field + "':0}]}")
                        .models()
                        .getFirst()
                        .inputLimit())
                .isEmpty();
        assertThat(read("{'data':[{'id':'m','" + field + "':99999999999}]}")
                        .models()
                        .getFirst()
                        .inputLimit())
                .hasValue(Integer.MAX_VALUE);
    }

    // Together
    @Test
    void theListMayStandByItself() {
        assertThat(read(" [{'id':'a'},{'id':'b'}] ").models())
                .extracting(ModelInfo::id)
                .containsExactly("a", "b");
    }

    @Test
    void anEmptyListIsEmpty() {
        assertThat(read("{'object':'list','data':[]}").models()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "7", "[}", "{}", "{'data':7}", "{'data':[7]}", "{'data':null}"})
    void whatIsNoListIsAProtocolError(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(ProtocolError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[{'id':'a'}", "[{'id':'a','of':['b']", "[{'id':'a'},"})
    void aListByItselfThatIsCutIsTruncated(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(Truncated.class);
    }

    private static ModelPage read(String body) {
        return OpenAiWire.OPENAI.models(body.replace('\'', '"'));
    }
}
