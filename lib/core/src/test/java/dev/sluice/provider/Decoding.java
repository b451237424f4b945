package dev.sluice.provider;

import dev.sluice.control.Limits;
import dev.sluice.message.StreamEvent;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the decoder tests share. */
final class Decoding {
    private Decoding() {}

    /** What the data of nameless events mean, one after another in one stream; quotes may be single. */
    static List<StreamEvent> decode(String... data) {
        var sse = new StringBuilder();
        for (String each : data) {
            sse.append("data: ").append(each.replace('\'', '"')).append("\n\n");
        }
        return stream(sse.toString());
    }

    /** What one event means that means one thing. */
    static StreamEvent one(String data) {
        var events = decode(data);
        if (events.size() != 1) {
            throw new AssertionError("not one event: " + events);
        }
        return events.getFirst();
    }

    static List<StreamEvent> stream(String sse) {
        return stream(new ByteArrayInputStream(sse.getBytes(StandardCharsets.UTF_8)));
    }

    static List<StreamEvent> transcript(String name) {
        return stream(Decoding.class.getResourceAsStream("/transcripts/" + name + ".sse"));
    }

    static List<StreamEvent> stream(InputStream in) {
        var events = new ArrayList<StreamEvent>();
        try {
            var sse = new SseReader(in, Limits.defaults());
            var decoder = Requests.CLAUDE.decoder();
            while (sse.next()) {
                decoder.decode(sse, events::add);
            }
            decoder.end(events::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }
}
