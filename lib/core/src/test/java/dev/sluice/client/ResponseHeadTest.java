package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the head of a response says is at hand, before and after the answer. */
@Timeout(30)
class ResponseHeadTest {
    private static final String[] HEAD = {
        "content-type", "text/event-stream",
        "request-id", "req_1",
        "anthropic-workspace-id", "wrkspc_1",
        "anthropic-ratelimit-requests-limit", "100",
        "anthropic-ratelimit-requests-remaining", "99",
        "anthropic-ratelimit-requests-reset", "2026-11-01T00:00:00Z"
    };

    @Test
    void idsAndRateLimitsAreThereAsSoonAsTheHeadIs() {
        try (var fixture = ClientFixture.with(
                        Script.empty().head(200, HEAD).sse(answer("a")).end());
                var stream = fixture.stream()) {
            List<ResponseInfo> told = new ArrayList<>();
            stream.on(Signal.CONNECT, told::add);
            ResponseInfo before = stream.response();
            stream.done();
            assertThat(stream.response()).isSameAs(before);
            assertThat(told).containsExactly(before);
            assertThat(before.requestId()).isEqualTo("req_1");
            assertThat(before.header("anthropic-workspace-id")).contains("wrkspc_1");
            assertThat(before.header("Anthropic-RateLimit-Requests-Limit")).contains("100");
            assertThat(before.header("anthropic-ratelimit-requests-remaining")).contains("99");
            assertThat(before.header("anthropic-ratelimit-requests-reset")).contains("2026-11-01T00:00:00Z");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/event-stream", "Text/Event-Stream;charset=UTF-8", "text/plain", "application/x-ndjson"})
    void anyContentTypeIsStreamedThatIsNoPageAndNoObject(String type) {
        try (var fixture = ClientFixture.with(Script.empty()
                        .head(200, "content-type", type)
                        .sse(answer("a"))
                        .end());
                var stream = fixture.stream()) {
            assertThat(stream.finalText()).isEqualTo("a");
        }
    }

    // everybody is told the same, and nobody waits
    @Test
    void withoutAHeadEverythingThatWaitsForOneIsToldWhy() {
        try (var fixture = ClientFixture.with(Script.empty().cut());
                var stream = fixture.stream()) {
            List<Throwable> told = new ArrayList<>();
            List<String> log = new ArrayList<>();
            stream.on(Signal.CONNECT, head -> log.add("connect"))
                    .on(Signal.ERROR, told::add)
                    .on(Signal.END, () -> log.add("end"));
            var failure = ClientFixture.collect(stream).failure();
            assertThat(told).containsExactly(failure);
            assertThat(log).containsExactly("end");
            assertThatThrownBy(stream::done).isSameAs(failure);
            assertThatThrownBy(stream::finalMessage).isSameAs(failure);
            assertThatThrownBy(stream::finalText).isSameAs(failure);
            assertThatThrownBy(stream::response).isSameAs(failure);
            assertThatThrownBy(() -> stream.await(Signal.CONNECT)).isSameAs(failure);
            assertThat(stream.await(Signal.ERROR)).get().isSameAs(failure);
        }
    }
}
