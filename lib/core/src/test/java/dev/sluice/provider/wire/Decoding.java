package dev.sluice.provider.wire;

import dev.sluice.Limits;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What the decoder tests share. */
public final class Decoding {
    private Decoding() {}

    /** What the data of nameless events mean, one after another in one stream; quotes may be single. */
    public static List<StreamEvent> decode(String... data) {
        return stream(framed(data));
    }

    /** The same, of a stream of Gemini's. */
    public static List<StreamEvent> gemini(String... data) {
        return stream(framed(data), Requests.GEMINI);
    }

    /** The stream of nameless events that have these data; quotes may be single. */
    public static String framed(String... data) {
        var sse = new StringBuilder();
        for (String each : data) {
            sse.append("data: ").append(each.replace('\'', '"')).append("\n\n");
        }
        return sse.toString();
    }

    /** What one event means that means one thing. */
    public static StreamEvent one(String data) {
        var events = decode(data);
        if (events.size() != 1) {
            throw new AssertionError("not one event: " + events);
        }
        return events.getFirst();
    }

    public static List<StreamEvent> stream(String sse) {
        return stream(sse, Requests.CLAUDE);
    }

    public static List<StreamEvent> stream(String sse, Provider provider) {
        return stream(new ByteArrayInputStream(sse.getBytes(StandardCharsets.UTF_8)), provider);
    }

    public static List<StreamEvent> transcript(String name) {
        return stream(
                Decoding.class.getResourceAsStream("/transcripts/" + name + ".sse"),
                name.startsWith("gemini") ? Requests.GEMINI : Requests.CLAUDE);
    }

    public static List<StreamEvent> stream(InputStream in) {
        return stream(in, Requests.CLAUDE);
    }

    private static List<StreamEvent> stream(InputStream in, Provider provider) {
        var events = new ArrayList<StreamEvent>();
        decode(in, provider, events);
        return events;
    }

    /** What a stream means to a provider; what came before a failure is in the list. */
    public static void decode(InputStream in, Provider provider, List<StreamEvent> events) {
        decode(in, provider.decoder(), Limits.defaults(), events::add);
    }

    /** Decodes a stream as a request does; what comes before a failure is handed out. */
    public static void decode(InputStream in, EventDecoder decoder, Limits limits, Consumer<StreamEvent> events) {
        try {
            var sse = new SseReader(in, limits);
            while (sse.next()) {
                decoder.decode(sse, events);
            }
            String unparsedLines = sse.unparsedLines();
            if (!unparsedLines.isEmpty()) {
                decoder.unparsedLines(unparsedLines);
            }
            decoder.end(events);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What an answer means that was not streamed; quotes may be single. */
    public static List<StreamEvent> whole(String body, Provider provider) {
        var events = new ArrayList<StreamEvent>();
        provider.decoder().whole(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), events::add);
        return events;
    }
}
