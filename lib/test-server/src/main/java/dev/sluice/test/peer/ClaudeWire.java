package dev.sluice.test.peer;

import java.util.ArrayList;
import java.util.List;

/**
 * Claude's stream in its own words: each method gives the text of one server-sent event, blank line included. As the real
 * wire: {@code event} and {@code data} lines, LF, JSON on one line.
 */
public final class ClaudeWire {
    /** The id of the message of {@link #messageStart()}. */
    public static final String MESSAGE_ID = "msg_scripted";

    /** The model of {@link #messageStart()}. */
    public static final String MODEL = "claude-sonnet-5";

    private ClaudeWire() {}

    /** Any event: its name and its data. */
    public static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    /** The start of a message that took 10 tokens of input. */
    public static String messageStart() {
        return event("message_start", """
            {"type":"message_start","message":{"model":"%s","id":"%s","type":"message","role":"assistant",\
            "content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}}\
            """.formatted(MODEL, MESSAGE_ID));
    }

    /** The start of a block, whose JSON is given. */
    public static String blockStart(int index, String block) {
        return event(
                "content_block_start",
                "{\"type\":\"content_block_start\",\"index\":" + index + ",\"content_block\":" + block + "}");
    }

    /** The start of a text block. */
    public static String textStart(int index) {
        return blockStart(index, "{\"type\":\"text\",\"text\":\"\"}");
    }

    /** The start of a thinking block. */
    public static String thinkingStart(int index) {
        return blockStart(index, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
    }

    /** The start of a tool call. */
    public static String toolStart(int index, String id, String name) {
        return blockStart(
                index, "{\"type\":\"tool_use\",\"id\":" + quote(id) + ",\"name\":" + quote(name) + ",\"input\":{}}");
    }

    /** A delta, whose JSON is given. */
    public static String delta(int index, String delta) {
        return event(
                "content_block_delta",
                "{\"type\":\"content_block_delta\",\"index\":" + index + ",\"delta\":" + delta + "}");
    }

    /** A piece of text. */
    public static String text(int index, String text) {
        return delta(index, "{\"type\":\"text_delta\",\"text\":" + quote(text) + "}");
    }

    /** A piece of thinking. */
    public static String thinking(int index, String text) {
        return delta(index, "{\"type\":\"thinking_delta\",\"thinking\":" + quote(text) + "}");
    }

    /** The signature of a thinking block. */
    public static String signature(int index, String signature) {
        return delta(index, "{\"type\":\"signature_delta\",\"signature\":" + quote(signature) + "}");
    }

    /** A fragment of a tool call's input. */
    public static String inputJson(int index, String fragment) {
        return delta(index, "{\"type\":\"input_json_delta\",\"partial_json\":" + quote(fragment) + "}");
    }

    /** The end of a block. */
    public static String blockStop(int index) {
        return event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":" + index + "}");
    }

    /** The stop reason, and the output tokens in all. */
    public static String messageDelta(String stopReason, int outputTokens) {
        return event("message_delta", """
            {"type":"message_delta","delta":{"stop_reason":%s,"stop_sequence":null},"usage":{"output_tokens":%d}}\
            """.formatted(quote(stopReason), outputTokens));
    }

    /** The end of the message. */
    public static String messageStop() {
        return event("message_stop", "{\"type\":\"message_stop\"}");
    }

    /** A ping, with the blank after its colon. */
    public static String ping() {
        return event("ping", "{\"type\": \"ping\"}");
    }

    /** An error inside the stream. */
    public static String error(String type, String message) {
        return event("error", errorJson(type, message));
    }

    /** The body of an error, as it comes with an HTTP status. */
    public static String errorJson(String type, String message) {
        return "{\"type\":\"error\",\"error\":{\"type\":" + quote(type) + ",\"message\":" + quote(message)
                + "},\"request_id\":\"req_scripted\"}";
    }

    /** The events of a whole answer of one text block: one event for each piece, one output token each. */
    public static String[] answer(String... pieces) {
        List<String> events = new ArrayList<>(List.of(messageStart(), textStart(0)));
        for (String piece : pieces) {
            events.add(text(0, piece));
        }
        events.addAll(List.of(blockStop(0), messageDelta("end_turn", pieces.length), messageStop()));
        return events.toArray(String[]::new);
    }

    /** The events of an answer that calls one tool, its input in fragments. */
    public static String[] toolCall(String id, String name, String... fragments) {
        List<String> events = new ArrayList<>(List.of(messageStart(), toolStart(0, id, name)));
        for (String fragment : fragments) {
            events.add(inputJson(0, fragment));
        }
        events.addAll(List.of(blockStop(0), messageDelta("tool_use", fragments.length), messageStop()));
        return events.toArray(String[]::new);
    }

    /** The beginning of an answer, which never ends by itself: start, text block, pieces. */
    public static String[] begin(String... pieces) {
        String[] whole = answer(pieces);
        return java.util.Arrays.copyOf(whole, whole.length - 3);
    }

    private static String quote(String text) {
        var json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                default -> json.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return json.append('"').toString();
    }
}
