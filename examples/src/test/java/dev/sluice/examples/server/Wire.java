package dev.sluice.examples.server;

import dev.sluice.test.server.ScriptedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server seen by a client that knows nothing but HTTP. */
final class Wire {
    static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final JsonMapper JSON = JsonMapper.shared();

    private Wire() {}

    static String asking(String prompt, String more) {
        return "{\"model\":\"claude-sonnet-5\",\"max_tokens\":2000,\"stream\":true," + more
                + "\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
    }

    static HttpResponse<InputStream> post(ScriptedServer server, String body, String... headers) throws Exception {
        return postTo(server, "/v1/messages", body, headers);
    }

    static HttpResponse<InputStream> postTo(ScriptedServer server, String path, String body, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(server.uri().resolve(path))
                .header("x-api-key", "any")
                .header("anthropic-version", "2023-06-01")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** All that comes over the connection until it breaks: the JDK's client would drop what it has not handed on. */
    static String raw(ScriptedServer server, String body, String header) throws IOException {
        try (var socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
            String request = "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nx-api-key: any\r\n"
                    + "anthropic-version: 2023-06-01\r\n" + header + "\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static JsonNode json(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            return JSON.readTree(body.readAllBytes());
        }
    }

    static List<JsonNode> events(HttpResponse<InputStream> response) throws IOException {
        var events = new ArrayList<JsonNode>();
        readInto(events, response);
        return events;
    }

    /** Adds each event as it comes, so that those before a fault are there. */
    static void readInto(List<JsonNode> events, HttpResponse<InputStream> response) throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String name = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    JsonNode event = JSON.readTree(line.substring(6));
                    if (!event.path("type").asString("").equals(name)) {
                        throw new AssertionError("event " + name + " has the data " + event);
                    }
                    events.add(event);
                } else if (!line.isEmpty()) {
                    throw new AssertionError("no line of this wire: " + line);
                }
            }
        }
    }

    static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").asString("")).toList();
    }

    /** What all deltas bring in one of their fields, joined. */
    static String joined(List<JsonNode> events, String field) {
        var joined = new StringBuilder();
        events.forEach(event -> joined.append(event.path("delta").path(field).asString("")));
        return joined.toString();
    }
}
