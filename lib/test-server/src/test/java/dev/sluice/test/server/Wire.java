package dev.sluice.test.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of each vendor that knows nothing but a socket, its paths, and where its words stand. */
enum Wire {
    CLAUDE(
            "/v1/messages",
            "/v1/messages",
            "x-api-key: any\r\nanthropic-version: 2023-06-01",
            "{\"model\":\"m\",\"max_tokens\":99,\"stream\":STREAM,\"messages\":[{\"role\":\"user\",\"content\":\"ASKED\"}]}",
            "/delta/text",
            "/content/0/text"),
    GEMINI(
            "/v1beta/models/m:streamGenerateContent?alt=sse",
            "/v1beta/models/m:generateContent",
            "x-goog-api-key: any",
            "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"ASKED\"}]}]}",
            "/candidates/0/content/parts/0/text",
            "/candidates/0/content/parts/0/text"),
    OPENAI(
            "/v1/chat/completions",
            "/v1/chat/completions",
            "authorization: Bearer any",
            "{\"model\":\"m\",\"stream\":STREAM,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"ASKED\"}]}",
            "/choices/0/delta/content",
            "/choices/0/message/content"),
    RESPONSES(
            "/v1/responses",
            "/v1/responses",
            "authorization: Bearer any",
            "{\"model\":\"m\",\"stream\":STREAM,\"input\":[{\"role\":\"user\",\"content\":\"ASKED\"}]}",
            "/delta",
            "/output/0/content/0/text"),
    INTERACTIONS(
            "/v1beta/interactions",
            "/v1beta/interactions",
            "x-goog-api-key: any",
            "{\"model\":\"m\",\"stream\":STREAM,\"input\":\"ASKED\"}",
            "/delta/text",
            "/steps/0/content/0/text");

    private final String streamed;
    private final String whole;
    final String headers;
    private final String body;
    private final String delta;
    private final String text;

    Wire(String streamed, String whole, String headers, String body, String delta, String text) {
        this.streamed = streamed;
        this.whole = whole;
        this.headers = headers;
        this.body = body;
        this.delta = delta;
        this.text = text;
    }

    /** How a connection ended. */
    enum Ended {
        FIN,
        RST,
        STILL_OPEN
    }

    /**
     * What came.
     *
     * @param body the chunks of HTTP put together
     * @param complete whether the body ended as HTTP says
     */
    record Response(int status, String head, byte[] body, boolean complete, Ended ended) {
        String text() {
            return new String(body, UTF_8);
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    Response stream(ScriptedServer server, String... headers) throws IOException {
        return ask(server, "POST " + streamed, asking("hi", true), headers);
    }

    Response whole(ScriptedServer server, String... headers) throws IOException {
        return ask(server, "POST " + whole, asking("hi", false), headers);
    }

    Response either(ScriptedServer server, boolean stream) throws IOException {
        return stream ? stream(server) : whole(server);
    }

    /** The response of a server that says nothing more, but keeps the connection open. */
    Response hanging(ScriptedServer server, boolean stream) throws IOException {
        return send(server, 500, "POST " + (stream ? streamed : whole), headers, asking("hi", stream));
    }

    String asking(String prompt, boolean stream) {
        return body.replace("STREAM", String.valueOf(stream)).replace("ASKED", prompt);
    }

    /** Sends a request and reads until the connection ends, or nothing has come for a while. */
    Response ask(ScriptedServer server, String line, String body, String... more) throws IOException {
        return send(server, line, headers, body, more);
    }

    static Response send(ScriptedServer server, String line, String headers, String body, String... more)
            throws IOException {
        return send(server, 10_000, line, headers, body, more);
    }

    /** Waits so many milliseconds for what follows the first byte. */
    private static Response send(
            ScriptedServer server, int patience, String line, String headers, String body, String... more)
            throws IOException {
        try (var socket = new Socket("127.0.0.1", server.uri().getPort())) {
            socket.setSoTimeout(10_000);
            String head = line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + (headers.isEmpty() ? "" : headers + "\r\n") + String.join("\r\n", more)
                    + (more.length > 0 ? "\r\n" : "") + "Content-Length: " + body.getBytes(UTF_8).length + "\r\n\r\n";
            socket.getOutputStream().write((head + body).getBytes(UTF_8));
            var came = new ByteArrayOutputStream();
            return parse(came, read(socket, patience, came));
        }
    }

    private static Ended read(Socket socket, int patience, ByteArrayOutputStream came) throws IOException {
        try {
            InputStream in = socket.getInputStream();
            came.writeBytes(in.readNBytes(1));
            socket.setSoTimeout(patience);
            in.transferTo(came);
            return Ended.FIN;
        } catch (SocketTimeoutException silent) {
            return Ended.STILL_OPEN;
        } catch (IOException reset) {
            return Ended.RST;
        }
    }

    private static Response parse(ByteArrayOutputStream came, Ended ended) {
        String all = came.toString(ISO_8859_1);
        int end = all.indexOf("\r\n\r\n") + 4;
        String head = all.substring(0, end > 3 ? end : 0);
        int status = head.isEmpty() ? 0 : Integer.parseInt(head.split(" ")[1]);
        String rest = all.substring(head.length());
        if (!head.contains("transfer-encoding: chunked")) {
            int length =
                    head.isEmpty() ? -1 : Integer.parseInt(head.replaceAll("(?s).*content-length: (\\d+).*", "$1"));
            return new Response(status, head, rest.getBytes(ISO_8859_1), rest.length() == length, ended);
        }
        var body = new StringBuilder();
        while (rest.matches("(?s)[0-9a-f]+\r\n.*")) {
            int size = Integer.parseInt(rest.substring(0, rest.indexOf('\r')), 16);
            rest = rest.substring(rest.indexOf('\n') + 1);
            if (size == 0) {
                return new Response(status, head, body.toString().getBytes(ISO_8859_1), true, ended);
            }
            body.append(rest, 0, Math.min(size, rest.length()));
            rest = rest.substring(Math.min(size + 2, rest.length()));
        }
        return new Response(status, head, body.toString().getBytes(ISO_8859_1), false, ended);
    }

    /** The JSON of each frame. */
    static List<JsonNode> chunks(String stream) {
        List<JsonNode> chunks = new ArrayList<>();
        for (String line : stream.split("\r?\n", -1)) {
            if (line.startsWith("data: {")) {
                chunks.add(JsonMapper.shared().readTree(line.substring(6)));
            }
        }
        return chunks;
    }

    /** The words of a response of either kind. */
    String words(Response response, boolean stream) {
        return stream
                ? joined(chunks(response.text()), delta)
                : response.json().at(text).asString("");
    }

    /** What all chunks have at a place, joined. */
    static String joined(List<JsonNode> chunks, String place) {
        return chunks.stream().map(chunk -> chunk.at(place).asString("")).collect(Collectors.joining());
    }
}
