package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that nobody would send but to do harm: each is answered in good form, or its connection is closed. */
@Timeout(120)
@ParameterizedClass
@EnumSource(WebServer.class)
class FuzzTest extends WebServerFixture {
    private static final int REQUESTS = 1_500;

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void everyRequestIsAnsweredOrItsConnectionIsClosed(long seed) throws Exception {
        starter = request -> {
            var run = new ScriptedRun();
            run.step(1);
            run.complete();
            return run;
        };
        mount();
        WireClient known = post();
        List<String> ids = List.of(known.header("x-stream-id"), "none", "%00", "..%2f..", "ä", "a".repeat(3_000));
        known.close();
        try (var clients = Executors.newFixedThreadPool(8)) {
            var answers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < REQUESTS; i++) {
                long each = seed * 1_000_000 + i;
                answers.add(clients.submit(() -> attack(new Random(each), each, ids, known.cookie())));
            }
            var statuses = new HashMap<Integer, Integer>();
            for (Future<Integer> answer : answers) {
                statuses.merge(answer.get(), 1, Integer::sum);
            }
            assertThat(statuses).containsKeys(0, 200, 400, 403, 404, 405).doesNotContainKey(500);
        }
        assertThat(get("/healthz").status()).isEqualTo(200);
        Awaitility.await().untilAsserted(() -> assertThat(virtualThreads()).isEmpty());
    }

    /** Sends a request, whole or cut, and reads what comes; the status, 0 for a connection that was closed without one. */
    private int attack(Random random, long seed, List<String> ids, String cookie) throws IOException {
        byte[] request = request(random, ids, cookie);
        boolean cut = random.nextInt(4) == 0;
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request, 0, cut ? random.nextInt(request.length) : request.length);
            if (cut && random.nextBoolean()) {
                return 0; // and goes
            }
            socket.shutdownOutput();
            return response(socket.getInputStream(), text(request).startsWith("HEAD "));
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer to request " + seed + ": " + text(request), e);
        } catch (SocketException e) {
            return 0;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "a wrong answer to request " + seed + ": " + e.getMessage() + "\n" + text(request), e);
        }
    }

    private static String text(byte[] request) {
        return new String(request, 0, Math.min(request.length, 300), StandardCharsets.ISO_8859_1);
    }

    private static byte[] request(Random random, List<String> ids, String cookie) {
        String id = any(random, ids);
        String method = any(
                random, "GET", "POST", "POST", "POST", "DELETE", "HEAD", "PUT", "OPTIONS", "TRACE", "get", "G\0T", "");
        String path = any(
                random,
                "/",
                "/healthz",
                "/ws/stream",
                "/api/v1/stream",
                "/api/v1/stream",
                "/api/v1/chat",
                "/v1/chat/completions",
                "/api/v1/stream/" + id,
                "/api/v1/stream/" + id + "?lastEventId=" + noise(random, 8),
                "/api/v1/chat/" + id + "/stream",
                "//" + noise(random, 10),
                "/%" + noise(random, 3),
                "http://evil/" + id,
                "*",
                "/" + noise(random, 40));
        var head = new StringBuilder(
                method + " " + path + " HTTP/" + any(random, "1.1", "1.1", "1.1", "1.0", "2.0", "x") + "\r\n");
        head.append(any(
                random, "Host: here\r\n", "Host: here\r\n", "Host: here\r\n", "Host: evil\r\n", "Host: a b\r\n", ""));
        String body = body(random);
        boolean plain = random.nextInt(3) > 0;
        head.append("Content-Type: ")
                .append(plain ? "application/json" : noise(random, 10))
                .append("\r\n");
        head.append(any(
                random,
                "Content-Length: " + body.length() + "\r\n",
                "Content-Length: " + body.length() + "\r\n",
                "Content-Length: " + (body.length() + 5) + "\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Transfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
                "Transfer-Encoding: gzip\r\n",
                ""));
        for (int i = random.nextInt(4); i > 0; i--) {
            head.append(any(
                            random,
                            cookie,
                            "Cookie: sluice=" + noise(random, 50),
                            "Last-Event-ID: " + noise(random, 20),
                            "Last-Event-ID: " + "9".repeat(random.nextInt(30)),
                            "Last-Event-ID: " + random.nextInt(4),
                            "Origin: " + any(random, "null", "http://here", "http://evil", noise(random, 9)),
                            "Access-Control-Request-Method: POST",
                            "Upgrade: websocket\r\nConnection: Upgrade",
                            "Upgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\n"
                                    + "Sec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                            "Expect: 100-continue",
                            "Connection: close",
                            "X-" + noise(random, 5) + ": " + noise(random, 20),
                            noise(random, 10),
                            "X: " + "y".repeat(random.nextInt(20_000))))
                    .append("\r\n");
        }
        var all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(body.getBytes(StandardCharsets.ISO_8859_1));
        return all.toByteArray();
    }

    private static String body(Random random) {
        String body = any(
                random,
                BODY,
                "{\"id\":\"c\",\"messages\":[{\"id\":\"m\",\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"hi\"}]}]}",
                "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "[".repeat(random.nextInt(5_000)),
                "{\"a\":".repeat(random.nextInt(2_000)),
                "5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n",
                "");
        var changed = new StringBuilder(body);
        for (int i = random.nextInt(3); i > 0 && !changed.isEmpty(); i--) {
            changed.setCharAt(random.nextInt(changed.length()), (char) random.nextInt(256));
        }
        return changed.toString();
    }

    @SafeVarargs
    private static <T> T any(Random random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String any(Random random, List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static String noise(Random random, int most) {
        var noise = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            noise.append((char) (random.nextInt(8) == 0 ? random.nextInt(256) : 33 + random.nextInt(94)));
        }
        return noise.toString();
    }

    /** The status of a well-formed response, whose body is read as far as it comes. */
    private int response(InputStream from, boolean head) throws IOException {
        var in = new BufferedInputStream(from);
        String first = line(in);
        if (first == null) {
            return 0;
        }
        if (isServersOwn(first)) {
            return 400; // to what looks like HTTP/0.9
        }
        assertThat(first).matches("HTTP/1\\.[01] [1-5][0-9][0-9]( .*)?");
        int status = Integer.parseInt(first.substring(9, 12));
        var headers = new HashMap<String, String>();
        for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
            assertThat(line).matches("[A-Za-z0-9-]+:.*");
            headers.put(
                    line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT),
                    line.substring(line.indexOf(':') + 1).strip());
        }
        if (status == 100) {
            return response(in, head);
        }
        if (status != 101 && !head) {
            String length = headers.getOrDefault("content-length", "");
            byte[] body = length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
            assertThat(length).as("all of the body").isIn("", Integer.toString(body.length));
            check(headers, new String(body, StandardCharsets.UTF_8));
        }
        assertThat(status).isNotEqualTo(500);
        return status;
    }

    /** Whether an answer is in words of the server's, for a request that never gets to us: some have a page for each. */
    private boolean isServersOwn(String body) {
        return webServer == WebServer.JDK && body.matches("<h1>(400|404|501) .*")
                || webServer.isServlets()
                        && body.matches("(?s)(<!doctype )?<?html.*(Status|HTTP ERROR|Error) [45]\\d\\d.*");
    }

    private void check(Map<String, String> headers, String body) {
        if (headers.getOrDefault("content-type", "").startsWith("application/json")) {
            assertThat(body).startsWith("{").endsWith("}");
        }
        if (!isServersOwn(body)) {
            assertThat(body).doesNotContain("<h", "Exception");
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return line.size() == 0
                        ? null
                        : line.toString(StandardCharsets.ISO_8859_1).strip();
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** The names of the virtual threads of the relay and of its server that exist now. */
    private static List<String> virtualThreads() throws IOException {
        Path directory = Files.createTempDirectory("threads");
        Path dump = directory.resolve("dump.txt");
        try {
            java.lang.management.ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
                    .dumpThreads(
                            dump.toString(), com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            try (var lines = Files.lines(dump)) {
                return lines.filter(line -> line.matches("#\\d+ \"sluice-.*virtual.*"))
                        .toList();
            }
        } finally {
            Files.deleteIfExists(dump);
            Files.delete(directory);
        }
    }
}
