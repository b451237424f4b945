package dev.sluice.tools;

import dev.sluice.internal.LogLabels;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of a turn that broke off, kept for the same calls of the answer that is asked for in its place: each for one call. For
 * the run's thread.
 */
final class KeptCalls {
    private static final Logger log = LoggerFactory.getLogger(KeptCalls.class);

    /** Up to here a double is a whole number exactly, and JSON's {@code 1} and {@code 1.0} can be compared. */
    private static final double EXACT = 1L << 53;

    private final List<ToolCallTask> kept = new ArrayList<>();

    void addAll(List<ToolCallTask> calls) {
        kept.addAll(calls);
    }

    /**
     * Goes on with the call that was recorded as this one; else with the first call of the same tool with the same input. Null if there
     * is none.
     *
     * @param isCut whether the input of the call was cut: then only the very same call is taken
     */
    @Nullable
    ToolCallTask resume(ToolUse use, boolean isCut) throws InterruptedException {
        ToolCallTask call = find(use, isCut);
        if (call != null) {
            call.resume(use);
            kept.remove(call); // not before: if that is interrupted, the call is still to be reported
        }
        return call;
    }

    private @Nullable ToolCallTask find(ToolUse use, boolean isCut) {
        if (kept.isEmpty()) {
            return null;
        }
        for (ToolCallTask call : kept) {
            if (call.isRecordedAs(use, isCut)) {
                return call;
            }
        }
        if (isCut || !use.isInputValid()) {
            return null;
        }
        Object input = comparable(use.inputAsMap());
        for (ToolCallTask call : kept) {
            ToolUse asked = call.asked();
            if (asked.name().equals(use.name())
                    && asked.isInputValid()
                    && comparable(asked.inputAsMap()).equals(input)) {
                return call;
            }
        }
        return null;
    }

    /** No call comes any more: stops all that are left, and reports the tools that have run for nothing. */
    void orphanAll(String why) throws InterruptedException {
        while (!kept.isEmpty()) {
            ToolCallTask call = kept.getFirst();
            boolean ran = call.orphan(why);
            kept.removeFirst();
            if (ran) {
                log.warn(
                        "Tool '{}' has run for a turn that was taken back, and was not called again (call {}); its"
                                + " result is not used",
                        LogLabels.of(call.use().name()),
                        LogLabels.of(call.use().id()));
            }
        }
    }

    private static Object comparable(Object value) {
        return switch (value) {
            case Map<?, ?> object -> {
                var fields = new LinkedHashMap<Object, Object>();
                object.forEach(
                        (name, field) -> fields.put(name, field == null ? Map.of() : List.of(comparable(field))));
                yield fields;
            }
            case List<?> list ->
                list.stream()
                        .map(item -> item == null ? Map.of() : List.of(comparable(item)))
                        .toList();
            case Integer number -> number.longValue();
            case Double number when number == Math.rint(number) && Math.abs(number) <= EXACT -> number.longValue();
            default -> value;
        };
    }
}
