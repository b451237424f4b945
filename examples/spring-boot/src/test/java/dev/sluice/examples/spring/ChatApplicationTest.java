package dev.sluice.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.relay.Relay;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

/** The application as it is, in a real Tomcat, against a scripted model. */
@Timeout(60)
class ChatApplicationTest {
    private static final String QUESTION = "{\"message\":\"How high is the Douro?\"}";
    private static final BlockingQueue<Script> SCRIPTS = new LinkedBlockingQueue<>();
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static ScriptedPeer model;
    private static ConfigurableApplicationContext shared;

    @BeforeAll
    static void start() {
        model = ScriptedPeer.answering(request -> SCRIPTS.remove());
        shared = application();
    }

    @AfterAll
    static void stop() {
        shared.close();
        model.close();
        HTTP.shutdownNow();
    }

    private static ConfigurableApplicationContext application() {
        return SpringApplication.run(
                ChatApplication.class,
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--logging.level.root=warn",
                "--sluice.base-url=" + model.uri(""),
                "--sluice.api-key=any",
                "--sluice.relay.heartbeat=50ms",
                "--sluice.relay.abandon-after=0s");
    }

    private static HttpRequest.Builder request(ConfigurableApplicationContext application, String path) {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20));
    }

    private static HttpRequest.Builder signedIn(HttpRequest.Builder request) {
        String credentials = Base64.getEncoder().encodeToString("alice:river".getBytes(StandardCharsets.UTF_8));
        return request.header("Authorization", "Basic " + credentials);
    }

    private static HttpRequest question(ConfigurableApplicationContext application) {
        return signedIn(request(application, "/assistant/api/v1/stream"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(QUESTION))
                .build();
    }

    /** Asks, and gives the events as they come. */
    private static BufferedReader ask(ConfigurableApplicationContext application) throws Exception {
        var response = HTTP.send(question(application), BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("set-cookie")).isEmpty();
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static void readUntil(BufferedReader events, String what) throws IOException {
        String line;
        do {
            line = events.readLine();
            assertThat(line).as("a line with %s", what).isNotNull();
        } while (!line.contains(what));
    }

    private static HttpResponse<String> get(String path, boolean signedIn) throws Exception {
        HttpRequest.Builder request = request(shared, path);
        return HTTP.send(signedIn ? signedIn(request).build() : request.build(), BodyHandlers.ofString());
    }

    private static String metrics() throws Exception {
        return get("/actuator/prometheus", false).body();
    }

    @Test
    void anAnswerIsStreamedAndMeasured() throws Exception {
        SCRIPTS.add(Script.stream(ClaudeWire.answer("It is ", "2.41 m.")));
        try (BufferedReader events = ask(shared)) {
            assertThat(events.lines())
                    .anyMatch(line -> line.contains("2.41 m."))
                    .anyMatch("event: stream_complete"::equals);
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(metrics())
                        .contains("gen_ai_client_operation_duration_seconds_count{")
                        .contains("gen_ai_request_model=\"claude-sonnet-5\"")
                        .contains("sluice_client_run_duration_seconds_count{")
                        .contains("sluice_relay_"));
    }

    @Test
    void aToolKnowsTheUserWhoAsks() throws Exception {
        SCRIPTS.add(Script.stream(ClaudeWire.toolCall("toolu_1", "who_am_i", "{}")));
        SCRIPTS.add(Script.stream(ClaudeWire.answer("You are Alice.")));
        model.forgetRequests();
        try (BufferedReader events = ask(shared)) {
            assertThat(events.lines()).anyMatch(line -> line.contains("You are Alice."));
        }
        assertThat(model.requests()).hasSize(2);
        assertThat(model.requests().getLast().body())
                .asString(StandardCharsets.UTF_8)
                .contains("\"alice\"");
    }

    /** The same for what else is called for a run, and for the log's lines. */
    @Test
    void approvalsEndsAndLogLinesKnowTheUser() throws Exception {
        SCRIPTS.add(Script.stream(ClaudeWire.toolCall("toolu_1", "who_am_i", "{}")));
        SCRIPTS.add(Script.stream(ClaudeWire.answer("You are Bob.")));
        var seen = new ConcurrentHashMap<String, String>();
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent line) {
                seen.put("log", user());
            }
        };
        var log = (Logger) LoggerFactory.getLogger("dev.sluice");
        log.setLevel(Level.DEBUG);
        appender.start();
        log.addAppender(appender);
        LlmClient client = shared.getBean(LlmClient.class);
        MessageRequest request = client.request().user("Who am I?").build();
        SecurityContextHolder.getContext()
                .setAuthentication(UsernamePasswordAuthenticationToken.authenticated("bob", null, List.of()));
        try (ToolLoop run = ToolLoop.builder(client, request)
                .tools(ChatApplication.whoAmI())
                .approval((tool, context) -> {
                    seen.put("approval", user());
                    return ToolApproval.allow();
                })
                .onEnd(report -> seen.put("onEnd", user()))
                .start()) {
            SecurityContextHolder.clearContext();
            assertThat(run.finalText()).isEqualTo("You are Bob.");
            Awaitility.await().until(() -> seen.size() == 3);
        } finally {
            SecurityContextHolder.clearContext();
            log.detachAppender(appender);
            log.setLevel(null);
        }
        assertThat(seen)
                .containsOnlyKeys("log", "approval", "onEnd")
                .allSatisfy((where, user) -> assertThat(user).as(where).isEqualTo("bob"));
    }

    private static String user() {
        var user = SecurityContextHolder.getContext().getAuthentication();
        return user == null ? "nobody" : user.getName();
    }

    @Test
    void whoIsNotSignedInIsRefused() throws Exception {
        assertThat(get("/assistant/", false).statusCode()).isEqualTo(401);
        assertThat(get("/assistant/healthz", false).statusCode()).isEqualTo(200);
    }

    @Test
    void thePageIsServed() throws Exception {
        assertThat(get("/assistant/", true).body()).contains("<html");
        assertThat(get("/assistant/suggestions.json", true).body()).isEqualTo("[\"Who am I?\"]");
    }

    @Test
    void aClientThatLeavesCancelsItsRun() throws Exception {
        SCRIPTS.add(Script.stream().sse(ClaudeWire.begin("It is ")).stall());
        BufferedReader events = ask(shared);
        readUntil(events, "It is ");
        events.close();
        Relay relay = shared.getBean(Relay.class);
        Awaitility.await().until(() -> relay.running() == 0 && relay.watching() == 0);
        Awaitility.await()
                .untilAsserted(() -> assertThat(metrics())
                        .containsPattern("sluice_client_stream_end_total\\{[^}]*cause=\"cancelled\"[^}]*} 1"));
    }

    /** Tomcat's graceful shutdown, which is the default, waits 30 s for a stream. */
    @Test
    void aShutdownTellsTheClientsFirstAndTakesNoLongerThanAnnounced() throws Exception {
        SCRIPTS.add(Script.stream().sse(ClaudeWire.begin("It is ")).stall());
        ConfigurableApplicationContext application = application();
        try (BufferedReader events = ask(application)) {
            readUntil(events, "It is ");
            long begun = System.nanoTime();
            var closing = Thread.ofVirtual().start(application::close);
            readUntil(events, "server_shutdown");
            assertThat(closing.join(Duration.ofSeconds(20))).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
            assertThat(events.lines()).as("a proper end").allMatch(line -> !line.startsWith("event:"));
        } finally {
            application.close();
        }
    }
}
