package dev.sluice.client;

import static dev.sluice.client.Wires.CALLS;
import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.THOUGHTFUL;
import static dev.sluice.client.Wires.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever is asked, the same failure has the same type, keeps what came, and is tried again or not. */
@ForEveryProvider
@Timeout(60)
record EveryProvidersFailuresTest(Wire wire) {

    private static final Consumer<LlmClient.Builder> RETRYING = settings ->
            settings.resilience(Resilience.builder().retry(FastRetries.quick()).build());

    private static <E extends StreamException> E failure(Class<E> type, MessageStream stream) {
        E failure = catchThrowableOfType(type, stream::done);
        assertThat(failure).isInstanceOf(type);
        return failure;
    }

    @Test
    void anAnswerThatEndsBeforeItsEndIsTruncatedWhereverThatIs() {
        List<String> events = wire.begun(CALLS);
        Script[] cut = Stream.iterate(0, many -> many <= events.size(), many -> many + 1)
                .map(many -> Script.stream(events.subList(0, many).toArray(String[]::new)))
                .toArray(Script[]::new);
        try (var fixture = ClientFixture.in(wire, cut)) {
            for (int many = 0; many <= events.size(); many++) {
                try (var stream = fixture.client.stream(REQUEST)) {
                    Truncated failure = failure(Truncated.class, stream);
                    assertThat(failure.retryable()).isTrue();
                    assertThat(CALLS.text()).startsWith(failure.partial().text());
                }
            }
        }
    }

