package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.Provider;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A vendor that makes a recorded answer in the background, keeps it, and streams the rest of it to who comes back. It counts what it
 * makes: a request that begins an answer is paid for, and one that gets the rest is not.
 */
final class KeptAnswerServer implements Function<ReceivedRequest, Script> {
    /** A wire that has such answers, and the recordings of it. */
    enum Wire {
        RESPONSES(
                "/v1/responses",
                Pattern.compile("\"sequence_number\":(\\d+)"),
                Pattern.compile("starting_after=([^&]+)"),
                "responses-text",
                "responses-reasoning-encrypted",
                "responses-parallel-interleaved",
                "responses-web-search-annotations",
                "responses-open-dialect",
                "responses-failed-midstream") {
            @Override
            Provider at(URI address) {
                return OpenAi.builder()
                        .apiKey("test-key-1234567890")
                        .baseUrl(address.resolve("/v1"))
                        .build();
            }
        },
        INTERACTIONS(
                "/v1beta/interactions",
                Pattern.compile("\"event_id\":\"([^\"]+)\""),
                Pattern.compile("last_event_id=([^&]+)"),
                "interactions-parallel-calls",
                "interactions-thought-search-text") {
            @Override
            Provider at(URI address) {
                return Gemini.interactions()
                        .apiKey("test-key-1234567890")
                        .baseUrl(address)
                        .build();
            }
        };

        final String path;
        final List<String> transcripts;
        private final Pattern position;
        private final Pattern asked;

        Wire(String path, Pattern position, Pattern asked, String... transcripts) {
            this.path = path;
            this.position = position;
            this.asked = asked;
            this.transcripts = List.of(transcripts);
        }

        abstract Provider at(URI address);

        /** The events of a recording, as they come, each with its place. */
        List<String> events(String transcript) {
            String folder = name().toLowerCase(Locale.ROOT);
            String all = new String(Script.transcriptBytes(folder + "/" + transcript + ".sse"), StandardCharsets.UTF_8);
            var events = new ArrayList<String>();
            for (String event : all.split("(?<=\n\n)")) {
                boolean isPlaced =
                        !event.contains("data: {") || position.matcher(event).find();
                events.add(
                        isPlaced
                                ? event
                                : event.replaceFirst(
                                        "data: \\{", "data: {\"event_id\":\"evt/" + events.size() + "\","));
            }
            return events;
        }

        /** The place of an event; empty if it has none. */
        String position(String event) {
            Matcher found = position.matcher(event);
            return found.find() ? found.group(1) : "";
        }
    }

    /** How much of an answer is sent before the connection breaks, and how it breaks. */
    record Cut(int bytes, Function<Script, Script> end) {
        static Cut after(int bytes) {
            return new Cut(bytes, Script::cut);
        }
    }

    final Wire wire;
    final List<String> events;
    final Queue<Cut> cuts = new ArrayDeque<>();

    /** Whether all events are sent to who asks for the rest. */
    boolean replays;

    /** What answers a request for the rest, in place of it; null for the rest. */
    Function<ReceivedRequest, Script> instead = request -> null;

    int begun;

    KeptAnswerServer(Wire wire, String transcript) {
        this.wire = wire;
        events = wire.events(transcript);
    }

    /** What the events mean, uncut, and the failure that the answer ends with, if it does. */
    ClientFixture.CollectedEvents uncut() {
        var meant = new ArrayList<StreamEvent>();
        try {
            Decoding.decode(
                    new ByteArrayInputStream(bytes(0)),
                    wire.at(URI.create("http://localhost")).decoder(),
                    Limits.defaults(),
                    meant::add);
        } catch (RuntimeException failed) {
            return new ClientFixture.CollectedEvents(meant, failed);
        }
        return new ClientFixture.CollectedEvents(meant, null);
    }

    /** The bytes of the events from one on. */
    byte[] bytes(int from) {
        var bytes = new ByteArrayOutputStream();
        events.subList(from, events.size()).forEach(event -> bytes.writeBytes(event.getBytes(StandardCharsets.UTF_8)));
        return bytes.toByteArray();
    }

    /** How many bytes so many events have. */
    int length(int from, int to) {
        return bytes(from).length - bytes(to).length;
    }

    @Override
    public synchronized Script apply(ReceivedRequest request) {
        if (request.method().equals("POST")) {
            if (request.path().endsWith("/cancel")) {
                return Script.json(200, "{}");
            }
            begun++;
            return script(0);
        }
        Script other = instead.apply(request);
        return other == null ? script(replays ? 0 : next(request.path())) : other;
    }

    private int next(String path) {
        if (!path.startsWith(wire.path + "/") || !path.contains("?stream=true")) {
            throw new AssertionError(path);
        }
        Matcher asked = wire.asked.matcher(path);
        if (!asked.find()) {
            return 0;
        }
        String position = asked.group(1).replace("%2F", "/");
        for (int i = 0; i < events.size(); i++) {
            if (wire.position(events.get(i)).equals(position)) {
                return i + 1;
            }
        }
        throw new AssertionError("no event " + position);
    }

    private Script script(int from) {
        byte[] all = bytes(from);
        Cut cut = cuts.poll();
        return cut == null
                ? Script.stream().sse(all).end()
                : cut.end().apply(Script.stream().sse(Arrays.copyOf(all, Math.min(cut.bytes(), all.length))));
    }
}
