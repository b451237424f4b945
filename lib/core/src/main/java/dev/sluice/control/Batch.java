package dev.sluice.control;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Items in the order they were added; what an {@link EventQueue} moves at once. For one thread at a time. */
final class Batch {
    private static final int FIRST_SIZE = 8;

    private @Nullable Object[] items = new Object[FIRST_SIZE];
    int size;

    void add(Object item) {
        Objects.requireNonNull(item, "item"); // null is what take() says at the end
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
        }
        items[size++] = item;
    }

    void add(Batch more) {
        if (size + more.size > items.length) {
            items = Arrays.copyOf(items, Math.max(size + more.size, items.length * 2));
        }
        System.arraycopy(more.items, 0, items, size, more.size);
        size += more.size;
    }

    @Nullable
    Object remove(int index) {
        Object item = items[index];
        items[index] = null;
        return item;
    }

    void clear() {
        Arrays.fill(items, 0, size, null);
        size = 0;
    }
}