    @Test
    void aConnectionThatBreaksHasNotEndedTheAnswer() {
        String[] begun = wire.begun(PROSE).toArray(String[]::new);
        try (var fixture = ClientFixture.in(
                wire,
                Script.stream().sse(begun).cut(),
                Script.stream().sse(begun).reset())) {
            for (int i = 0; i < 2; i++) {
                try (var stream = fixture.client.stream(REQUEST)) {
                    var collected = ClientFixture.collect(stream);
                    assertThat(collected.failure()).isInstanceOfSatisfying(ConnectionFailed.class, broken -> {
                        assertThat(broken.retryable()).isTrue();
                        assertThat(PROSE.text()).startsWith(broken.partial().text());
                    });
                    assertThat(collected.events()).doesNotContain(new MessageStop());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 429, 500, 503})
    void aRefusalSaysWhatTheVendorSaidAndNeverTheKey(int status) {
        String body = wire.refusal(status, "Not you, " + Wire.KEY);
        try (var fixture = ClientFixture.in(wire, Script.json(status, body, "retry-after", "7"));
                var stream = fixture.client.stream(REQUEST)) {
            ApiError streamed = failure(ApiError.class, stream);
            ApiError sent = catchThrowableOfType(ApiError.class, () -> fixture.client.send(REQUEST));
            for (ApiError error : List.of(streamed, sent)) {
                assertThat(error.status()).isEqualTo(status);
                assertThat(error.type()).isNotEmpty();
                assertThat(error.getMessage()).contains("Not you", String.valueOf(status));
                assertThat(error + error.rawBody()).doesNotContain(Wire.KEY);
                assertThat(error.retryAfter()).contains(Duration.ofSeconds(7));
                assertThat(error.retryable()).isEqualTo(status == 429 || status >= 500);
                assertThat(error.partial().content()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>Bad gateway</html>", "[]", "null", "\"no\"", "{", "{\"error\":null}"})
    void aRefusalOfSomebodyElsesIsOne(String body) {
        try (var fixture = ClientFixture.in(wire, Script.whole(502, "text/html", body));
                var stream = fixture.client.stream(REQUEST)) {
            ApiError error = failure(ApiError.class, stream);
            assertThat(error.status()).isEqualTo(502);
            assertThat(error.retryable()).isTrue();
            assertThat(error.rawBody()).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorInsideTheStreamKeepsWhatCame(boolean passing) {
        var events = new ArrayList<>(wire.begun(THOUGHTFUL));
        events.add(wire.error(passing, "Out of water"));
        try (var fixture = ClientFixture.in(wire, RETRYING, Script.stream(events.toArray(String[]::new)));
                var stream = fixture.client.stream(REQUEST)) {
            ApiError error = failure(ApiError.class, stream);
            assertThat(error.status()).isEqualTo(200);
            assertThat(error.type()).isNotEmpty();
            assertThat(error.getMessage()).contains("Out of water");
            assertThat(error.retryable()).isEqualTo(passing);
            assertThat(ReceivedFields.bare(error.partial().content())).isEqualTo(THOUGHTFUL.content());
            assertThat(fixture.peer.requests())
                    .as("what was handed out is not asked for again")
                    .hasSize(1);
        }
    }

    @Test
    void anErrorAsTheFirstEventIsTriedAgainIfItMayPass() {
        try (var fixture = ClientFixture.in(
                        wire,
                        RETRYING,
                        Script.stream(wire.error(true, "Busy")),
                        Script.json(503, wire.refusal(503, "Busy"), "retry-after", "0"),
                        Script.stream(wire.stream(PROSE)));
                var stream = fixture.client.stream(REQUEST)) {
            assertSame(stream.finalMessage(), PROSE, wire);
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    @Test
    void andNotIfItWillNot() {
        try (var fixture = ClientFixture.in(wire, RETRYING, Script.stream(wire.error(false, "Never")));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(failure(ApiError.class, stream).retryable()).isFalse();
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void whatIsSentIsTriedAgainToo() {
        try (var fixture = ClientFixture.in(
                wire,
                RETRYING,
                Script.json(429, wire.refusal(429, "Slowly"), "retry-after", "0"),
                Script.json(500, wire.refusal(500, "Oh")),
                wire.sent(PROSE))) {
            assertSame(fixture.client.send(REQUEST), PROSE, wire);
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    @Test
    void dataThatIsNoneOfTheVendorsIsAProtocolError() {
        for (String data : List.of("data: {\"never\n\n", "data: [1]\n\n", "data: 17\n\n")) {
            var events = new ArrayList<>(wire.begun(PROSE));
            events.add(data);
            try (var fixture = ClientFixture.in(wire, Script.stream(events.toArray(String[]::new)));
                    var stream = fixture.client.stream(REQUEST)) {
                ProtocolError error = failure(ProtocolError.class, stream);
                assertThat(error.retryable()).isFalse();
                assertThat(error.partial().text()).as(data).isEqualTo(PROSE.text());
            }
        }
    }

    @Test
    void aWebPageIsNoAnswer() {
        try (var fixture = ClientFixture.in(wire, Script.whole(200, "text/html", "<html>Log in</html>"));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(failure(ProtocolError.class, stream)).hasMessageContaining("Log in");
            assertThat(catchThrowableOfType(ProtocolError.class, () -> fixture.client.send(REQUEST)))
                    .hasMessageContaining("Log in");
        }
    }

    @Test
    void aBodyThatIsCutIsTruncated() {
        assumeThat(wire.whole(CALLS)).isPresent();
        assertCutAnywhere(wire.whole(CALLS).orElseThrow(), client -> client.send(REQUEST));
    }

    @Test
    void soIsACountOfTokens() {
        assumeThat(wire.tokens(42)).isPresent();
        assertCutAnywhere(wire.tokens(42).orElseThrow(), client -> client.countTokens(REQUEST));
    }

    @Test
    void soIsAListOfModels() {
        assumeThat(wire.models("a", "b")).isNotEmpty();
        assertCutAnywhere(wire.models("a", "b").getLast(), LlmClient::models);
    }

    private void assertCutAnywhere(String body, Function<LlmClient, Object> ask) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Script[] cut = new Script[bytes.length];
        Arrays.setAll(
                cut,
                end -> Script.empty()
                        .head(200, "content-type", "application/json", "content-length", String.valueOf(end))
                        .raw(Arrays.copyOf(bytes, end)));
        try (var fixture = ClientFixture.in(wire, cut)) {
            for (int end = 0; end < bytes.length; end++) {
                Truncated failure = catchThrowableOfType(Truncated.class, () -> ask.apply(fixture.client));
                assertThat(failure).as("cut after %d bytes", end).isInstanceOf(Truncated.class);
            }
        }
    }

    /** Each of them is a 200 with an error in the place of what was asked for. */
    @Test
    void anErrorInPlaceOfABodyIsOne() {
        assumeThat(wire.whole(PROSE)).isPresent();
        assertRefused(client -> client.send(REQUEST));
    }

    @Test
    void soIsOneInPlaceOfACount() {
        assumeThat(wire.tokens(42)).isPresent();
        assertRefused(client -> client.countTokens(REQUEST));
    }

    @Test
    void soIsOneInPlaceOfAListOfModels() {
        assumeThat(wire.models("a", "b")).isNotEmpty();
        assertRefused(LlmClient::models);
    }

    private void assertRefused(Function<LlmClient, Object> ask) {
        try (var fixture = ClientFixture.in(
                wire, Script.json(200, wire.refusal(500, "Oh")), Script.json(200, wire.refusal(400, "Oh")))) {
            for (boolean passing : new boolean[] {true, false}) {
                ApiError error = catchThrowableOfType(ApiError.class, () -> ask.apply(fixture.client));
                assertThat(error).hasMessageContaining("Oh");
                assertThat(error.retryable()).isEqualTo(passing);
            }
        }
    }
}
