package dev.sluice.relay.format;

import dev.sluice.relay.RelayEvent;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the frames of events that were encoded lately, so that the watchers of one stream share them. For formats whose frames
 * depend on the event only. Safe for use by any thread.
 */
final class FrameCache {
    private static final int SLOTS = 1024;

    /** In characters; a longer frame is not kept, so that the cache has a bound of a few megabytes. */
    private static final int LONGEST = 4096;

    private record Frame(RelayEvent event, String text) {}

    private final AtomicReferenceArray<@Nullable Frame> slots = new AtomicReferenceArray<>(SLOTS);
    private final Function<RelayEvent, String> encoder;

    FrameCache(Function<RelayEvent, String> encoder) {
        this.encoder = encoder;
    }

    /**
     * The frame of an event. Watchers of one stream receive the same object, so that equal events of two streams never
     * mix.
     */
    @SuppressWarnings("ReferenceEquality")
    String frame(RelayEvent event) {
        int slot = System.identityHashCode(event) % SLOTS;
        Frame kept = slots.get(slot);
        if (kept != null && kept.event() == event) {
            return kept.text();
        }
        String text = encoder.apply(event);
        if (text.length() <= LONGEST) {
            slots.set(slot, new Frame(event, text));
        }
        return text;
    }
}
