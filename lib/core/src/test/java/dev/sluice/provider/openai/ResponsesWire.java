package dev.sluice.provider.openai;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.Decoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What the tests of the Responses API share. Quotes in JSON may be single. */
final class ResponsesWire {
    static final OpenAi OPENAI = OpenAi.builder().apiKey("sk-test-1234567890").build();

    static final List<String> TRANSCRIPTS =
            Json.readObject(new String(bytes("expected.json"), StandardCharsets.UTF_8)).keySet().stream()
                    .sorted()
                    .toList();

    private ResponsesWire() {}

    static byte[] bytes(String name) {
        try (InputStream in = ResponsesWire.class.getResourceAsStream("/transcripts/responses/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The data of a transcript's events. */
    static List<String> transcript(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    /** An event of the API with these fields. */
    static String event(String type, String fields) {
        return "{'type':'response." + type + "'" + (fields.isEmpty() ? "" : "," + fields) + "}";
    }

    static String added(int place, String item) {
        return event("output_item.added", "'output_index':" + place + ",'item':" + item);
    }

    static String done(int place, String item) {
        return event("output_item.done", "'output_index':" + place + ",'item':" + item);
    }

    static String delta(int place, String name, String text) {
        return event(name + ".delta", "'output_index':" + place + ",'delta':'" + text + "'");
    }

    static String completed(String... output) {
        return event(
                "completed",
                "'response':{'id':'r','model':'m','status':'completed','output':[" + String.join(",", output) + "]}");
    }

    static String incomplete(String reason) {
        return event(
                "incomplete",
                "'response':{'id':'r','status':'incomplete','incomplete_details':{'reason':'" + reason + "'}}");
    }

    /** What the data of events mean, one after another. */
    static List<StreamEvent> decode(String... data) {
        return decode(OPENAI.decoder(), List.of(data));
    }

    static List<StreamEvent> decode(EventDecoder decoder, List<String> data) {
        var events = new ArrayList<StreamEvent>();
        read(decoder, data, events);
        return events;
    }

    static void read(EventDecoder decoder, List<String> data, List<StreamEvent> events) {
        String sse = data.stream()
                .map(each -> "data: " + (each.startsWith("{'") ? each.replace('\'', '"') : each) + "\n\n")
                .collect(Collectors.joining());
        read(decoder, sse.getBytes(StandardCharsets.UTF_8), events);
    }

    static void read(EventDecoder decoder, byte[] bytes, List<StreamEvent> events) {
        Decoding.decode(new ByteArrayInputStream(bytes), decoder, Limits.defaults(), events::add);
    }

    static Message message(String... data) {
        return message(decode(data));
    }

    static Message message(List<StreamEvent> events) {
        var answer = new ChunkAggregator();
        events.forEach(answer::accept);
        return answer.snapshot();
    }

    /** The message of an answer that was not streamed. */
    static Message whole(String body) {
        var events = new ArrayList<StreamEvent>();
        OPENAI.decoder().whole(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), events::add);
        return message(events);
    }

    static Map<String, Object> body(MessageRequest.Builder request) {
        return body(OPENAI, request);
    }

    static Map<String, Object> body(OpenAi openAi, MessageRequest.Builder request) {
        return Json.readObject(new String(openAi.streamRequest(request.build()).body(), StandardCharsets.UTF_8));
    }

    /** The items that a request has after what the user said. */
    static List<Object> items(Message... answers) {
        var request = MessageRequest.builder().model("m").user("?");
        Arrays.stream(answers).forEach(request::message);
        List<?> input = (List<?>) body(request).get("input");
        return new ArrayList<>(input.subList(1, input.size()));
    }

    /** JSON of any kind. */
    static Object json(String singleQuoted) {
        return Json.readAny(singleQuoted.replace('\'', '"'));
    }
}
