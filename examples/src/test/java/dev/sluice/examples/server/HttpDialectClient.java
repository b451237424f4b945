package dev.sluice.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.test.server.ScriptedServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of each vendor that knows nothing but HTTP, its paths, and where its words stand. */
enum HttpDialectClient {
    CLAUDE(
            "/v1/messages",
            "anthropic-version",
            "x-api-key",
            "{\"model\":\"m\",\"max_tokens\":2000,\"stream\":true,MORE\"messages\":[{\"role\":\"user\",\"content\":\"ASKED\"}]}",
            "/delta/text",
            "event: message_stop",
            "\n\n"),
    GEMINI(
            "/v1beta/models/gemini-3.5-flash:streamGenerateContent?alt=sse",
            "x-anything",
            "x-goog-api-key",
            "{MORE\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"ASKED\"}]}]}",
            "/candidates/0/content/parts/0/text",
            "\"finishReason\"",
            "\r\n\r\n"),
    OPENAI(
            "/v1/chat/completions",
            "x-anything",
            "authorization",
            "{\"model\":\"m\",\"stream\":true,MORE\"messages\":[{\"role\":\"user\",\"content\":\"ASKED\"}]}",
            "/choices/0/delta/content",
            "data: [DONE]",
            "\n\n"),
    RESPONSES(
            "/v1/responses",
            "x-anything",
            "authorization",
            "{\"model\":\"m\",\"stream\":true,MORE\"input\":[{\"role\":\"user\",\"content\":\"ASKED\"}]}",
            "/delta",
            "event: response.completed",
            "\n\n"),
    INTERACTIONS(
            "/v1beta/interactions",
            "x-anything",
            "x-goog-api-key",
            "{\"model\":\"m\",\"stream\":true,MORE\"input\":[{\"type\":\"user_input\",\"content\":[{\"type\":\"text\",\"text\":\"ASKED\"}]}]}",
            "/delta/text",
            "event: interaction.completed",
            "\n\n");

    final String path;
    final String mark;
    final String frameEnd;
    private final String version;
    private final String key;
    private final String body;
    private final String words;

    HttpDialectClient(
            String path, String version, String key, String body, String words, String mark, String frameEnd) {
        this.path = path;
        this.version = version;
        this.key = key;
        this.body = body;
        this.words = words;
        this.mark = mark;
        this.frameEnd = frameEnd;
    }

    /** A request for a streamed answer, with more fields, each with a comma behind it. */
    String asking(String prompt, String more) {
        return body.replace("MORE", more).replace("ASKED", prompt);
    }

    HttpResponse<InputStream> post(ScriptedServer server, String body, String... headers) throws Exception {
        return postTo(server, path, body, headers);
    }

    HttpResponse<InputStream> postTo(ScriptedServer server, String path, String body, String... headers)
            throws Exception {
        return send(server, path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(body)), headers);
    }

    JsonNode get(ScriptedServer server, String path) throws Exception {
        return Wire.json(send(server, path, HttpRequest.newBuilder().GET()));
    }

    private HttpResponse<InputStream> send(
            ScriptedServer server, String path, HttpRequest.Builder request, String... headers) throws Exception {
        request.uri(server.uri().resolve(path)).header(key, "Bearer any").header(version, "2023-06-01");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Wire.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** All that comes over the connection until it ends or breaks, the chunks of HTTP put together; as it is if they break. */
    String raw(ScriptedServer server, String body, String header) throws IOException {
        try (var socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
            String request = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + key
                    + ": any\r\n" + version + ": 2023-06-01\r\n" + header + "\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    static String text(HttpResponse<InputStream> response) throws IOException {
        try (InputStream in = response.body()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** The JSON of each frame. What is in no frame is an error. */
    List<JsonNode> chunks(String stream) {
        var chunks = new ArrayList<JsonNode>();
        for (String frame : stream.split(frameEnd, 0)) {
            String data = frame.replaceFirst("^event: [\\w.]+\n", "");
            if (!data.startsWith("data: ") || data.contains("\n")) {
                throw new AssertionError("no frame of this wire: " + frame);
            }
            if (!data.equals("data: [DONE]")) {
                chunks.add(JsonMapper.shared().readTree(data.substring(6)));
            }
        }
        return chunks;
    }

    List<JsonNode> chunks(HttpResponse<InputStream> response) throws IOException {
        return chunks(text(response));
    }

    /** The words of an answer. */
    String words(List<JsonNode> chunks) {
        return joined(chunks, words);
    }

    /** What all chunks have at a place, joined. */
    static String joined(List<JsonNode> chunks, String place) {
        var joined = new StringBuilder();
        chunks.forEach(chunk -> joined.append(chunk.at(place).asString("")));
        return joined.toString();
    }
}
