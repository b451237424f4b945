package dev.sluice.provider.openai;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.RawJson;
import dev.sluice.provider.wire.WholeBlocks;
import dev.sluice.sse.SseReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Decodes the events of one response. The {@code type} field is the kind of an event. The answer is complete with
 * {@code response.completed} or {@code response.incomplete}, after which nothing counts; {@code [DONE]}, which some
 * servers send, is no end of its own.
 */
final class ResponsesDecoder implements EventDecoder {
    private static final String PREFIX = "response.";
    private static final String KEEPALIVE = "keepalive";
    private static final String DELTA = ".delta";
    private static final String DONE = ".done";

    /**
     * The events that add to a text.
     *
     * @param item the type of the items that have such a text
     * @param whole the field of the done event that has it whole
     */
    private record Text(String item, String whole) {}

    private static final Map<String, Text> TEXTS = Map.of(
            "output_text",
            new Text(ResponsesItem.MESSAGE, "text"),
            "refusal",
            new Text(ResponsesItem.MESSAGE, "refusal"),
            "function_call_arguments",
            new Text(ResponsesItem.FUNCTION_CALL, "arguments"),
            "custom_tool_call_input",
            new Text(ResponsesItem.CUSTOM_CALL, "input"),
            "reasoning_summary_text",
            new Text(ResponsesItem.REASONING, "text"),
            "reasoning_text",
            new Text(ResponsesItem.REASONING, "text"),
            "reasoning", // as Open Responses has it
            new Text(ResponsesItem.REASONING, "text"),
            "mcp_call_arguments",
            new Text("mcp_call", "arguments"),
            "code_interpreter_call_code",
            new Text("code_interpreter_call", "code"));

    /** The statuses of a response that has ended without being completed. */
    private static final Set<String> ENDS = Set.of("incomplete", "failed", "cancelled");

    /** The fields of events that need no place: they say where the event belongs, or nothing. */
    private static final List<String> SKIPPED = List.of(
            "type",
            "response",
            "sequence_number",
            "obfuscation",
            "output_index",
            "content_index",
            "summary_index",
            "annotation_index",
            "item_id",
            "item",
            "part",
            "delta");

    private final @Nullable ResponsesScanner scanner;
    private final JsonFields event = new JsonFields();
    private final ResponsesAnswer answer = new ResponsesAnswer();
    private final SequenceNumbers numbers = new SequenceNumbers();

    /** The text that the last event added to, and nothing else; null if it did anything else. */
    private @Nullable ResponsesText growing;

    private boolean parsed; // the event before: its fields are still there
    private boolean done;

    ResponsesDecoder() {
        this(new ResponsesScanner());
    }

    /** A decoder that decodes the same without a scanner as with it, more slowly. */
    ResponsesDecoder(@Nullable ResponsesScanner scanner) {
        this.scanner = scanner;
    }

