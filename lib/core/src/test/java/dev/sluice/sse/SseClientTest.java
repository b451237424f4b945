package dev.sluice.sse;

import static dev.sluice.sse.SseFixture.goodbye;
import static dev.sluice.sse.SseFixture.redirect;
import static dev.sluice.sse.SseFixture.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason;
import dev.sluice.Limits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TestTls;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WHATWG HTML, section 9.2.3 and 9.2.4, over real sockets; and what this client does beyond it. */
@Timeout(20)
class SseClientTest {

    static Stream<Script> endsOfAResponse() {
        Script half = Script.stream().sse("id: 1\ndata: a\n\n", "id: 2\nretry: 5\ndata: ha");
        return Stream.of(half.end(), half.cut(), half.halfClose(), half.cutInsideChunk("lf"));
    }

    @ParameterizedTest
    @MethodSource("endsOfAResponse")
    void howeverAResponseEndsHalfAnEventIsDroppedAndAskedForAgain(Script first) {
        try (var fixture = SseFixture.of(first, Script.stream("data: b\n\n"), goodbye())) {
            assertThat(fixture.all())
                    .containsExactly(
                            new SseEvent("message", "a", "1", null),
                            new SseEvent("message", "b", "1", null)); // not 2, which had no blank line
            assertThat(fixture.peer.requests())
                    .extracting(request -> request.header("Last-Event-ID"))
                    .containsExactly(null, "1", "1");
            assertThat(fixture.client.endReason()).contains(new EndReason.Completed());
            assertThat(fixture.time.waits)
                    .allMatch(Duration.ofMillis(5)::equals)
                    .hasSize(2); // the line was whole
        }
    }

    @Test
    void theReconnectionTimeIsASecondUntilTheServerSetsIt() {
        try (var fixture = SseFixture.of(
                Script.stream("data: a\n\n"),
                Script.stream("retry: 7000\ndata: b\n\n"),
                Script.stream("retry: 60000\n\n"), // longer than our own longest, and without an event
                Script.stream("retry: x\nretry:\nretry: -1\nretry: 1.5\ndata: c\n\n"),
                goodbye())) {
            assertThat(fixture.data()).containsExactly("a", "b", "c");
            assertThat(fixture.time.waits)
                    .containsExactly(
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(7),
                            Duration.ofSeconds(60),
                            Duration.ofSeconds(60));
        }
    }

    @Test
    void theLastIdOutlivesConnectionsAndIsSentWhileThereIsOne() {
        try (var fixture = SseFixture.with(
                settings -> settings.lastEventId("0"),
                Script.stream("data: a\n\n"),
                Script.stream("id: 7\n\n"), // a block without data sets it too
                Script.stream("id: x\u0000y\ndata: b\n\n"), // ignored
                Script.stream("id\ndata: c\n\n"), // taken back
                Script.stream("data: d\n\n"),
                goodbye())) {
            assertThat(fixture.all())
                    .extracting(event -> ((SseEvent) event).id())
                    .containsExactly("0", "7", "", "");
            assertThat(fixture.peer.requests())
                    .extracting(request -> request.header("Last-Event-ID"))
                    .containsExactly("0", "0", "7", "7", null, null);
            assertThat(fixture.client.lastEventId()).isEmpty();
        }
    }

