package dev.sluice.opentelemetry;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads headers by their names. */
enum HeaderGetter implements TextMapGetter<Function<String, Optional<String>>> {
    INSTANCE;

    /** Not known, and asked for by no propagator of a trace. */
    @Override
    @SuppressWarnings("deprecation") // and yet abstract
    public Iterable<String> keys(Function<String, Optional<String>> headers) {
        return List.of();
    }

    @Override
    public @Nullable String get(@Nullable Function<String, Optional<String>> headers, String name) {
        return headers == null ? null : headers.apply(name).orElse(null);
    }
}
