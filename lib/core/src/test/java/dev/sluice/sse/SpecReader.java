package dev.sluice.sse;

import dev.sluice.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The WHATWG HTML standard, section 9.2.6, word by word and as slow as it likes: what the real reader is compared with.
 * Works on the whole stream at once, with one char for each byte.
 */
final class SpecReader {

    /**
     * What a stream comes to.
     *
     * @param limit the limit that it ended at; null for its own end
     */
    record Outcome(List<SseEvent> events, Limits.@Nullable Limit limit) {}

    private final List<SseEvent> events = new ArrayList<>();
    private String data = "";
    private String eventType = "";
    private String lastEventIdBuffer = "";
    private @Nullable Duration reconnectionTime;

    static List<SseEvent> events(byte[] stream) {
        return read(stream, Limits.defaults()).events();
    }

    static Outcome read(byte[] stream, Limits limits) {
        return new SpecReader().interpret(stream, limits);
    }

    private Outcome interpret(byte[] stream, Limits limits) {
        String text = new String(stream, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u00EF\u00BB\u00BF")) {
            text = text.substring(3);
        }
        String[] lines = text.replace("\r\n", "\n").replace('\r', '\n').split("\n", -1);
        int eventBytes = 0;
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            boolean comment = line.startsWith(":");
            int room = comment ? Integer.MAX_VALUE : limits.maxEventBytes() - eventBytes;
            if (line.length() > limits.maxLineBytes() || line.length() > room) {
                return new Outcome(
                        events, limits.maxLineBytes() <= room ? Limits.Limit.LINE_BYTES : Limits.Limit.EVENT_BYTES);
            }
            if (i == lines.length - 1) {
                break; // no line end: "discarded"
            }
            if (line.isEmpty()) {
                eventBytes = 0;
                dispatch();
            } else if (!comment) {
                eventBytes += line.length();
                process(line);
            }
        }
        return new Outcome(events, null);
    }

    private void process(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            field(line, "");
        } else {
            String value = line.substring(colon + 1);
            field(line.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
        }
    }

    private void field(String name, String value) {
        switch (name) {
            case "event" -> eventType = value;
            case "data" -> data += value + "\n";
            case "id" -> lastEventIdBuffer = value.indexOf('\0') < 0 ? value : lastEventIdBuffer;
            case "retry" -> {
                // The one thing that is ours: a time that is told with the next event, and a largest one.
                if (value.matches("0*[0-9]{1,10}") && Long.parseLong(value) <= SseReader.MAX_RETRY.toMillis()) {
                    reconnectionTime = Duration.ofMillis(Long.parseLong(value));
                }
            }
            default -> {}
        }
    }

    private void dispatch() {
        if (!data.isEmpty()) {
            events.add(new SseEvent(
                    eventType.isEmpty() ? "message" : decode(eventType),
                    decode(data.substring(0, data.length() - 1)),
                    decode(lastEventIdBuffer),
                    reconnectionTime));
            reconnectionTime = null;
        }
        data = "";
        eventType = "";
    }

    private static String decode(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
