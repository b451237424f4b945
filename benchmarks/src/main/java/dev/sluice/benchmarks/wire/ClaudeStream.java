package dev.sluice.benchmarks.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Answers as the Messages API streams them, made before they are sent. */
public final class ClaudeStream {
    private static final int PIECE = 16 * 1024;
    private static final List<String> WORDS = List.of(
            "twelve chars",
            " and rivers ",
            "run downhill",
            ", as it was ",
            "told before.",
            " The stream ",
            "goes on with");

    private ClaudeStream() {}

    /** The writes that make an answer, as chunks of HTTP; without the head of the response. */
    static List<byte[]> writes(Shape shape) {
        return switch (shape.kind()) {
            case BULK, TOOLS -> chunks(pieces(body(shape)));
            case TINY -> chunks(events(shape));
            case PACED -> throw new IllegalArgumentException("shape: a paced answer is made as it goes");
        };
    }

    /** What is within the chunks. */
    public static byte[] body(Shape shape) {
        var body = new ByteArrayOutputStream();
        events(shape).forEach(body::writeBytes);
        return body.toByteArray();
    }

    /** The events of an answer, one by one. */
    static List<byte[]> events(Shape shape) {
        boolean tools = shape.kind() == Shape.Kind.TOOLS;
        List<byte[]> events = new ArrayList<>(start(tools));
        for (int i = 0; i < shape.count(); i++) {
            events.add(tools ? fragment(i, shape.count()) : text(WORDS.get(i % WORDS.size())));
        }
        events.add(event("content_block_stop", "\"index\":0"));
        String reason = tools ? "tool_use" : "end_turn";
        events.add(event(
                "message_delta",
                "\"delta\":{\"stop_reason\":\"" + reason + "\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":"
                        + shape.count() + "}"));
        events.add("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".getBytes(US_ASCII));
        return events;
    }

    /** The events before the first delta. */
    static List<byte[]> start(boolean tools) {
        String block = tools
                ? "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"save\",\"input\":{}}"
                : "{\"type\":\"text\",\"text\":\"\"}";
        return List.of(
                event("message_start", """
                    "message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5",\
                    "content":[],"stop_reason":null,"stop_sequence":null,\
                    "usage":{"input_tokens":10,"output_tokens":1}}\
                    """), event("content_block_start", "\"index\":0,\"content_block\":" + block));
    }

    static byte[] text(String text) {
        return event(
                "content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + text + "\"}");
    }

    /** One of the fragments that join to {@code {"items":["value 00001",…]}}. */
    private static byte[] fragment(int i, int count) {
        String value = "\\\"value %05d\\\"".formatted(i);
        String json = (i == 0 ? "{\\\"items\\\":[" : ",") + value + (i == count - 1 ? "]}" : "");
        return event(
                "content_block_delta",
                "\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"" + json + "\"}");
    }

    private static byte[] event(String type, String fields) {
        return ("event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n").getBytes(US_ASCII);
    }

    private static List<byte[]> pieces(byte[] body) {
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < body.length; from += PIECE) {
            pieces.add(Arrays.copyOfRange(body, from, Math.min(from + PIECE, body.length)));
        }
        return pieces;
    }

    /** Each piece as a chunk; with the last goes the end of the body. */
    private static List<byte[]> chunks(List<byte[]> pieces) {
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            chunks.add(chunk(pieces.get(i), i == pieces.size() - 1 ? "0\r\n\r\n" : ""));
        }
        return chunks;
    }

    static byte[] chunk(byte[] data, String after) {
        var chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(data.length) + "\r\n").getBytes(US_ASCII));
        chunk.writeBytes(data);
        chunk.writeBytes(("\r\n" + after).getBytes(US_ASCII));
        return chunk.toByteArray();
    }
}
