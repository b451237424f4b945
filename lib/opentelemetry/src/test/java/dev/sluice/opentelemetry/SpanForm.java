package dev.sluice.opentelemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Spans in plain values that are the same each time: what differs is replaced by the name of its type. */
final class SpanForm {
    private SpanForm() {}

    /** In the order of their starts. */
    static List<Map<String, Object>> of(List<SpanData> spans) {
        return spans.stream()
                .sorted(Comparator.comparingLong(SpanData::getStartEpochNanos))
                .map(span -> of(span, spans))
                .toList();
    }

    private static Map<String, Object> of(SpanData span, List<SpanData> all) {
        var form = new TreeMap<String, Object>();
        form.put("name", span.getName());
        form.put("kind", span.getKind().name());
        form.put(
                "parent",
                all.stream()
                        .filter(each -> each.getSpanId().equals(span.getParentSpanId()))
                        .map(SpanData::getName)
                        .findFirst()
                        .orElse(""));
        form.put("status", span.getStatus().getStatusCode().name());
        form.put("attributes", of(span.getAttributes()));
        form.put("events", span.getEvents().stream().map(SpanForm::of).toList());
        return form;
    }

    private static Map<String, Object> of(EventData event) {
        var form = new TreeMap<String, Object>();
        form.put("name", event.getName());
        form.put("attributes", of(event.getAttributes()));
        return form;
    }

    private static Map<String, Object> of(Attributes attributes) {
        var form = new TreeMap<String, Object>();
        attributes.forEach((key, value) -> form.put(key.getKey(), stable(key, value)));
        return form;
    }

    private static Object stable(AttributeKey<?> key, Object value) {
        return switch (key.getKey()) {
            case "server.port" -> "(port)";
            case "gen_ai.response.time_to_first_chunk", "sluice.since_start", "sluice.retry.delay" -> "(seconds)";
            case "exception.stacktrace" -> "(stack trace)";
            default -> value instanceof List<?> several ? several : value;
        };
    }
}
