package dev.sluice.relay.metrics;

import dev.sluice.relay.RelayListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The meters of a relay: {@code Relay.builder().listener(RelayMeters.in(registry))}. All exist from the beginning, so
 * that an alert on something that has not happened yet works. No tag has values that are not known beforehand.
 *
 * <p>Safe for use by any thread; does not block.
 */
public final class RelayMeters implements RelayListener {
    private static final Duration[] DELAYS = Arrays.stream(new long[] {1, 2, 5, 10, 25, 50, 100, 250, 1_000, 10_000})
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger watching = new AtomicInteger();
    private final Counter started;
    private final Map<Outcome, Timer> ended;
    private final Counter attached;
    private final Counter resumed;
    private final Map<Departure, Counter> left;
    private final Counter events;
    private final Counter characters;
    private final Counter merged;
    private final Counter paused;
    private final Timer delay;

    private RelayMeters(MeterRegistry registry) {
        Gauge.builder("sluice.relay.streams.running", running, AtomicInteger::get)
                .description("Runs that are carried")
                .register(registry);
        Gauge.builder("sluice.relay.watchers", watching, AtomicInteger::get)
                .description("Connections that receive events")
                .register(registry);
        started = counter(registry, "sluice.relay.streams.started", "Runs that were taken over");
        ended = each(
                Outcome.class,
                outcome -> Timer.builder("sluice.relay.streams.ended")
                        .description("Runs that have ended, and how long they took")
                        .tag("outcome", word(outcome))
                        .register(registry));
        attached = counter(registry, "sluice.relay.watchers.attached", "Connections that came to watch");
        resumed = counter(registry, "sluice.relay.watchers.resumed", "Those of them that came back for the rest");
        left = each(
                Departure.class,
                why -> Counter.builder("sluice.relay.watchers.left")
                        .description("Connections that left")
                        .tag("reason", word(why))
                        .register(registry));
        events = counter(registry, "sluice.relay.events", "Events that were written, after merging");
        characters = counter(registry, "sluice.relay.characters", "Characters that were written, frames included");
        merged =
                counter(registry, "sluice.relay.events.merged", "Events saved by merging for a reader that was behind");
        paused = counter(registry, "sluice.relay.watchers.paused", "Times that more waited for a reader than may");
        delay = Timer.builder("sluice.relay.delivery")
                .description("From the arrival of an event to its being written")
                .serviceLevelObjectives(DELAYS)
                .register(registry);
    }

    /** Meters in the given registry. */
    public static RelayMeters in(MeterRegistry registry) {
        return new RelayMeters(Objects.requireNonNull(registry, "registry"));
    }

    @Override
    public void started() {
        running.incrementAndGet();
        started.increment();
    }

    @Override
    public void ended(Outcome outcome, Duration duration) {
        running.decrementAndGet();
        Objects.requireNonNull(ended.get(outcome)).record(duration);
    }

    @Override
    public void attached(boolean resumed) {
        watching.incrementAndGet();
        attached.increment();
        if (resumed) {
            this.resumed.increment();
        }
    }

    @Override
    public void left(Departure why) {
        watching.decrementAndGet();
        Objects.requireNonNull(left.get(why)).increment();
    }

    @Override
    public void written(int events, long characters, Duration delay) {
        this.events.increment(events);
        this.characters.increment((double) characters);
        if (events > 0) {
            this.delay.record(delay);
        }
    }

    @Override
    public void merged(int events, int into) {
        merged.increment((double) events - into);
    }

    @Override
    public void paused() {
        paused.increment();
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private static <E extends Enum<E>, M> Map<E, M> each(Class<E> values, Function<E, M> meter) {
        var meters = new EnumMap<E, M>(values);
        for (E value : values.getEnumConstants()) {
            meters.put(value, meter.apply(value));
        }
        return meters;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
