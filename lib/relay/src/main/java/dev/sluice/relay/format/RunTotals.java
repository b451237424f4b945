package dev.sluice.relay.format;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The sum of a run's turns, for formats that know one message only. */
final class RunTotals {
    private @Nullable String model;
    private String finishReason = "unknown";
    private final Map<String, Long> tokens = new TreeMap<>();

    void start(Map<String, Object> event) {
        if (model == null && event.get("model") instanceof String name && !name.isEmpty()) {
            model = name;
        }
    }

    void stop(Map<String, Object> event) {
        if (event.get("finish_reason") instanceof String reason) {
            finishReason = reason;
        }
        add(event);
    }

    /** A turn was taken back, and has been paid for. */
    void reset(Map<String, Object> event) {
        add(event);
    }

    private void add(Map<String, Object> event) {
        if (event.get("usage") instanceof Map<?, ?> usage) {
            usage.forEach((name, count) -> {
                if (count instanceof Number number) {
                    tokens.merge(String.valueOf(name), number.longValue(), Long::sum);
                }
            });
        }
    }

    /** The first turn's. */
    @Nullable
    String model() {
        return model;
    }

    /** The last turn's, in our word. */
    String finishReason() {
        return finishReason;
    }

    /** All turns' tokens, by our names; null if no turn reported any. */
    @Nullable
    Map<String, Long> usage() {
        return tokens.isEmpty() ? null : tokens;
    }

    /** All turns' tokens of a kind. */
    long tokens(String kind) {
        return tokens.getOrDefault(kind, 0L);
    }
}
