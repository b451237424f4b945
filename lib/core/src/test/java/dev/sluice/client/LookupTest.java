package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.Limits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.CircuitOpen;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ModelInfo;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What is asked that is no message: how many tokens a prompt has, and which models there are. */
@Timeout(30)
class LookupTest {

    @Test
    void tokensAreCountedWithoutAnAnswer() {
        try (var fixture = ClientFixture.with(Script.json(200, "{\"input_tokens\": 412}"))) {
            assertThat(fixture.client.countTokens(ClientFixture.REQUEST)).isEqualTo(412);
            ReceivedRequest request = fixture.peer.requests().getFirst();
            assertThat(request.method() + " " + request.path()).isEqualTo("POST /v1/messages/count_tokens");
            assertThat(Json.readObject(request.bodyText())).containsOnlyKeys("model", "messages");
            assertThat(request.header("x-api-key")).isEqualTo("test-key");
        }
    }

    @Test
    void modelsOfAllPagesComeInTheirOrder() {
        try (var fixture = ClientFixture.with(page("a", "b", "b"), page("c", "d", "d"), page("e", "f", ""))) {
            assertThat(fixture.client.models()).extracting(ModelInfo::id).containsExactly("a", "b", "c", "d", "e", "f");
            assertThat(fixture.peer.requests())
                    .extracting(request -> request.method() + " " + request.path())
                    .containsExactly(
                            "GET /v1/models?limit=1000",
                            "GET /v1/models?limit=1000&after_id=b",
                            "GET /v1/models?limit=1000&after_id=d");
            assertThat(fixture.peer.connections()).isEqualTo(1);
        }
    }

    @Test
    void pagesThatComeRoundAgainEnd() {
        try (var fixture = ClientFixture.with(page("a", "b", "b"), page("c", "d", "d"), page("a", "b", "b"))) {
            assertThatThrownBy(fixture.client::models)
                    .isInstanceOf(ProtocolError.class)
                    .hasMessageContaining("a page again");
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    @Test
    void pagesWithoutEndEnd() {
        Script[] endless = IntStream.range(0, 1000)
                .mapToObj(n -> page("a" + n, "b" + n, "b" + n))
                .toArray(Script[]::new);
        try (var fixture = ClientFixture.with(endless)) {
            assertThatThrownBy(fixture.client::models)
                    .isInstanceOf(ProtocolError.class)
                    .hasMessageContaining("100 pages");
            assertThat(fixture.peer.requests()).hasSize(100);
        }
    }

    @Test
    void aPageThatFailsIsTheEndOfAll() {
        try (var fixture =
                ClientFixture.with(page("a", "b", "b"), Script.json(403, errorJson("permission_error", "no")))) {
            assertThatThrownBy(fixture.client::models)
                    .isInstanceOfSatisfying(
                            ApiError.class, e -> assertThat(e.type()).isEqualTo("permission_error"));
        }
    }

    /** A page of two models, and the id after which there are more; empty for the last. */
    private static Script page(String first, String second, String last) {
        return Script.json(
                200,
                "{\"data\":[{\"id\":\"%s\"},{\"id\":\"%s\"}],\"has_more\":%s,\"last_id\":\"%s\"}"
                        .formatted(first, second, !last.isEmpty(), last));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SEND")
    void nobodyIsToldOfThemAsOfAStream(NonStreamingCall call) {
        List<StreamReport> reports = new CopyOnWriteArrayList<>();
        try (var fixture = ClientFixture.with(
                settings -> settings.onEnd(reports::add),
                Script.json(200, call.body),
                Script.json(400, errorJson("invalid_request_error", "no")))) {
            assertThat(call.send(fixture.client)).isEqualTo(call.expected());
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOf(ApiError.class);
            await().until(() -> fixture.client.running() == 0);
        }
        assertThat(reports).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void theGatesHoldForEveryRequest(NonStreamingCall call) {
        var breaker = CircuitBreaker.ofDefaults("claude");
        var gates = Resilience.builder().noRetry().circuitBreaker(breaker);
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(gates.build()), Script.json(200, call.body), Script.json(500, "{}"))) {
            call.send(fixture.client);
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOf(ApiError.class);
            await().until(() -> fixture.client.running() == 0);
            assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
            assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
            breaker.transitionToOpenState();
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOf(CircuitOpen.class);
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theBulkheadsPermitComesBack(NonStreamingCall call) {
        var bulkhead = Bulkhead.of(
                "one",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(1)
                        .maxWaitDuration(Duration.ofSeconds(5))
                        .build());
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                        Resilience.builder().noRetry().bulkhead(bulkhead).build()),
                Script.json(500, "{}"),
                Script.json(200, call.body))) {
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOf(ApiError.class);
            assertThat(call.send(fixture.client)).isEqualTo(call.expected());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerLargerThanTheLimitsIsNone(NonStreamingCall call) {
        Script large = Script.json(200, call.body + " ".repeat(5000));
        try (var fixture = ClientFixture.with(settings -> settings.limits(new Limits(9, 4999, 0)), large)) {
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOf(LimitExceeded.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorInPlaceOfTheAnswerIsThatError(NonStreamingCall call) {
        Script overloaded = Script.json(200, errorJson("overloaded_error", "Overloaded"));
        try (var peer = ScriptedPeer.serving(overloaded, Script.json(200, call.body));
                var client = ClientFixture.client(
                        peer.uri(""),
                        settings -> settings.resilience(
                                Resilience.builder().retry(FastRetries.quick()).build()))) {
            assertThat(call.send(client)).isEqualTo(call.expected());
        }
        try (var fixture = ClientFixture.with(overloaded)) {
            assertThatThrownBy(() -> call.send(fixture.client)).isInstanceOfSatisfying(ApiError.class, e -> {
                assertThat(e.type()).isEqualTo("overloaded_error");
                assertThat(e.requestId()).contains("req_scripted");
                assertThat(e).hasMessageContaining("in place of the answer");
            });
        }
    }
}
