package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.WireClient;
import dev.sluice.sse.SseClient;
import dev.sluice.sse.SseEvent;
import dev.sluice.tools.Tool;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model behind HTTP, a tool, the relay, a server, and a client that loses its connection again and again. */
@Timeout(60)
class ToolRunOverHttpTest {
    private static final String QUESTION = "{\"message\":\"How high is the Douro?\"}";

    private static final String START = "{'type':'message_start','message':{'model':'m','id':'m1','type':'message',"
            + "'role':'assistant','content':[],'stop_reason':null,'stop_sequence':null,"
            + "'usage':{'input_tokens':10,'output_tokens':1}}}";

    private static final String CALLS_TOOL = wire(
            START,
            block(0, "{'type':'text','text':''}"),
            delta(0, "{'type':'text_delta','text':'I look '}"),
            delta(0, "{'type':'text_delta','text':'at the gauge.'}"),
            "{'type':'content_block_stop','index':0}",
            block(1, "{'type':'tool_use','id':'t1','name':'read_gauge','input':{}}"),
            delta(1, "{'type':'input_json_delta','partial_json':'{\\'river\\':'}"),
            delta(1, "{'type':'input_json_delta','partial_json':'\\'Douro\\'}'}"),
            "{'type':'content_block_stop','index':1}",
            stop("tool_use"),
            "{'type':'message_stop'}");

    private static final String SPEAKS = wire(
            START,
            block(0, "{'type':'text','text':''}"),
            delta(0, "{'type':'text_delta','text':'It is '}"),
            delta(0, "{'type':'text_delta','text':'2,41 m '}"),
            delta(0, "{'type':'text_delta','text':'high – „hä?“'}"),
            "{'type':'content_block_stop','index':0}",
            stop("end_turn"),
            "{'type':'message_stop'}");

    private record River(String river) {}

    private record Told(String id, String type, String data) {}

    @Test
    void whereverTheConnectionIsCutTheJoinedEventsAreTheWhole() throws Exception {
        List<Told> whole = joined(1_000, 0, new ArrayList<>());
        assertThat(whole.getLast().type()).isEqualTo("stream_complete");
        assertThat(whole.toString())
                .contains("tool_complete", "2.41 m", "high – „hä?“")
                .containsOnlyOnce("tool_start, ");
        for (int every = 1; every <= whole.size(); every++) {
            for (int more : new int[] {0, 7, 40}) {
                var uncut = new ArrayList<Told>();
                assertThat(joined(every, more, uncut))
                        .as("cut after every " + every + " events and " + more + " bytes")
                        .isEqualTo(uncut);
                assertThat(types(uncut)).isEqualTo(types(whole));
            }
        }
    }

    /** Sorted: how early the tool starts is a matter of luck. */
    private static List<String> types(List<Told> told) {
        return told.stream().map(Told::type).sorted().toList();
    }

    /** What a client hears through a network that cuts; {@code uncut} gets what it hears without. */
    private static List<Told> joined(int every, int more, List<Told> uncut) throws Exception {
        try (var model = new ScriptedModel(CALLS_TOOL, SPEAKS);
                var client = client(model);
                var server = server(client);
                var network = new CuttingProxy(server.port(), every, more);
                WireClient first =
                        WireClient.send(server.port(), "POST", "/api/v1/stream", QUESTION, "Origin: http://here")) {
            assertThat(first.status()).isEqualTo(200);
            var joined = new ArrayList<Told>();
            URI stream = URI.create("http://127.0.0.1:" + network.port() + path(first));
            try (SseClient events = SseClient.builder(stream)
                    .header("cookie", first.cookie().substring("Cookie: ".length()))
                    .reconnectDelay(Duration.ZERO)
                    .start()) {
                for (SseEvent event : events) {
                    joined.add(new Told(event.id(), event.type(), event.data()));
                }
                assertThat(events.endReason()).containsInstanceOf(EndReason.Completed.class);
            }
            for (Map<String, String> event = first.event(); !event.isEmpty(); event = first.event()) {
                uncut.add(new Told(event.get("id"), event.get("event"), event.get("data")));
            }
            assertThat(model.asked).as("never asked again").hasValue(2);
            int cuts = network.cuts.get();
            assertThat(cuts).as("cuts").isBetween(uncut.size() / every - 1, uncut.size() / every + 1);
            return joined;
        }
    }

    @Test
    void whoStopsItGivesUpTheConnectionToTheModel() throws Exception {
        String endless = SPEAKS.substring(0, SPEAKS.indexOf("event: content_block_stop"));
        try (var model = new ScriptedModel(CALLS_TOOL, endless);
                var client = client(model);
                var server = server(client);
                WireClient told = WireClient.send(server.port(), "POST", "/api/v1/stream", QUESTION)) {
            Map<String, String> event = told.event();
            while (!event.getOrDefault("data", "").contains("hä?")) {
                assertThat(event).isNotEmpty();
                event = told.event();
            }
            assertThat(model.givenUp.getCount()).isEqualTo(1);
            try (WireClient stopped = WireClient.send(server.port(), "DELETE", path(told), "", told.cookie())) {
                assertThat(stopped.status()).isEqualTo(202);
            }
            await(model.givenUp);
            var last = event;
            for (event = told.event(); !event.isEmpty(); event = told.event()) {
                last = event;
            }
            assertThat(last.get("data")).contains("stream_error", "\"cancelled\"");
            assertThat(model.asked).hasValue(2);
        }
    }

    private static LlmClient client(ScriptedModel model) {
        return LlmClient.builder(
                        Claude.builder().apiKey("none").baseUrl(model.uri()).build())
                .build();
    }

    private static JettyRelay server(LlmClient client) throws Exception {
        Tool gauge = Tool.of("read_gauge", "The level of a river", River.class, (input, context) -> "2.41 m");
        var endpoint = RelayEndpoint.builder(
                        Relay.builder().build(),
                        request -> RunSource.of(client.run(
                                MessageRequest.builder()
                                        .model("m")
                                        .maxTokens(100)
                                        .messages(request.conversation().messages())
                                        .build(),
                                gauge)))
                .allowedHosts("here")
                .build();
        return JettyRelay.start(endpoint, 0);
    }

    private static String path(WireClient client) {
        return "/api/v1/stream/" + client.header("x-stream-id");
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static String block(int index, String block) {
        return "{'type':'content_block_start','index':" + index + ",'content_block':" + block + "}";
    }

    private static String delta(int index, String delta) {
        return "{'type':'content_block_delta','index':" + index + ",'delta':" + delta + "}";
    }

    private static String stop(String reason) {
        return "{'type':'message_delta','delta':{'stop_reason':'" + reason
                + "','stop_sequence':null},'usage':{'output_tokens':9}}";
    }

    /** Claude's wire, of its events with single quotes. */
    private static String wire(String... events) {
        return Stream.of(events)
                .map(event -> event.replace('\'', '"'))
                .map(event -> "event: " + event.split("\"", 5)[3] + "\ndata: " + event + "\n\n")
                .collect(Collectors.joining());
    }
}
