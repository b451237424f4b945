package dev.sluice.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.SplittableRandom;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the events of a Claude stream, each in one write and flushed, so that it leaves at once. Like the real server it
 * pads some frames with blanks before the last brace.
 */
final class ClaudeFrames {
    private static final byte[] PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n".getBytes(UTF_8);
    private static final int MOST_PADDING = 15;

    private final OutputStream out;
    private final SplittableRandom random;

    ClaudeFrames(OutputStream out, SplittableRandom random) {
        this.out = out;
        this.random = random;
    }

    void messageStart(ObjectNode message) throws IOException {
        ObjectNode event = event("message_start");
        event.set("message", message);
        send(event);
    }

    void blockStart(int index, Block block) throws IOException {
        ObjectNode event = event("content_block_start").put("index", index);
        event.set("content_block", block.opening());
        send(event);
    }

    void delta(int index, ObjectNode delta) throws IOException {
        send(deltaEvent(index, delta));
    }

    /** The first half of a delta's frame, and no more. */
    void brokenDelta(int index, ObjectNode delta) throws IOException {
        byte[] frame = frame(deltaEvent(index, delta));
        out.write(frame, 0, frame.length / 2);
        out.flush();
    }

    void blockStop(int index) throws IOException {
        send(event("content_block_stop").put("index", index));
    }

    void messageDelta(String stopReason, ObjectNode usage) throws IOException {
        ObjectNode event = event("message_delta");
        event.putObject("delta")
                .put("stop_reason", stopReason)
                .putNull("stop_sequence")
                .putNull("stop_details");
        event.set("usage", usage);
        send(event);
    }

    void messageStop() throws IOException {
        send(event("message_stop"));
    }

    void error(ObjectNode error) throws IOException {
        send(error);
    }

    void ping() throws IOException {
        out.write(PING);
        out.flush();
    }

    private void send(ObjectNode event) throws IOException {
        out.write(frame(event));
        out.flush();
    }

    private byte[] frame(ObjectNode event) {
        String json = event.toString();
        String padding = " ".repeat(Math.max(0, random.nextInt(-MOST_PADDING, MOST_PADDING + 1)));
        return ("event: " + event.path("type").asString("") + "\ndata: " + json.substring(0, json.length() - 1)
                        + padding + "}\n\n")
                .getBytes(UTF_8);
    }

    private static ObjectNode deltaEvent(int index, ObjectNode delta) {
        ObjectNode event = event("content_block_delta").put("index", index);
        event.set("delta", delta);
        return event;
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