    @Test
    void anIdThatNoHeaderCanCarryIsAnEndRatherThanAGap() {
        try (var fixture = SseFixture.of(Script.stream("id: \u2026\ndata: a\n\n"))) {
            assertThatThrownBy(fixture::all)
                    .isInstanceOf(ProtocolError.class)
                    .hasMessageContaining("last event id has characters that cannot be sent back");
            assertThat(fixture.heard).hasSize(1);
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @Test
    void itAsksForEventsAndForNoCopyAndWithTheCallersHeaders() {
        try (var fixture = SseFixture.with(
                settings ->
                        settings.header("X-One", "1").header("x-one", "2").header("accept", "text/event-stream;q=1"),
                Script.stream(),
                Script.stream("data: a\n\n"),
                goodbye())) {
            fixture.peer.awaitRequest(1);
            fixture.client.restart();
            assertThat(fixture.data()).containsExactly("a");
            for (ReceivedRequest request : fixture.peer.requests()) {
                assertThat(request.method()).isEqualTo("GET");
                assertThat(request.path()).isEqualTo("/events?key=secret");
                assertThat(request.headers().get("Cache-Control")).containsExactly("no-cache");
                assertThat(request.headers().get("Accept")).containsExactly("text/event-stream;q=1");
                assertThat(request.headers().get("X-One")).containsExactly("2");
                assertThat(request.headers()).doesNotContainKey("Content-Length");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "REPORT", "PUT"})
    void aBodyIsSentAgainWithEachConnection(String method) {
        byte[] body = "{\"hello\": \"world\"}".getBytes(UTF_8);
        try (var fixture = SseFixture.with(
                settings -> settings.method(method, body).header("Content-Type", "application/json"),
                Script.stream("data: a\n\n"),
                status(503),
                goodbye())) {
            body[0] = '!'; // it is the client's own by now
            assertThat(fixture.data()).containsExactly("a");
            assertThat(fixture.peer.requests()).hasSize(3).allSatisfy(request -> {
                assertThat(request.method()).isEqualTo(method);
                assertThat(request.bodyText()).isEqualTo("{\"hello\": \"world\"}");
                assertThat(request.header("content-type")).isEqualTo("application/json");
            });
        }
    }

    @Test
    void aByteOrderMarkBeginsEachResponseThatHasOne() {
        try (var fixture = SseFixture.of(
                Script.stream("\uFEFFdata: a\n\n"), Script.stream("\uFEFFdata: \uFEFFb\n\n"), goodbye())) {
            assertThat(fixture.data()).containsExactly("a", "\uFEFFb");
        }
    }

    @Test
    void noContentIsTheServersWordToStop() {
        try (var fixture = SseFixture.of(Script.stream("data: a\n\n"), goodbye())) {
            assertThat(fixture.data()).containsExactly("a");
            assertThat(fixture.client.endReason()).contains(new EndReason.Completed());
            assertThat(fixture.client.state()).isEqualTo(new SseState.Ended(new EndReason.Completed()));
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 205, 206, 300, 304, 400, 401, 403, 404, 409, 410, 418, 451})
    void anyOtherStatusIsAnEndForGood(int status) {
        Script no =
                status == 304 || status == 205 ? Script.empty().head(status, "content-length", "0") : status(status);
        try (var fixture = SseFixture.of(Script.stream("data: a\n\n"), no)) {
            assertThatThrownBy(fixture::all)
                    .isInstanceOfSatisfying(ApiError.class, error -> {
                        assertThat(error.status()).isEqualTo(status);
                        assertThat(error.retryable()).isFalse();
                    })
                    .hasMessageContaining("GET http://localhost")
                    .hasMessageContaining("with status " + status)
                    .hasMessageNotContaining("secret");
            assertThat(fixture.heard).hasSize(1);
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 501, 502, 503, 504, 529})
    void aStatusThatMayPassIsTriedAgain(int status) {
        try (var fixture = SseFixture.of(status(status), Script.stream("data: a\n\n"), goodbye())) {
            assertThat(fixture.data()).containsExactly("a");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/html", "application/json", "text/event-streams", "text/plain; a=text/event-stream", ""})
    void anotherContentTypeIsAnEndForGood(String type) {
        try (var fixture = SseFixture.of(Script.whole(200, type, "data: a\n\n"))) {
            assertThatThrownBy(fixture::all)
                    .isInstanceOf(ProtocolError.class)
                    .hasMessageContaining("content type " + type)
                    .hasMessageContaining("instead of text/event-stream");
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "TEXT/Event-Stream",
                "text/event-stream;charset=utf-8",
                "text/event-stream ; x=y"
            })
    void theContentTypeMayHaveParametersAndAnyCase(String type) {
        try (var fixture = SseFixture.of(Script.whole(200, type, "data: a\n\n"), goodbye())) {
            assertThat(fixture.data()).containsExactly("a");
        }
    }

    @Test
    void aCompressedStreamIsRefusedRatherThanReadAsText() {
        Script zipped = Script.whole(200, "text/event-stream", "\u001f", "content-encoding", "gzip");
        try (var fixture = SseFixture.of(zipped)) {
            assertThatThrownBy(fixture::all).isInstanceOf(ProtocolError.class).hasMessageContaining("gzip");
        }
    }

    @Test
    void failuresDoubleTheDelayAndWhatWorksResetsIt() {
        try (var fixture = SseFixture.of(
                status(500),
                Script.stream().cut(),
                Script.stream().end(), // answers, and hangs up at once
                Script.stream(":\n"),
                status(503, "retry-after", "90"),
                status(429, "retry-after", "Sun, 01 Nov 2026 00:00:07 GMT"),
                status(502),
                goodbye())) {
            assertThat(fixture.data()).isEmpty();
            assertThat(fixture.time.waits).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 1L, 90L, 7L, 4L);
        }
    }

    @Test
    void soManyFailuresInARowAreTheEnd() {
        Script works = Script.stream("data: a\n\n");
        Script[] scripts = Stream.of(
                        status(500).times(2), works.times(5), status(500).times(3))
                .flatMap(Stream::of)
                .toArray(Script[]::new);
        try (var fixture = SseFixture.with(settings -> settings.maxFailures(3), scripts)) {
            assertThatThrownBy(fixture::all)
                    .isInstanceOfSatisfying(
                            ApiError.class, error -> assertThat(error.rawBody()).isEqualTo("no"))
                    .satisfies(error -> assertThat(error.getSuppressed()).hasSize(1));
            assertThat(fixture.heard).hasSize(5);
            assertThat(fixture.peer.requests()).hasSize(10);
            assertThatThrownBy(() -> fixture.client
                            .endReason()
                            .orElseThrow()
                            .toException()
                            .ifPresent(e -> {
                                throw e;
                            }))
                    .isInstanceOf(ApiError.class);
        }
    }

    @Test
    void tenFailuresAreTheEndUnlessTheCallerSaysOtherwise() {
        try (var fixture = SseFixture.of(Script.empty().cut())) {
            assertThatThrownBy(fixture::all).isInstanceOf(ConnectionFailed.class);
            assertThat(fixture.time.waits).hasSize(9); // the JDK's client asks twice each time
        }
        Script[] many = Stream.concat(Stream.of(status(500).times(50)), Stream.of(goodbye()))
                .toArray(Script[]::new);
        try (var fixture = SseFixture.with(settings -> settings.maxFailures(0), many)) {
            assertThat(fixture.data()).isEmpty();
            assertThat(fixture.peer.requests()).hasSize(51);
            assertThat(fixture.time.waits).hasSize(50).last().isEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void aServerThatIsNotToBeTrustedIsNotAskedAgain() {
        try (var peer = ScriptedPeer.servingTls(TestTls.context(), goodbye());
                var client =
                        SseClient.builder(peer.uri("/")).time(new NoWaitTime()).start()) {
            assertThatThrownBy(() -> client.iterator().hasNext()).isInstanceOf(ConnectionFailed.class);
            assertThat(peer.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectsAreFollowedAndThePermanentOnesRemembered(int status) {
        Script[] stream = {Script.stream("id: 1\ndata: a\n\n"), Script.stream("data: b\n\n"), goodbye()};
        try (var there = ScriptedPeer.serving(stream);
                var fixture = SseFixture.with(
                        settings -> settings.header("Authorization", "Bearer k").header("Cookie", "k"),
                        redirect(status, there.uri("/there")))) {
            assertThat(fixture.data()).containsExactly("a", "b");
            boolean permanent = status == 301 || status == 308;
            assertThat(fixture.peer.requests())
                    .hasSize(permanent ? 1 : 3)
                    .allSatisfy(request ->
                            assertThat(request.header("Authorization")).isEqualTo("Bearer k"));
            assertThat(there.requests()).hasSize(3).allSatisfy(request -> {
                assertThat(request.path()).isEqualTo("/there");
                assertThat(request.headers()).doesNotContainKeys("Authorization", "Cookie");
                assertThat(request.header("Accept")).isEqualTo("text/event-stream");
            });
            assertThat(there.requests())
                    .extracting(request -> request.header("Last-Event-ID"))
                    .containsExactly(null, "1", "1");
        }
    }

    @Test
    void aPermanentRedirectBehindAPassingOneIsNotRemembered() {
        try (var peer = ScriptedPeer.serving(request -> switch (request.path()) {
                    case "/events?key=secret" -> redirect(308, "/b");
                    case "/b" -> redirect(302, "/c");
                    case "/c" -> redirect(301, "/d");
                    default ->
                        request.header("Last-Event-ID") == null ? Script.stream("id: 1\ndata: a\n\n") : goodbye();
                });
                var fixture = SseFixture.with(peer, settings -> settings)) {
            assertThat(fixture.data()).containsExactly("a");
            assertThat(peer.requests())
                    .extracting(ReceivedRequest::path)
                    .containsExactly("/events?key=secret", "/b", "/c", "/d", "/b", "/c", "/d");
        }
    }

    @Test
    void redirectsInACircleEnd() {
        try (var fixture = SseFixture.of(redirect(302, "/events"))) {
            assertThatThrownBy(fixture::all)
                    .isInstanceOf(ProtocolError.class)
                    .hasMessageContaining("more than 20 times");
            assertThat(fixture.peer.requests()).hasSize(21);
        }
    }

    @Test
    void commentsAndStatesAreToldInTheirPlacesByTheConsumer() {
        var heard = new ArrayList<Object>();
        Thread here = Thread.currentThread();
        try (var fixture = SseFixture.with(
                settings -> settings.onComment(comment -> {
                            assertThat(Thread.currentThread()).isSameAs(here);
                            heard.add(":" + comment);
                        })
                        .onState(heard::add),
                Script.stream(": hello\ndata: a\n\n:x\n"),
                status(500),
                goodbye())) {
            fixture.client.forEach(event -> heard.add(event.data()));
            assertThat(heard)
                    .extracting(item ->
                            item instanceof SseState state ? state.getClass().getSimpleName() : item)
                    .containsExactly(
                            "Connecting",
                            "Open",
                            ":hello",
                            "a",
                            ":x",
                            "Waiting",
                            "Connecting",
                            "Waiting",
                            "Connecting",
                            "Ended");
            assertThat(heard.stream().filter(SseState.Waiting.class::isInstance).map(SseState.Waiting.class::cast))
                    .satisfiesExactly(
                            ended -> {
                                assertThat(ended.cause()).isInstanceOf(Truncated.class);
                                assertThat(ended.failures()).isZero();
                            },
                            failed -> {
                                assertThat(failed.cause()).isInstanceOf(ApiError.class);
                                assertThat(failed.failures()).isEqualTo(1);
                                assertThat(failed.delay()).isEqualTo(Duration.ofSeconds(1));
                            });
            assertThat(heard)
                    .contains(new SseState.Connecting(1))
                    .last()
                    .isEqualTo(new SseState.Ended(new EndReason.Completed()));
        }
    }

    @Test
    void whatAHandlerThrowsEndsItAndReachesTheCaller() {
        try (var fixture = SseFixture.with(
                settings -> settings.onComment(comment -> {
                    throw new IllegalStateException("mine");
                }),
                Script.stream().sse("data: a\n\n:x\ndata: b\n\n").stall())) {
            assertThatThrownBy(fixture::all).hasMessage("mine");
            assertThat(fixture.heard).hasSize(1);
            assertThat(fixture.client.endReason()).get().isInstanceOf(EndReason.Cancelled.class);
            fixture.peer.awaitGone(Duration.ofSeconds(2));
        }
    }

    @Test
    void anEventBeyondTheLimitIsTheEndAfterThoseBeforeIt() {
        try (var fixture = SseFixture.with(
                settings -> settings.limits(new Limits(100, 100, 0)),
                Script.stream().sse("data: a\n\n", "data: " + "x".repeat(200)).stall())) {
            assertThatThrownBy(fixture::all).isInstanceOf(LimitExceeded.class);
            assertThat(fixture.heard).hasSize(1);
        }
    }

    @Test
    void theLimitOfAStreamIsForEachResponse() {
        String forty = "data: " + "x".repeat(32) + "\n\n";
        try (var fixture = SseFixture.with(
                settings -> settings.limits(new Limits(100, 100, 90)),
                Script.stream(forty, forty),
                Script.stream(forty, forty),
                Script.stream(forty, forty, forty))) {
            assertThatThrownBy(fixture::all).isInstanceOf(LimitExceeded.class);
            assertThat(fixture.heard).hasSize(6);
        }
    }

    @Test
    void theIteratorIsOneAndHasNextMovesNothing() {
        try (var fixture = SseFixture.of(Script.stream("data: a\n\ndata: b\n\n"), goodbye())) {
            var events = fixture.client.iterator();
            assertThat(events.hasNext()).isTrue();
            assertThat(events.hasNext()).isTrue();
            assertThat(events.next().data()).isEqualTo("a");
            assertThat(events.next().data()).isEqualTo("b");
            assertThat(events.hasNext()).isFalse();
            assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
            assertThatThrownBy(fixture.client::iterator).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void mistakesAreToldWhereTheyAreMade() {
        URI uri = URI.create("http://localhost/");
        for (String wrong : List.of("/relative", "ftp://x/", "http:x", "mailto:me")) {
            assertThatThrownBy(() -> SseClient.builder(URI.create(wrong))).hasMessageStartingWith("uri: ");
        }
        SseClient.Builder builder = SseClient.builder(uri);
        assertThatThrownBy(() -> builder.method("G T", new byte[0])).hasMessageStartingWith("method: ");
        assertThatThrownBy(() -> builder.header("x", "secret\n"))
                .hasMessageStartingWith("header x: ")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> builder.header("x y", "z")).hasMessageStartingWith("header x y: ");
        assertThatThrownBy(() -> builder.header("Host", "z")).hasMessageStartingWith("header Host: ");
        assertThatThrownBy(() -> builder.header("LAST-event-id", "z")).hasMessageStartingWith("header: ");
        assertThatThrownBy(() -> builder.lastEventId("\n")).hasMessageStartingWith("lastEventId: ");
        assertThatThrownBy(() -> builder.queueCapacity(0)).hasMessageStartingWith("queueCapacity: 0");
        assertThatThrownBy(() -> builder.reconnectDelay(Duration.ofMillis(-1)))
                .hasMessageStartingWith("reconnectDelay");
        assertThatThrownBy(() -> builder.maxReconnectDelay(Duration.ofDays(25)))
                .hasMessageStartingWith("maxReconnectDelay");
        assertThatThrownBy(() -> builder.jitter(Double.NaN)).hasMessageStartingWith("jitter");
        assertThatThrownBy(() -> builder.maxFailures(-1)).hasMessageStartingWith("maxFailures: -1");
        assertThat(Objects.toString(new SseState.Open())).isEqualTo("Open[]");
    }

    @Test
    void largeEventsThatNobodyReadsAreBoundedByTheirBytes() {
        try (var fixture = SseFixture.of(Script.stream().repeat("data: " + "x".repeat(1 << 20) + "\n\n", 100))) {
            Awaitility.await()
                    .until(() -> fixture.client.queued() >= 4
                            && fixture.client.reader().getState() == Thread.State.WAITING);
            assertThat(fixture.client.queued()).as("of 100 events of 1 MB").isLessThan(6);
        }
        assertThatThrownBy(
                        () -> SseClient.builder(URI.create("http://localhost/")).queueBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queueBytes");
    }
}
