package dev.sluice.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.Relay;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jdk.JdkRelay;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.ToolLoop;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A trace that a browser begins reaches the run, and a watcher that comes back is linked to it. */
@Timeout(60)
class RelayedTraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String TRACEPARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    @Test
    void theBrowsersTraceReachesTheRunAndAResumedWatcherIsLinkedToIt() throws Exception {
        var resumed = new CountDownLatch(1);
        Script slow = Script.stream()
                .sse(ClaudeWire.begin("one"))
                .gate(resumed)
                .sse(ClaudeWire.blockStop(0), ClaudeWire.messageDelta("end_turn", 1), ClaudeWire.messageStop())
                .end();
        try (var traced = new TracedClient(settings -> {}, slow);
                var relay = Relay.builder().observer(traced.observer).build();
                var server = JdkRelay.start(
                        RelayEndpoint.builder(
                                        relay,
                                        request -> RunSource.of(ToolLoop.builder(traced.client, TracedClient.REQUEST)
                                                .name("relayed")
                                                .start()))
                                .requestContext(head -> traced.observer.fromHeaders(head::header))
                                .build(),
                        0);
                var http = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> first = http.send(
                    HttpRequest.newBuilder(server.uri().resolve("/api/v1/stream"))
                            .header("content-type", "application/json")
                            .header("traceparent", TRACEPARENT)
                            .POST(HttpRequest.BodyPublishers.ofString("{\"message\":\"hi\"}"))
                            .build(),
                    BodyHandlers.ofLines());
            assertThat(first.statusCode()).as(first.toString()).isEqualTo(200);
            String cookie =
                    first.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
            URI stream = server.uri()
                    .resolve("/api/v1/stream/"
                            + first.headers().firstValue("x-stream-id").orElseThrow());
            var lines = first.body().iterator();
            while (!lines.next().startsWith("id: 2")) {
                // goes on
            }
            first.body().close();
            HttpResponse<Stream<String>> second = http.send(
                    HttpRequest.newBuilder(stream)
                            .header("cookie", cookie)
                            .header("last-event-id", "1")
                            .build(),
                    BodyHandlers.ofLines());
            resumed.countDown();
            assertThat(second.body().toList()).anyMatch(line -> line.contains("stream_complete"));

            SpanData run = traced.span("invoke_agent relayed");
            assertThat(run.getTraceId()).isEqualTo(TRACE);
            assertThat(run.getParentSpanId()).isEqualTo("b7ad6b7169203331");
            assertThat(traced.span("chat claude-sonnet-5").getTraceId()).isEqualTo(TRACE);
            await().until(() -> watches(traced).size() == 2);
            assertThat(watches(traced))
                    .filteredOn(
                            watch -> Boolean.TRUE.equals(watch.getAttributes().get(SluiceAttributes.WATCH_RESUMED)))
                    .singleElement()
                    .satisfies(watch -> {
                        assertThat(watch.getTraceId()).as("a trace of its own").isNotEqualTo(TRACE);
                        assertThat(watch.getLinks())
                                .extracting(LinkData::getSpanContext)
                                .extracting(context -> context.getTraceId())
                                .containsExactly(TRACE);
                        assertThat(watch.getAttributes().get(SluiceAttributes.END))
                                .isEqualTo("written");
                    });
        }
    }

    @Test
    void aTraceThatIsCurrentAlreadyStaysSo() {
        try (var traced = new TracedClient(settings -> {})) {
            Span server = traced.tracer.spanBuilder("server").startSpan();
            var seen = new java.util.ArrayList<String>();
            Runnable look = () -> seen.add(Span.current().getSpanContext().getTraceId());
            traced.observer
                    .fromHeaders(name -> Optional.of(TRACEPARENT).filter(value -> name.equals("traceparent")))
                    .run(look);
            try (Scope inside = server.makeCurrent()) {
                traced.observer.fromHeaders(name -> Optional.of(TRACEPARENT)).run(look);
                assertThat(traced.observer.origin())
                        .hasValueSatisfying(origin -> assertThat(origin)
                                .contains(server.getSpanContext().getSpanId()));
            }
            assertThat(seen).isEqualTo(List.of(TRACE, server.getSpanContext().getTraceId()));
            assertThat(traced.observer.origin()).isEmpty();
            server.end();
        }
    }

    private static List<SpanData> watches(TracedClient traced) {
        return traced.spans(1).stream()
                .filter(span -> span.getName().equals("watch_run"))
                .toList();
    }
}
