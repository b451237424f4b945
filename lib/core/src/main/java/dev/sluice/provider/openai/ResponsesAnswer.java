package dev.sluice.provider.openai;

import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One answer, built of its events. The place in the output identifies an item, never an id, because some servers change
 * every id from event to event. The indexes of blocks are in the order in which items first appear.
 */
final class ResponsesAnswer {
    /** The extra field of a message with the parts that came too late for its blocks, item by item. */
    static final String OUTPUT = "output";

    /** The parts that only the answer knows. All else of a response is an echo of the request. */
    private static final List<String> KEPT = List.of(
            "status",
            "incomplete_details",
            "service_tier",
            "tool_usage",
            "moderation",
            "input_transformations",
            "prompt_cache_diagnostics");

    static final String COMPLETED = "completed";
    private static final String INCOMPLETE = "incomplete";

    private final Map<Long, ResponsesItem> items = new TreeMap<>();
    private final List<ResponsesItem> replaced = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private boolean started;
    private int blocks;

    /** Begins the answer, with what its first event says of it. */
    void start(@Nullable JsonFields response, Consumer<? super StreamEvent> out) {
        if (!started) {
            started = true;
            out.accept(new StreamEvent.MessageStart(new Message(
                    text(response, "id"),
                    Role.ASSISTANT,
                    text(response, "model"),
                    OpenAi.NAME,
                    List.of(),
                    FinishReason.UNKNOWN,
                    null,
                    null,
                    Usage.NONE,
                    Map.of())));
        }
    }

    /** Takes an item as it is announced. */
    void added(long place, @Nullable JsonFields wire, Consumer<? super StreamEvent> out) {
        start(null, out);
        if (wire == null) {
            return;
        }
        String type = text(wire, "type");
        ResponsesItem known = items.get(place);
        if (known != null && (known.isDone() || !known.type().equals(type))) { // of a server that does not count
            known.end(false, out);
            replaced.add(known);
            known = null;
        }
        if (known == null) {
            announce(place, type, wire, out);
        }
    }

    private ResponsesItem announce(long place, String type, JsonFields wire, Consumer<? super StreamEvent> out) {
        ResponsesItem item = item(place, type);
        item.added(wire, out);
        ids.add(text(wire, "id"));
        return item;
    }

    /** Takes a whole item; false if there is no place for it. */
    boolean done(long place, @Nullable JsonFields wire, Consumer<? super StreamEvent> out) {
        start(null, out);
        if (wire == null) {
            return true; // the end of the answer has it
        }
        String type = text(wire, "type");
        ResponsesItem item = items.get(place);
        if (item == null) {
            item = announce(place, type, wire, out);
        }
        if (item.isDone() || !item.type().equals(type)) {
            return false;
        }
        item.done(wire, out);
        return true;
    }

    /** The item at a place, which is begun if it was not announced; null if what is there is of another type, or done. */
    @Nullable
    ResponsesItem open(long place, String type, Consumer<? super StreamEvent> out) {
        start(null, out);
        ResponsesItem item = items.get(place);
        if (item == null) {
            item = item(place, type);
        }
        return item.isDone() || !item.type().equals(type) ? null : item;
    }

    /** The item at a place that may still grow; null if there is none. */
    @Nullable
    ResponsesItem open(long place) {
        ResponsesItem item = items.get(place);
        return item == null || item.isDone() ? null : item;
    }

    /** Ends the answer: completes what no event has, and says why it ended. */
    void end(String status, @Nullable JsonFields response, Consumer<? super StreamEvent> out) {
        start(response, out);
        boolean cut = !status.equals(COMPLETED);
        List<JsonFields> output = response == null ? List.of() : response.objectsIfAny("output");
        for (int i = 0; i < output.size(); i++) {
            JsonFields wire = output.get(i);
            if (items.containsKey((long) i) || ids.stream().noneMatch(id -> wire.takeIf("id", id))) {
                boolean unused = done(i, wire, out);
            }
        }
        items.values().forEach(item -> item.end(cut, out));
        String reason = status.equals(INCOMPLETE) ? incompleteReason(response) : status;
        Usage usage = response == null ? Usage.NONE : ResponsesUsage.of(response.objectIfAny("usage"));
        out.accept(new MessageDelta(finish(status, reason), reason, null, usage, extra(response)));
        out.accept(new StreamEvent.MessageStop());
    }

    private ResponsesItem item(long place, String type) {
        ResponsesItem item = ResponsesItem.of(type, () -> blocks++);
        items.put(place, item);
        return item;
    }

    private static String incompleteReason(@Nullable JsonFields response) {
        JsonFields details = response == null ? null : response.objectIfAny("incomplete_details");
        String reason = text(details, "reason");
        return reason.isEmpty() ? INCOMPLETE : reason;
    }

    private Map<String, String> extra(@Nullable JsonFields response) {
        var extra = new LinkedHashMap<String, String>();
        if (response != null) {
            for (String name : KEPT) {
                String json = response.raw(name);
                if (json != null) {
                    extra.put(name, json);
                }
            }
        }
        List<String> late = all().flatMap(item -> item.late().stream()).toList();
        if (!late.isEmpty()) {
            extra.put(OUTPUT, "[" + String.join(",", late) + "]");
        }
        return extra;
    }

    private FinishReason finish(String status, String reason) {
        if (!status.equals(COMPLETED)) {
            return switch (reason) {
                case "max_output_tokens" -> FinishReason.LENGTH;
                case "content_filter" -> FinishReason.CONTENT_FILTER;
                default -> FinishReason.UNKNOWN;
            };
        }
        if (all().anyMatch(item -> item instanceof ResponsesMessage said && said.isRefused())) {
            return FinishReason.CONTENT_FILTER;
        }
        if (all().anyMatch(ResponsesCall.class::isInstance)) {
            return FinishReason.TOOL_CALLS;
        }
        return all().anyMatch(this::waits) ? FinishReason.UNKNOWN : FinishReason.STOP;
    }

    /** A shell that the service runs brings its output in the same answer. */
    private boolean waits(ResponsesItem item) {
        return item instanceof ResponsesOther other
                && other.waits()
                && !(item.type().equals("shell_call")
                        && all().anyMatch(another -> another.type().equals("shell_call_output")));
    }

    private Stream<ResponsesItem> all() {
        return Stream.concat(replaced.stream(), items.values().stream());
    }

    private static String text(@Nullable JsonFields wire, String name) {
        String text = wire == null ? null : wire.textIfAny(name);
        return text == null ? "" : text;
    }
}
