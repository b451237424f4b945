package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.MessageRequest;
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

class ClaudeTest {
    private static final String SECRET = "sk-ant-secret-0123456789";

    @Test
    void aRequestGoesToTheMessagesApiWithTheHeadersItWants() {
        var request = keyed().build().streamRequest(minimal().build());
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).isEqualTo(URI.create("https://api.anthropic.com/v1/messages"));
        assertThat(request.headers())
                .containsOnlyKeys(
                        "x-api-key", "anthropic-version", "content-type", "accept", "accept-encoding", "user-agent")
                .containsEntry("x-api-key", SECRET)
                .containsEntry("anthropic-version", "2023-06-01")
                .containsEntry("content-type", "application/json")
                .containsEntry("accept", "application/json");
        assertThat(request.headers().get("user-agent")).startsWith("sluice/");
    }

    @Test
    void aTokenIsSentAsBearerAndNoKeyWithIt() {
        var request = Claude.builder()
                .authToken(SECRET)
                .build()
                .streamRequest(minimal().build());
        assertThat(request.headers())
                .containsEntry("authorization", "Bearer " + SECRET)
                .doesNotContainKey("x-api-key");
    }

    @Test
    void theVersionCanBeSet() {
        assertThat(headers(keyed().version("2030-01-01"), minimal())).containsEntry("anthropic-version", "2030-01-01");
    }

    @Test
    void betasOfProviderAndRequestAreJoinedOnce() {
        assertThat(headers(keyed().beta("a", "b"), minimal())).containsEntry("anthropic-beta", "a,b");
        assertThat(headers(keyed().beta("a", "b"), minimal().header("Anthropic-Beta", "c, b ,,a,d")))
                .containsEntry("Anthropic-Beta", "a,b,c,d")
                .doesNotContainKey("anthropic-beta");
        assertThat(headers(keyed(), minimal().header("anthropic-beta", "x"))).containsEntry("anthropic-beta", "x");
        assertThat(headers(keyed(), minimal())).doesNotContainKey("anthropic-beta");
    }

    @Test
    void headersOfTheRequestWinWhateverTheirCase() {
        assertThat(headers(
                        keyed(),
                        minimal()
                                .header("Anthropic-Version", "v")
                                .header("ACCEPT", "text/event-stream")
                                .header("User-Agent", "me")
                                .header("x-new", "1")))
                .containsEntry("Anthropic-Version", "v")
                .containsEntry("ACCEPT", "text/event-stream")
                .containsEntry("User-Agent", "me")
                .containsEntry("x-new", "1")
                .doesNotContainKeys("anthropic-version", "accept", "user-agent");
    }

    @Test
    void aCredentialOfTheRequestTakesThePlaceOfOurs() {
        assertThat(headers(keyed(), minimal().header("Authorization", "Bearer x")))
                .containsEntry("Authorization", "Bearer x")
                .doesNotContainKey("x-api-key");
        assertThat(headers(Claude.builder().authToken(SECRET), minimal().header("X-Api-Key", "x")))
                .containsEntry("X-Api-Key", "x")
                .doesNotContainKey("authorization");
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080, http://localhost:8080/v1/messages",
        "http://localhost:8080/, http://localhost:8080/v1/messages",
        "https://gw.example/anthropic, https://gw.example/anthropic/v1/messages",
        "https://gw.example/a%20b//, https://gw.example/a%20b/v1/messages",
        "' HTTPS://gw.example ', HTTPS://gw.example/v1/messages",
        "http://[::1]:9, http://[::1]:9/v1/messages",
    })
    void theBaseUrlKeepsItsPath(String base, String expected) {
        var request = minimal().build();
        assertThat(keyed().baseUrl(base).build().streamRequest(request).uri()).isEqualTo(URI.create(expected));
        assertThat(keyed().baseUrl(URI.create(base.strip()))
                        .build()
                        .streamRequest(request)
                        .uri())
                .isEqualTo(URI.create(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:8080",
                "/v1",
                "ftp://x",
                "http:///x",
                "http://x y",
                "mailto:a@b",
                "https://x?q=" + SECRET,
                "https://x#" + SECRET,
                "https://" + SECRET + "@x",
                "https://u:" + SECRET + "@x/ y"
            })
    void aBaseUrlThatCannotBeRightIsRejectedAndNotRepeated(String url) {
        assertThatThrownBy(() -> keyed().baseUrl(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("baseUrl: ")
                .hasNoCause()
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void exactlyOneCredentialIsNeeded() {
        assertThatThrownBy(() -> Claude.builder().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("apiKey")
                .hasMessageContaining("authToken");
        assertThatThrownBy(() -> keyed().authToken(SECRET).build())
                .isInstanceOf(IllegalStateException.class)
                .message()
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", SECRET + "\n", SECRET + " " + SECRET, SECRET + "\u00e9"})
    void aKeyThatCannotBeRightIsRejectedAndNotRepeated(String key) {
        assertThatThrownBy(() -> Claude.builder().apiKey(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("apiKey: ")
                .message()
                .doesNotContain(SECRET);
        assertThatThrownBy(() -> Claude.builder().authToken(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("authToken: ")
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void versionAndBetasAreWords() {
        assertThatThrownBy(() -> keyed().version("a\r\nb")).hasMessageStartingWith("version: 'a b'");
        assertThatThrownBy(() -> keyed().version("")).hasMessageStartingWith("version: ");
        assertThatThrownBy(() -> keyed().beta("ok", "a,b")).hasMessageStartingWith("beta: 'a,b'");
    }

    @Test
    void theEnvironmentGivesKeyElseTokenAndAddress() {
        var request = minimal().build();
        assertThat(environment("ANTHROPIC_API_KEY", SECRET + "\n", "ANTHROPIC_AUTH_TOKEN", "token")
                        .streamRequest(request)
                        .headers())
                .containsEntry("x-api-key", SECRET)
                .doesNotContainKey("authorization");
        var gateway = environment(
                "ANTHROPIC_API_KEY", " ", "ANTHROPIC_AUTH_TOKEN", "token", "ANTHROPIC_BASE_URL", "http://gw/x/");
        assertThat(gateway.streamRequest(request).headers()).containsEntry("authorization", "Bearer token");
        assertThat(gateway.streamRequest(request).uri()).isEqualTo(URI.create("http://gw/x/v1/messages"));
    }

    @Test
    void anEnvironmentThatCannotBeRightIsNamed() {
        assertThatThrownBy(() -> environment())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ANTHROPIC_API_KEY")
                .hasMessageContaining("apiKey(");
        assertThatThrownBy(() -> environment("ANTHROPIC_API_KEY", "k", "ANTHROPIC_BASE_URL", "gw.example"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ANTHROPIC_BASE_URL");
        assertThatThrownBy(() -> environment("ANTHROPIC_API_KEY", SECRET + " " + SECRET))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ANTHROPIC_API_KEY")
                .message()
                .doesNotContain(SECRET);
        assertThatThrownBy(() -> environment("ANTHROPIC_AUTH_TOKEN", "a b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ANTHROPIC_AUTH_TOKEN");
    }

    private static Claude environment(String... variables) {
        return Claude.fromEnvironment(name -> {
            int i = Arrays.asList(variables).indexOf(name);
            return i < 0 ? null : variables[i + 1];
        });
    }

    @Test
    void theKeyIsNowhereToBeSeen() {
        for (Claude claude :
                List.of(keyed().build(), Claude.builder().authToken(SECRET).build())) {
            var request = claude.streamRequest(minimal().build());
            assertThat(claude.toString()).isEqualTo("Claude[https://api.anthropic.com]");
            assertThat(request.toString() + request.uri()).doesNotContain(SECRET);
            var error = claude.error(
                    new TransportResponse(502, Map.of(), InputStream.nullInputStream()),
                    "<pre>you sent x-api-key: " + SECRET + "</pre>");
            assertThat(error.getMessage() + error.rawBody() + error)
                    .doesNotContain(SECRET)
                    .contains("***");
        }
    }

    @Test
    void itIsNamedAndKnowsTheIdOfARequest() {
        var claude = keyed().build();
        assertThat(claude.name()).isEqualTo("claude");
        var response =
                new TransportResponse(200, Map.of("Request-Id", List.of("req_1")), InputStream.nullInputStream());
        assertThat(claude.requestId(response)).contains("req_1");
        assertThat(claude.requestId(new TransportResponse(200, Map.of(), InputStream.nullInputStream())))
                .isEmpty();
    }

    private static Claude.Builder keyed() {
        return Claude.builder().apiKey(SECRET);
    }

    private static Map<String, String> headers(Claude.Builder claude, MessageRequest.Builder request) {
        return claude.build().streamRequest(request.build()).headers();
    }

    @Test
    void aKeyOfOneLetterMasksNoLetters() {
        var error = Claude.builder()
                .apiKey("a")
                .build()
                .error(new TransportResponse(400, Map.of(), InputStream.nullInputStream()), "a bad apple");
        assertThat(error.rawBody()).isEqualTo("a bad apple");
    }
}
