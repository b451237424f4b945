package dev.sluice.provider.openai;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.sse.SseReader;
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

/** What the tests of chat completions share. Quotes in JSON may be single. */
final class OpenAiWire {
    static final OpenAiChatCompletions OPENAI =
            OpenAiChatCompletions.builder().apiKey("sk-test-1234567890").build();

    private OpenAiWire() {}

    /** A chunk whose only choice has this delta. */
    static String delta(String delta) {
        return "{'id':'c','model':'m','choices':[{'index':0,'delta':" + delta + "}]}";
    }

    /** The chunk that says why the model stopped. */
    static String finish(String reason) {
        return "{'id':'c','model':'m','choices':[{'index':0,'delta':{},'finish_reason':'" + reason + "'}]}";
    }

    /** What the data of nameless events mean, one after another in one stream that ends without an end marker. */
    static List<StreamEvent> decode(String... data) {
        return stream(bytes(data));
    }

    /** The stream of nameless events that have these data. */
    static InputStream bytes(String... data) {
        String sse = Arrays.stream(data)
                .map(each -> "data: " + each.replace('\'', '"') + "\n\n")
                .collect(Collectors.joining());
        return new ByteArrayInputStream(sse.getBytes(StandardCharsets.UTF_8));
    }

    /** The answer that is in deltas, and that stopped as usual. */
    static Message answer(String... deltas) {
        var chunks = new ArrayList<String>();
        Arrays.stream(deltas).map(OpenAiWire::delta).forEach(chunks::add);
        chunks.add(finish("stop"));
        return message(decode(chunks.toArray(String[]::new)));
    }

    static Message message(List<StreamEvent> events) {
        var answer = new ChunkAggregator();
        events.forEach(answer::accept);
        return answer.snapshot();
    }

    static List<StreamEvent> transcript(String name) {
        return stream(OpenAiWire.class.getResourceAsStream("/transcripts/openai/" + name + ".sse"));
    }

    static List<StreamEvent> stream(String sse) {
        return stream(new ByteArrayInputStream(sse.getBytes(StandardCharsets.UTF_8)));
    }

    static List<StreamEvent> stream(InputStream in) {
        var events = new ArrayList<StreamEvent>();
        read(in, events);
        return events;
    }

    /** Reads as an exchange does; what came before a failure is in the list. */
    static void read(InputStream in, List<StreamEvent> events) {
        read(in, events, true);
    }

    /** The same, up to where the next event is waited for if the response has not ended. */
    static void read(InputStream in, List<StreamEvent> events, boolean ended) {
        try {
            var sse = new SseReader(in, Limits.defaults());
            var decoder = OPENAI.decoder();
            while (sse.next()) {
                decoder.decode(sse, events::add);
            }
            if (!ended) {
                return;
            }
            String unparsedLines = sse.unparsedLines();
            if (!unparsedLines.isEmpty()) {
                decoder.unparsedLines(unparsedLines);
            }
            decoder.end(events::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<StreamEvent> whole(String body) {
        var events = new ArrayList<StreamEvent>();
        OPENAI.decoder().whole(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), events::add);
        return events;
    }

    /** The body of a streamed request, as the server gets it. */
    static Map<String, Object> body(OpenAiChatCompletions openAi, MessageRequest request) {
        return Json.readObject(new String(openAi.streamRequest(request).body(), StandardCharsets.UTF_8));
    }

    static Map<String, Object> body(MessageRequest.Builder request) {
        return body(OPENAI, request.build());
    }

    /** The messages of a request. */
    static Object messages(MessageRequest.Builder request) {
        return body(request).get("messages");
    }

    /** JSON of any kind. */
    static Object json(String singleQuoted) {
        return Json.readAny(singleQuoted.replace('\'', '"'));
    }
}
