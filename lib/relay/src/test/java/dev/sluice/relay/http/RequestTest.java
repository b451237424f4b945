package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.relay.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every adapter promises of requests: who may send them, what they may hold, and what the answers say to a browser. */
@ParameterizedClass
@EnumSource(WebServer.class)
class RequestTest extends WebServerFixture {
    private static final String START = "/api/v1/stream";

    @Test
    void handsTheRequestToTheApplication() throws Exception {
        mount();
        try (WireClient client = send("POST", START, "{\"chatId\":\"c\",\"message\":\"hä?\",\"depth\":3}")) {
            assertThat(client.status()).isEqualTo(200);
            var request = requests.take();
            assertThat(request.chatId()).isEqualTo("c");
            assertThat(request.conversation().messages().getLast().text()).isEqualTo("hä?");
            assertThat(request.body()).containsEntry("depth", 3);
        }
    }

    @Test
    void refusesABodyThatIsTooLong() throws Exception {
        mount(builder -> builder.maxBodyBytes(100));
        String exact = "{\"message\":\"" + "x".repeat(100 - 14) + "\"}";
        assertThat(send("POST", START, exact).status()).isEqualTo(200);
        WireClient longer = send("POST", START, exact + " ");
        assertThat(longer.status()).isEqualTo(413);
        assertThat(longer.body()).contains("\"payload_too_large\"").contains("100 bytes");
        try (var client = new WireClient(port)) {
            byte[] head = ("POST " + START + " HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 101\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(client.raw(head).status())
                    .as("before any of it has come")
                    .isEqualTo(413);
        }
        try (var client = new WireClient(port)) {
            byte[] chunked = ("POST " + START + " HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\nc8\r\n" + " ".repeat(200) + "\r\n0\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(client.raw(chunked).status()).as("of a length not told").isEqualTo(413);
        }
    }

    @Test
    void refusesWhatIsNotUtf8() throws Exception {
        mount();
        for (String bad : List.of("\u00ff", "\u00c3(", "\u00ed\u00a0\u0080", "\u00c0\u00af", "\u00f5")) {
            var body = new ByteArrayOutputStream();
            body.writeBytes("{\"message\":\"".getBytes(StandardCharsets.UTF_8));
            body.writeBytes(bad.getBytes(StandardCharsets.ISO_8859_1));
            body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
            try (var client = new WireClient(port)) {
                assertThat(client.request("POST", START, body.toByteArray()).status())
                        .isEqualTo(400);
                assertThat(client.body()).contains("UTF-8");
            }
        }
        assertThat(requests).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "\"x\"", "null", "{", "{}{}", "{\"messages\":1}", "{\"message\":[]}", "{\"chatId\":7}"
            })
    void refusesWhatMakesNoSense(String body) throws Exception {
        mount();
        WireClient answer = send("POST", START, body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"bad_request\",\"message\":");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "json"})
    void refusesWhatIsNotJson(String type) throws Exception {
        mount();
        assertThat(send("POST", START, BODY, "Content-Type: " + type).status()).isEqualTo(415);
        assertThat(requests).isEmpty();
        assertThat(post("Content-Type: Application/JSON; charset=\"UTF-8\"").status())
                .isEqualTo(200);
    }

    @Test
    void tellsWhichMethodsThereAre() throws Exception {
        mount();
        for (String[] each : new String[][] {
            {"GET", START, "POST"},
            {"PUT", START, "POST"},
            {"POST", START + "/x", "GET, DELETE"},
            {"DELETE", "/api/v1/chat", "POST"},
            {"POST", "/api/v1/chat/x/stream", "GET"},
            {"GET", "/v1/chat/completions", "POST"},
            {"POST", "/healthz", "GET, HEAD"},
            {"OPTIONS", START, "POST"},
            {"POST", "/ws/stream", "GET"}
        }) {
            WireClient answer = send(each[0], each[1], "");
            assertThat(answer.status()).as(each[0] + " " + each[1]).isEqualTo(405);
            assertThat(answer.header("allow")).isEqualTo(each[2]);
        }
    }

