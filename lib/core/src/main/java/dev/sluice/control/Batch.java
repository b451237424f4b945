package dev.sluice.control;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Items that an {@link EventQueue} hands over at once: first the producer adds them, then the consumer takes them out. */
final class Batch {
    private static final int FIRST_SIZE = 4; // most streams are idle most of the time, and bring one item at a time

    private @Nullable Object[] items = new Object[FIRST_SIZE];
    private int size;
    private int next;
    private long bytes;

    void add(Object item, long itsBytes) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
        }
        items[size++] = item;
        bytes += itsBytes;
    }

    /** How many items have been added. */
    int size() {
        return size;
    }

    /** How many bytes these have together. */
    long bytes() {
        return bytes;
    }

    /** Whether all items have been taken out. */
    boolean isEmpty() {
        return next == size;
    }

    /** Takes the next item out; there must be one. */
    Object remove() {
        Object item = Objects.requireNonNull(items[next]);
        items[next++] = null;
        return item;
    }
}
