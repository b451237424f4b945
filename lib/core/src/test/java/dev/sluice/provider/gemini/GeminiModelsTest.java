package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Requests.GEMINI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider.ModelPage;
import java.net.URI;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiModelsTest {
    private static final String MODELS = "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000";

    @Test
    void thePagesAreAskedForOneAfterTheOther() {
        var first = GEMINI.modelsRequest("").orElseThrow();
        assertThat(first.method()).isEqualTo("GET");
        assertThat(first.uri()).isEqualTo(URI.create(MODELS));
        assertThat(first.body()).isEmpty();
        assertThat(first.headers()).containsKey("x-goog-api-key").doesNotContainKey("content-type");
        assertThat(GEMINI.modelsRequest("a/b+c= &x").orElseThrow().uri())
                .isEqualTo(URI.create(MODELS + "&pageToken=a%2Fb%2Bc%3D+%26x"));
    }

    @Test
    void aModelHasTheIdThatARequestTakes() {
        ModelPage page = GEMINI.models("""
            {"models": [{"name": "models/gemini-3.5-flash", "version": "001", "displayName": "Gemini 3.5 Flash",
             "inputTokenLimit": 1048576, "outputTokenLimit": 65536,
             "supportedGenerationMethods": ["generateContent","countTokens"], "temperature": 1.0},
             {"name": "tunedModels/mine"}], "nextPageToken": "more"}
            """);
        assertThat(page)
                .isEqualTo(new ModelPage(
                        java.util.List.of(
                                new ModelInfo(
                                        "gemini-3.5-flash",
                                        "Gemini 3.5 Flash",
                                        OptionalInt.of(1048576),
                                        OptionalInt.of(65536),
                                        Map.of(
                                                "version",
                                                "\"001\"",
                                                "supportedGenerationMethods",
                                                "[\"generateContent\",\"countTokens\"]",
                                                "temperature",
                                                "1.0")),
                                new ModelInfo(
                                        "tunedModels/mine",
                                        "tunedModels/mine",
                                        OptionalInt.empty(),
                                        OptionalInt.empty(),
                                        Map.of())),
                        "more"));
        assertThat(GEMINI.models("{}")).isEqualTo(new ModelPage(java.util.List.of(), ""));
    }

    @Test
    void aCountIsThatOfAllTokens() {
        assertThat(GEMINI.tokenCount("{\"totalTokens\": 31, \"cachedContentTokenCount\": 5}"))
                .isEqualTo(31);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "[]", "{\"totalTokens\":\"7\",\"models\":7}", "{\"models\":[7]}"})
    void whatCannotBeUnderstoodIsAProtocolError(String body) {
        assertThatThrownBy(() -> GEMINI.tokenCount(body)).isInstanceOf(ProtocolError.class);
        assertThatThrownBy(() -> GEMINI.models(body)).isInstanceOf(ProtocolError.class);
    }
}
