package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Completed;
import dev.sluice.StreamException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One wait for one signal. */
final class SignalWait<H, V> {
    private final StreamConsumer stream;
    private final Signal<H, V> signal;
    private @Nullable V value;

    SignalWait(StreamConsumer stream, Signal<H, V> signal) {
        this.stream = stream;
        this.signal = signal;
    }

    /** Consumes until the signal comes or the stream ends. */
    Optional<V> run() {
        value = earlier();
        H handler = signal.handler(v -> value = v);
        stream.handlers.add(signal, handler, true);
        try {
            while (value == null && stream.deliveredEnd() == null) {
                stream.step();
            }
        } finally {
            stream.handlers.remove(signal, handler);
        }
        return result();
    }

    private Optional<V> result() {
        if (value == null) {
            value = earlier(); // told elsewhere just now
        }
        EndReason end = stream.deliveredEnd();
        if (value == null && signal != (Object) Signal.END && end != null) {
            Optional<StreamException> failure = end.toException();
            if (failure.isPresent()) {
                throw stream.withPartial(failure.get());
            }
        }
        return Optional.ofNullable(value);
    }

    /** What a signal brought that comes once and has come. */
    @SuppressWarnings("unchecked")
    private @Nullable V earlier() {
        EndReason end = stream.deliveredEnd();
        Object earlier = null;
        if (signal == (Object) Signal.CONNECT) {
            earlier = stream.reader.heads.soFar();
        } else if (end instanceof Completed
                && (signal == (Object) Signal.MESSAGE || signal == (Object) Signal.FINAL_MESSAGE)) {
            earlier = stream.message.snapshot();
        } else if (end != null && signal == (Object) (end.isFailure() ? Signal.ERROR : Signal.ABORT)) {
            earlier = end.toException().map(stream::withPartial).orElse(null);
        }
        return (V) earlier;
    }
}
