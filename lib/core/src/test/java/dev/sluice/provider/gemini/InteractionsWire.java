package dev.sluice.provider.gemini;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
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

/** What the tests of the Interactions API share. Quotes in JSON may be single. */
final class InteractionsWire {
    static final GeminiInteractions PROVIDER =
            Gemini.interactions().apiKey("AIza-test-1234567890").build();

    static final String CREATED = event("interaction.created", "'interaction':{'id':'v1_a','model':'m'}");

    private InteractionsWire() {}

    static byte[] transcript(String name) {
        String path = "/transcripts/interactions/interactions-" + name + ".sse";
        try (InputStream in = InteractionsWire.class.getResourceAsStream(path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String event(String type, String fields) {
        return "{" + (fields.isEmpty() ? "" : fields + ",") + "'event_type':'" + type + "'}";
    }

    static String start(int index, String step) {
        return event("step.start", "'index':" + index + ",'step':" + step);
    }

    static String delta(int index, String delta) {
        return event("step.delta", "'index':" + index + ",'delta':" + delta);
    }

    static String text(int index, String words) {
        return delta(index, "{'type':'text','text':'" + words + "'}");
    }

    static String stop(int index) {
        return event("step.stop", "'index':" + index);
    }

    static String completed(String status, String... more) {
        String fields = Arrays.stream(more).map(field -> "," + field).collect(Collectors.joining());
        return event("interaction.completed", "'interaction':{'id':'v1_a','status':'" + status + "'" + fields + "}");
    }

    static List<StreamEvent> decode(String... data) {
        var events = new ArrayList<StreamEvent>();
        String sse = Arrays.stream(data)
                .map(each -> "data: " + each.replace('\'', '"') + "\n\n")
                .collect(Collectors.joining());
        read(sse.getBytes(StandardCharsets.UTF_8), events);
        return events;
    }

    static void read(byte[] bytes, List<StreamEvent> events) {
        Decoding.decode(new ByteArrayInputStream(bytes), PROVIDER.decoder(), Limits.defaults(), events::add);
    }

    static Message message(String... data) {
        return message(decode(data));
    }

    static Message message(List<StreamEvent> events) {
        var answer = new ChunkAggregator();
        events.forEach(answer::accept);
        return answer.snapshot();
    }

    /** The message of these steps, complete. */
    static Message steps(String... data) {
        var all = new ArrayList<String>(List.of(CREATED));
        all.addAll(List.of(data));
        all.add(completed("completed"));
        return message(all.toArray(String[]::new));
    }

    static List<StreamEvent> whole(String body) {
        var events = new ArrayList<StreamEvent>();
        PROVIDER.decoder().whole(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), events::add);
        return events;
    }

    static Map<String, Object> body(MessageRequest.Builder request) {
        return body(PROVIDER, request);
    }

    static Map<String, Object> body(GeminiInteractions provider, MessageRequest.Builder request) {
        return Json.readObject(
                new String(provider.streamRequest(request.build()).body(), StandardCharsets.UTF_8));
    }

    /** The steps that a request has after what the user said. */
    static Object input(Message... answers) {
        var request = MessageRequest.builder().model("m").user("?");
        Arrays.stream(answers).forEach(request::message);
        List<?> input = (List<?>) body(request).get("input");
        return input.subList(1, input.size());
    }

    /** JSON of any kind. */
    static Object json(String singleQuoted) {
        return Json.readAny(singleQuoted.replace('\'', '"'));
    }
}