    @Test
    void tellsWhatTheApplicationSaysOfARequestButNotHowItFails() throws Exception {
        mount();
        starter = request -> {
            throw new IllegalArgumentException("depth: must be positive");
        };
        WireClient wrong = send("POST", START, BODY);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.body()).contains("depth: must be positive");
        starter = request -> {
            throw new IOException("the key sk-1 is wrong");
        };
        WireClient failed = send("POST", START, BODY);
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.body()).contains("start_failed").doesNotContain("sk-1");
    }

    @Test
    void letsPagesOfItsOwnAndOfNamedSitesInOnly() throws Exception {
        mount(builder -> builder.allowedOrigins("https://Chat.example"));
        for (String foreign : List.of(
                "http://evil", "null", "http://here.evil", "http://here:81", "https://chat.example:8443", "here")) {
            assertThat(send("POST", START, BODY, "Origin: " + foreign).status()).isEqualTo(403);
            assertThat(send("DELETE", START + "/x", "", "Origin: " + foreign).status())
                    .isEqualTo(403);
            WireClient preflight = preflight(foreign);
            assertThat(preflight.status()).isEqualTo(403);
            assertThat(preflight.header("access-control-allow-origin")).isEmpty();
        }
        assertThat(requests).isEmpty();
        assertThat(post("Origin: http://here").header("access-control-allow-origin"))
                .isEmpty();
        assertThat(post("Origin: https://chat.example").header("access-control-allow-origin"))
                .isEqualTo("https://chat.example");
        WireClient preflight = preflight("https://chat.example");
        assertThat(preflight.status()).isEqualTo(204);
        assertThat(preflight.header("access-control-allow-methods")).isEqualTo("POST");
        assertThat(preflight.header("access-control-allow-headers")).contains("Last-Event-ID", "Idempotency-Key");
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://chat.example");
        assertThat(preflight.header("vary")).isEqualTo("Origin");
        WireClient error = send("POST", START, "[]", "Origin: https://chat.example");
        assertThat(error.header("access-control-allow-origin"))
                .as("errors can be read")
                .isNotEmpty();
    }

    @Test
    void answersToItsOwnNamesOnly() throws Exception {
        mount();
        for (String path : List.of("/", START, START + "/x", "/ws/stream")) {
            WireClient answer = to("evil.example", "GET " + path);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).contains("\"foreign_host\"");
        }
        assertThat(to("evil.example", "GET /healthz").status()).isEqualTo(200);
        assertThat(to("here:99", "GET " + START + "/x").status()).isEqualTo(404);
        assertThat(to("127.0.0.1:" + port, "GET " + START + "/x").status()).isEqualTo(404);
    }

    private WireClient to(String host, String request) throws IOException {
        return new WireClient(port)
                .raw((request + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private WireClient preflight(String origin) throws IOException {
        return send("OPTIONS", START, "", "Origin: " + origin, "Access-Control-Request-Method: POST");
    }

    @Test
    void givesWhoIsNewACookie() throws Exception {
        mount();
        WireClient first = post();
        assertThat(first.header("set-cookie"))
                .matches("sluice=[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax");
        assertThat(post(first.cookie()).header("set-cookie")).isEmpty();
        assertThat(post("Cookie: a=b; " + first.cookie().substring("Cookie: ".length()))
                        .header("set-cookie"))
                .isEmpty();
        assertThat(post("Cookie: sluice=short").header("set-cookie")).isNotEmpty();
        assertThat(post().header("set-cookie")).isNotEqualTo(first.header("set-cookie"));
        var sessions = requests.stream().map(request -> request.session().id()).toList();
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0)).isEqualTo(sessions.get(2));
        assertThat(sessions).doesNotContain("short").hasSize(5);
        assertThat(sessions.subList(2, 5)).doesNotHaveDuplicates();
    }

    @Test
    void asksTheApplicationWhoItIs() throws Exception {
        mount(builder -> builder.authenticator(
                head -> switch (head.header("authorization").orElse("")) {
                    case "" -> throw AccessDenied.unauthenticated("Sign in first.");
                    case "Bearer eve" -> throw AccessDenied.forbidden("Not you.");
                    case String token -> new Session(token);
                }));
        WireClient anonymous = send("POST", START, BODY);
        assertThat(anonymous.status()).isEqualTo(401);
        assertThat(anonymous.body()).contains("Sign in first.");
        assertThat(send("POST", START, BODY, "Authorization: Bearer eve").status())
                .isEqualTo(403);
        try (WireClient ann = post("Authorization: Bearer ann")) {
            assertThat(ann.header("set-cookie")).isEmpty();
            assertThat(get(path(ann)).status()).isEqualTo(401);
            assertThat(get(path(ann), "Authorization: Bearer bob").status()).isEqualTo(404);
            assertThat(get(path(ann), "Authorization: Bearer ann").status()).isEqualTo(200);
        }
    }

    @Test
    void limitsHowOftenASessionStarts() throws Exception {
        mount(builder -> builder.startLimit(2, Duration.ofHours(1)));
        String cookie = get("/healthz").header("set-cookie");
        assertThat(cookie).as("who asks for the health is nobody").isEmpty();
        WireClient first = post();
        post(first.cookie());
        WireClient third = send("POST", START, BODY, first.cookie());
        assertThat(third.status()).isEqualTo(429);
        assertThat(Integer.parseInt(third.header("retry-after"))).isBetween(1700, 1801);
        assertThat(third.body()).contains("too_many_requests", "this session");
        post(post().cookie());
    }

    @Test
    void limitsHowManyASessionHasRunning() throws Exception {
        settings.streamsPerSession(1);
        mount();
        WireClient first = post();
        WireClient second = send("POST", START, BODY, first.cookie());
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.header("retry-after")).isNotEmpty();
        assertThat(second.body()).contains("too_many_streams");
    }

    @Test
    void everyAnswerTellsTheBrowserToBeCareful() throws Exception {
        mount(builder -> builder.page("dev/sluice/relay/http/site", getClass().getClassLoader()));
        var answers = new ArrayList<WireClient>();
        answers.add(post());
        answers.add(get("/"));
        answers.add(get("/healthz"));
        answers.add(get("/none"));
        answers.add(get(START));
        answers.add(get(START + "/none"));
        answers.add(get(START + "/none", "Last-Event-ID: x"));
        answers.add(get("/api/v1/chat/none/stream"));
        answers.add(send("POST", START, "["));
        answers.add(send("POST", START, BODY, "Origin: http://evil"));
        answers.add(send("POST", START, BODY, "Content-Type: text/plain"));
        answers.add(send("BREW", "/", ""));
        for (WireClient answer : answers) {
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
            assertThat(answer.header("content-security-policy"))
                    .contains("default-src 'none'", "frame-ancestors 'none'");
            assertThat(answer.header("cache-control")).containsAnyOf("no-store", "no-cache");
            assertThat(answer.header("server")).doesNotContainIgnoringCase("jetty");
        }
    }

    @Test
    void servesThePagesFilesAndNothingElse() throws Exception {
        mount(builder -> builder.page("dev/sluice/relay/http/site", getClass().getClassLoader()));
        WireClient index = get("/");
        assertThat(index.status()).isEqualTo(200);
        assertThat(index.header("content-type")).isEqualToIgnoringWhitespace("text/html; charset=utf-8");
        assertThat(index.header("content-security-policy")).contains("require-trusted-types-for 'script'");
        assertThat(index.header("set-cookie"))
                .as("the page's first requests are one session's")
                .isNotEmpty();
        assertThat(index.body()).contains("<title>A page</title>");
        WireClient script = get("/assets/main.js");
        assertThat(script.header("content-type")).isEqualToIgnoringWhitespace("text/javascript; charset=utf-8");
        assertThat(script.header("cache-control")).isEqualTo("no-cache");
        assertThat(script.header("set-cookie")).isEmpty();
        WireClient library = get("/webjars/river/1.0/river.js");
        assertThat(library.body()).isEqualTo("export const flows = true;\n");
        assertThat(library.header("cache-control")).contains("immutable");
        WireClient head = send("HEAD", "/", "");
        assertThat(head.status()).isEqualTo(200);
        for (String none : List.of(
                "/assets",
                "/assets/",
                "/assets/none.js",
                "/../site/index.html",
                "/%2e%2e/RequestTest.class",
                "/assets/..%2findex.html",
                "/assets/%2e%2e/index.html",
                "/.git/config",
                "/webjars/",
                "/webjars/../../x.js",
                "/WireClient.class",
                "//index.html",
                "/index.html%00.js",
                "/assets\\main.js",
                "/folder.js")) {
            boolean isIndex =
                    none.contains("%2e%2e/index") || none.startsWith("//"); // for a container, which normalises
            if (!webServer.isServlets() || !isIndex) {
                assertThat(get(none).status()).as(none).isIn(400, 404);
            }
        }
    }

    @Test
    void thePageIsToldWhichQuestionsToOffer() throws Exception {
        mount(builder -> builder.page("dev/sluice/relay/http/site", getClass().getClassLoader()));
        assertThat(get("/suggestions.json").body()).isEqualTo("[]");
        mount(builder -> builder.page("dev/sluice/relay/http/site", getClass().getClassLoader())
                .suggestions("How high is the \"Douro\"?", "And <now>?"));
        WireClient suggestions = get("/suggestions.json");
        assertThat(suggestions.body()).isEqualTo("[\"How high is the \\\"Douro\\\"?\",\"And <now>?\"]");
        assertThat(suggestions.header("content-type")).isEqualTo("application/json");
        assertThat(suggestions.header("cache-control")).isEqualTo("no-cache");
        assertThatThrownBy(() -> mount(builder -> builder.suggestions("How?", " ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("questions: none may be blank");
    }

    @Test
    void aPageThatIsNotOnTheClassPathIsMissedAtOnceAndNothingOfItIsThere() {
        assertThat(getClass().getClassLoader().getResource("META-INF/resources/_static"))
                .isNull();
        assertThatThrownBy(() -> mount(builder -> builder.page()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("dev.sluice:sluice-relay-page");
    }

    @Test
    void aPageThatOnlyTheApplicationsLoaderKnowsIsFound(@TempDir Path jar) throws Exception {
        Path folder = Files.createDirectories(jar.resolve("dev/sluice/relay/page"));
        Files.writeString(folder.resolve("index.html"), "<title>Elsewhere</title>");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            thread.setContextClassLoader(loader);
            mount(builder -> builder.page());
            assertThat(get("/").body()).isEqualTo("<title>Elsewhere</title>");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void withoutAPageThereIsNone() throws Exception {
        mount();
        assertThat(get("/suggestions.json").status()).isEqualTo(404);
        assertThat(get("/").status()).isEqualTo(404);
        assertThat(get("/webjars/x/1/x.js").status()).isEqualTo(404);
        assertThat(get("/healthz").body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {START, "/api/v1/chat", "/v1/chat/completions"})
    void refusesTooManyMessagesAndParts(String path) throws Exception {
        mount(builder -> builder.maxMessages(2).maxParts(3));
        WireClient messages = send("POST", path, "{\"messages\":[{},{},{}]}");
        assertThat(messages.status()).isEqualTo(413);
        assertThat(messages.body()).contains("\"payload_too_large\"", "3 messages", "at most 2", "maxMessages");
        WireClient parts =
                send("POST", path, "{\"messages\":[{\"parts\":[1,2]},{\"content\":[1],\"tool_calls\":[1]}]}");
        assertThat(parts.status()).isEqualTo(413);
        assertThat(parts.body()).contains("\"payload_too_large\"", "4 parts", "at most 3", "maxParts");
        assertThat(send("POST", path, "{\"messages\":[{\"parts\":[1,2,3]},{}]}").status())
                .as("what is allowed is looked at")
                .isEqualTo(400);
        assertThat(requests).isEmpty();
    }

    @Test
    void whoIsNotLetInIsToldSoBeforeTheBody() throws Exception {
        mount(builder -> builder.authenticator(head -> {
            throw AccessDenied.unauthenticated("Sign in first.");
        }));
        try (var client = new WireClient(port)) {
            byte[] head = ("POST " + START + " HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 1000\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(client.raw(head).status()).isEqualTo(401);
        }
    }

    @Test
    void aForeignOriginIsToldWhichOneIsMeantAndWhatTheHostIs() throws Exception {
        mount();
        WireClient foreign = send("POST", START, BODY, "Origin: https://here:8443");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.body()).contains("\"foreign_origin\"", "'https://here:8443'", "'here'", "allowedOrigins");
    }

    @Test
    void itsOwnOriginHasThePortThatTheBrowserAskedFor() throws Exception {
        mount();
        try (var client = new WireClient(port)) {
            byte[] request = ("POST " + START + " HTTP/1.1\r\nHost: here:8443\r\nOrigin: https://here:8443\r\n"
                            + "Content-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY)
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(client.raw(request).status()).isEqualTo(200);
        }
    }

    @Test
    void whereTheAiSdkLooksByItselfOursIsNamed() throws Exception {
        mount();
        for (String[] each :
                new String[][] {{"POST", "/api/chat"}, {"GET", "/api/chat"}, {"GET", "/api/chat/x/stream"}}) {
            WireClient answer = send(each[0], each[1], each[0].equals("POST") ? BODY : "");
            assertThat(answer.status()).as(each[1]).isEqualTo(404);
            assertThat(answer.body()).contains("\"not_found\"", "/api/v1/chat");
        }
    }
}