    @Override
    public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
        if (done) {
            return;
        }
        ResponsesText latest = growing;
        String more = scanner == null || latest == null ? null : scanner.scan(sse);
        if (scanner == null || latest == null || more == null) {
            parse(sse, out);
            return;
        }
        if (parsed) {
            parsed = false;
            event.clear(); // nearly all that follows is the scanner's, or else nothing is
        }
        if (numbers.next(scanner.number())) {
            latest.add(more, out);
        }
    }

    @Override
    public String position() {
        return numbers.position();
    }

    @Override
    public void resumed() {
        numbers.resumed();
        done = false; // as far as it was: a mark that is no end
    }

    private void parse(SseReader sse, Consumer<? super StreamEvent> out) {
        growing = null;
        parsed = true;
        if (scanner != null) {
            scanner.forget();
        }
        try {
            if (event.read(sse)) {
                String type = type(sse);
                if (isNew(type)) {
                    decode(type, sse, out);
                }
            } else {
                foreign(sse, null);
            }
        } catch (JacksonException e) { // also of what is read only when it is asked for
            foreign(sse, e);
        }
    }

    private String type(SseReader sse) {
        String type = event.textIfAny("type");
        if (type != null) {
            return type;
        }
        return OpenAiErrors.isError(event) ? "error" : sse.type();
    }

    /** Whether the event was not decoded before. An error always is: it ends the answer. */
    private boolean isNew(String type) {
        long number = event.numberIfAny("sequence_number", SequenceNumbers.NONE);
        return type.equals("error")
                || (type.equals(KEEPALIVE) && number == SequenceNumbers.NONE)
                || numbers.next(number);
    }

    private void decode(String type, SseReader sse, Consumer<? super StreamEvent> out) {
        boolean known = switch (type) {
            case "response.created", "response.queued", "response.in_progress" -> {
                answer.start(event.objectIfAny("response"), out);
                yield true;
            }
            case "response.output_item.added" -> {
                answer.added(place(), event.objectIfAny("item"), out);
                yield true;
            }
            case "response.output_item.done" -> answer.done(place(), event.objectIfAny("item"), out);
            case "response.content_part.added", "response.reasoning_summary_part.added" -> {
                ResponsesItem item = partOf(out);
                yield item != null && item.partAdded(event, out);
            }
            case "response.content_part.done", "response.reasoning_summary_part.done" -> {
                ResponsesItem item = partOf(out);
                yield item != null && item.partDone(event, out);
            }
            case "response.output_text.annotation.added" -> {
                ResponsesItem item = answer.open(place(), ResponsesItem.MESSAGE, out);
                yield item != null && item.annotation(event, out);
            }
            case "response.completed", "response.incomplete", "response.failed", "response.done" -> { // the last: xAI
                end(type.substring(PREFIX.length()), sse, out);
                yield true;
            }
            case "error" -> throw OpenAiErrors.inEvent(event, sse.data());
            case KEEPALIVE -> {
                out.accept(new StreamEvent.Ping());
                yield true;
            }
            default -> text(type, out);
        };
        if (!known) {
            out.accept(new StreamEvent.Unknown(type, event.raw()));
        } else if (!done) {
            boolean any = rest(type, out);
            if (growing != null && !any && scanner != null && !event.isMended()) {
                scanner.learn(sse, event.textOrEmpty("delta"));
            }
            growing = any ? null : growing;
        }
    }

    /** The item whose part an event is about; begun if it was not announced. */
    private @Nullable ResponsesItem partOf(Consumer<? super StreamEvent> out) {
        ResponsesItem item = answer.open(place());
        if (item != null) {
            return item;
        }
        JsonFields part = event.objectIfAny("part");
        boolean thought =
                event.has("summary_index") || (part != null && ResponsesReasoning.OPEN.equals(part.textIfAny("type")));
        return answer.open(place(), thought ? ResponsesItem.REASONING : ResponsesItem.MESSAGE, out);
    }

    /** Takes more of a text, or the whole of it; false if it is no such event, or there is no place for it. */
    private boolean text(String type, Consumer<? super StreamEvent> out) {
        boolean isDelta = type.endsWith(DELTA);
        int end = type.length() - (isDelta ? DELTA : DONE).length();
        if (end < PREFIX.length() || !type.startsWith(PREFIX) || !(isDelta || type.endsWith(DONE))) {
            return false;
        }
        String name = type.substring(PREFIX.length(), end);
        Text known = TEXTS.get(name);
        String field = known == null || isDelta ? "delta" : known.whole;
        String words = event.textIfAny(field);
        if (known == null || (words == null && event.has(field))) {
            return false;
        }
        ResponsesItem item = answer.open(place(), known.item, out);
        ResponsesText text = item == null ? null : item.text(name, event);
        if (text == null) {
            return false;
        }
        if (!isDelta) {
            text.fill(words, out);
        } else if (words != null && !words.isEmpty()) {
            text.add(words, out);
            growing = text;
        }
        return true;
    }

    private void end(String status, SseReader sse, Consumer<? super StreamEvent> out) {
        JsonFields response = event.objectIfAny("response");
        String told = response == null ? null : response.textIfAny("status");
        String why = status.equals("done") ? ResponsesAnswer.COMPLETED : status;
        if (told != null && ENDS.contains(told)) {
            why = told;
        }
        if (why.equals("failed")) {
            JsonFields error = response == null ? null : response.objectIfAny("error");
            throw error == null
                    ? OpenAiErrors.inEvent(new JsonFields(), sse.data())
                    : OpenAiErrors.inEvent(error, error.raw());
        }
        boolean unused = rest(PREFIX + status, out);
        done = true;
        answer.end(why, response, out);
    }

    /** Emits the fields of an event that have no place, with the place of its item; whether there are any. */
    private boolean rest(String type, Consumer<? super StreamEvent> out) {
        SKIPPED.forEach(event::skip);
        var rest = new LinkedHashMap<>(event.rest());
        rest.remove("logprobs", "[]");
        if (rest.isEmpty()) {
            return false;
        }
        var fields = new LinkedHashMap<String, String>();
        fields.put("output_index", Long.toString(place()));
        fields.putAll(rest);
        out.accept(new StreamEvent.Unknown(type, RawJson.object(fields)));
        return true;
    }

    private long place() {
        return event.number("output_index", 0);
    }

    @Override
    public void unparsedLines(String lines) {
        ApiError error = done ? null : OpenAiErrors.ofUnframed(lines);
        if (error != null) {
            throw error;
        }
    }

    @Override
    public void whole(byte[] body, Consumer<? super StreamEvent> out) {
        NonStreamingBody.read(body, wire -> {
            if (OpenAiErrors.isError(wire) || "failed".equals(wire.textIfAny("status"))) {
                throw OpenAiErrors.inPlace(wire, wire.raw());
            }
            String status = wire.textIfAny("status");
            if (status == null && !wire.has("output")) {
                throw wire.mismatch("output", "a list of items");
            }
            answer.end(status == null ? ResponsesAnswer.COMPLETED : status, wire, new WholeBlocks(out));
            return answer;
        });
    }

    /** Nothing waits for the end: the answer is complete with its last event or not at all. */
    @Override
    public void end(Consumer<? super StreamEvent> out) {}

    /** Interprets data that is no JSON object: the end marker of some servers, or an error. */
    private void foreign(SseReader sse, @Nullable JacksonException cause) {
        String data = sse.data();
        if (data.strip().equals("[DONE]")) {
            done = true;
            return;
        }
        if (data.isBlank()) {
            return; // some keep the connection alive with it
        }
        if (sse.type().equals("error")) {
            throw OpenAiErrors.ofForeignEvent(data);
        }
        throw new ProtocolError(
                "The server sent data that is " + (cause == null ? "no JSON object: " : "no JSON: ") + Excerpt.of(data),
                cause);
    }
}
