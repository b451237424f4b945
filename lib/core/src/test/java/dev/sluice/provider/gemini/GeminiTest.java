package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.MessageRequest;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiTest {
    private static final String SECRET = "AIza-secret-0123456789";
    private static final String API = "https://generativelanguage.googleapis.com/v1beta/";

    @Test
    void aRequestGoesToItsModelWithTheHeadersItWants() {
        var request = keyed().build()
                .streamRequest(minimal().model("gemini-3.5-flash").build());
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).isEqualTo(URI.create(API + "models/gemini-3.5-flash:streamGenerateContent?alt=sse"));
        assertThat(request.headers())
                .containsOnlyKeys("x-goog-api-key", "content-type", "accept", "accept-encoding", "user-agent")
                .containsEntry("x-goog-api-key", SECRET)
                .containsEntry("content-type", "application/json")
                .containsEntry("accept-encoding", "identity");
        assertThat(request.headers().get("user-agent")).startsWith("sluice/");
    }

    @Test
    void aWholeAnswerAndACountHaveAddressesOfTheirOwn() {
        var gemini = keyed().build();
        var request = minimal().model("m").build();
        assertThat(gemini.wholeRequest(request).orElseThrow().uri())
                .isEqualTo(URI.create(API + "models/m:generateContent"));
        assertThat(gemini.wholeRequest(request).orElseThrow().body())
                .isEqualTo(gemini.streamRequest(request).body());
        assertThat(gemini.countRequest(request).orElseThrow().uri())
                .isEqualTo(URI.create(API + "models/m:countTokens"));
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-pro, models/gemini-2.5-pro",
        "models/gemini-2.5-pro, models/gemini-2.5-pro",
        "tunedModels/my-model_1, tunedModels/my-model_1",
        "publishers/google/models/x@001, models/publishers/google/models/x@001",
    })
    void aModelIsAPartOfTheAddress(String model, String path) {
        assertThat(stream(keyed(), minimal().model(model)).uri())
                .isEqualTo(URI.create(API + path + ":streamGenerateContent?alt=sse"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../v1/files",
                "a..b",
                "a?key=x",
                "a&b",
                "a#b",
                "a b",
                "a\n",
                "a%2e",
                "a:generateContent",
                "/a",
                "a/",
                "a//b",
                "a\\b",
                "é",
                "@x"
            })
    void aModelThatWouldBeAnotherAddressIsRejected(String model) {
        var gemini = keyed().build();
        var request = minimal().model(model).build();
        assertThatThrownBy(() -> gemini.streamRequest(request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("model: '");
        assertThatThrownBy(() -> gemini.wholeRequest(request)).hasMessageStartingWith("model: ");
        assertThatThrownBy(() -> gemini.countRequest(request)).hasMessageStartingWith("model: ");
    }

    @Test
    void headersOfTheRequestWinWhateverTheirCase() {
        assertThat(stream(
                                keyed(),
                                minimal()
                                        .header("ACCEPT", "x")
                                        .header("User-Agent", "me")
                                        .header("x-new", "1"))
                        .headers())
                .containsEntry("ACCEPT", "x")
                .containsEntry("User-Agent", "me")
                .containsEntry("x-new", "1")
                .doesNotContainKeys("accept", "user-agent");
    }

    @Test
    void aCredentialOfTheRequestTakesThePlaceOfOurs() {
        assertThat(stream(keyed(), minimal().header("Authorization", "Bearer x"))
                        .headers())
                .containsEntry("Authorization", "Bearer x")
                .doesNotContainKey("x-goog-api-key");
        assertThat(stream(keyed(), minimal().header("X-Goog-Api-Key", "x")).headers())
                .containsEntry("X-Goog-Api-Key", "x")
                .doesNotContainKey("x-goog-api-key");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, http://localhost:8080/v1beta/",
        "https://gw.example/gemini/, https://gw.example/gemini/v1beta/",
        "https://gw.example/a%20b//, https://gw.example/a%20b/v1beta/",
        "http://[::1]:9, http://[::1]:9/v1beta/",
    })
    void theBaseUrlKeepsItsPath(String base, String expected) {
        String path = "models/m:streamGenerateContent?alt=sse";
        assertThat(stream(keyed().baseUrl(base), minimal()).uri()).isEqualTo(URI.create(expected + path));
        assertThat(stream(keyed().baseUrl(URI.create(base)), minimal()).uri()).isEqualTo(URI.create(expected + path));
    }

    @Test
    void theVersionCanBeSet() {
        assertThat(stream(keyed().version("v1alpha"), minimal()).uri().getPath())
                .isEqualTo("/v1alpha/models/m:streamGenerateContent");
        for (String version : List.of("", "v1/../x", "v1 ", "a/b", "..")) {
            assertThatThrownBy(() -> keyed().version(version))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("version: ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", SECRET + "\n", SECRET + " " + SECRET, SECRET + "\u00e9"})
    void aKeyThatCannotBeRightIsRejectedAndNotRepeated(String key) {
        assertThatThrownBy(() -> Gemini.builder().apiKey(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("apiKey: ")
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void aKeyIsNeeded() {
        assertThatThrownBy(() -> Gemini.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("apiKey");
    }

    @Test
    void safetySettingsAreWords() {
        assertThatThrownBy(() -> keyed().safety("a b", "OFF")).hasMessageStartingWith("category: 'a b'");
        assertThatThrownBy(() -> keyed().safety("A", "")).hasMessageStartingWith("threshold: ");
    }

    @Test
    void theEnvironmentGivesTheKeyByEitherNameAndTheAddress() {
        assertThat(key(environment("GEMINI_API_KEY", SECRET + "\n", "GOOGLE_API_KEY", "other")))
                .isEqualTo(SECRET);
        assertThat(key(environment("GEMINI_API_KEY", " ", "GOOGLE_API_KEY", SECRET)))
                .isEqualTo(SECRET);
        var gateway = environment("GOOGLE_API_KEY", SECRET, "GOOGLE_GEMINI_BASE_URL", "http://gw/x/");
        assertThat(gateway.streamRequest(minimal().build()).uri().toString()).startsWith("http://gw/x/v1beta/models/");
    }

    @Test
    void anEnvironmentThatCannotBeRightIsNamed() {
        assertThatThrownBy(() -> environment())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GEMINI_API_KEY")
                .hasMessageContaining("apiKey(");
        assertThatThrownBy(() -> environment("GEMINI_API_KEY", "k", "GOOGLE_GEMINI_BASE_URL", "gw.example"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GOOGLE_GEMINI_BASE_URL");
        assertThatThrownBy(() -> environment("GOOGLE_API_KEY", SECRET + " " + SECRET))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("GOOGLE_API_KEY")
                .message()
                .doesNotContain(SECRET);
    }

    private static Gemini environment(String... variables) {
        return Gemini.fromEnvironment(name -> {
            int i = Arrays.asList(variables).indexOf(name);
            return i < 0 ? null : variables[i + 1];
        });
    }

    private static String key(Gemini gemini) {
        return gemini.streamRequest(minimal().build()).headers().get("x-goog-api-key");
    }

    @Test
    void theKeyIsInNoAddressAndNowhereToBeSeen() {
        var gemini = keyed().build();
        var request = minimal().build();
        assertThat(gemini.toString()).isEqualTo("Gemini[https://generativelanguage.googleapis.com]");
        for (TransportRequest each : List.of(
                gemini.streamRequest(request),
                gemini.wholeRequest(request).orElseThrow(),
                gemini.countRequest(request).orElseThrow(),
                gemini.modelsRequest("").orElseThrow())) {
            assertThat(each + " " + each.uri()).doesNotContain(SECRET).doesNotContain("key=");
            assertThat(each.headers()).containsEntry("x-goog-api-key", SECRET);
        }
        var error = gemini.error(
                new TransportResponse(502, Map.of(), InputStream.nullInputStream()),
                "<pre>you sent x-goog-api-key: " + SECRET + "</pre>");
        assertThat(error.getMessage() + error.rawBody() + error)
                .doesNotContain(SECRET)
                .contains("***");
    }

    @Test
    void itIsNamed() {
        var gemini = keyed().build();
        assertThat(gemini.name()).isEqualTo("gemini");
        var response = new TransportResponse(200, Map.of("x-id", List.of("1")), InputStream.nullInputStream());
        assertThat(gemini.requestId(response)).isEmpty();
        assertThat(gemini.rateLimits(response)).isEmpty();
        assertThat(gemini.takesPrefill(minimal().assistant("a").build())).isFalse();
    }

    private static Gemini.Builder keyed() {
        return Gemini.builder().apiKey(SECRET);
    }

    private static TransportRequest stream(Gemini.Builder gemini, MessageRequest.Builder request) {
        return gemini.build().streamRequest(request.build());
    }

    @Test
    void aKeyOfOneLetterMasksNoLetters() {
        var error = Gemini.builder()
                .apiKey("a")
                .build()
                .error(new TransportResponse(400, Map.of(), InputStream.nullInputStream()), "a bad apple");
        assertThat(error.rawBody()).isEqualTo("a bad apple");
    }
}
