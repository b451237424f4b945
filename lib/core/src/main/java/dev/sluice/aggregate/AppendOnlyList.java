package dev.sluice.aggregate;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * A list that is only appended to. A view of its first n items never changes, and costs nothing to make. Guarded by the
 * lock of its {@link ChunkAggregator}; the views are for any thread.
 */
final class AppendOnlyList<T> {
    private static final Object[] NOTHING = {};
    private static final int FEW = 4;

    private Object[] items;
    private int size;
    private @Nullable List<T> soFar;

    AppendOnlyList() {
        items = NOTHING;
    }

    /** An empty list with room. */
    AppendOnlyList(int capacity) {
        items = new Object[capacity];
    }

    void add(T item) {
        if (size == items.length) {
            items = Arrays.copyOf(items, Math.max(FEW, size * 2));
        }
        items[size++] = item;
        soFar = null;
    }

    int size() {
        return size;
    }

    /** The items so far, for good; the same object until more comes. */
    List<T> soFar() {
        if (soFar == null) {
            soFar = size == 0 ? List.of() : new View<>(items, size);
        }
        return soFar;
    }

    private static final class View<T> extends AbstractList<T> implements RandomAccess {
        // Final, and so are the items before size: every thread that gets the view sees them.
        private final Object[] items;
        private final int size;

        View(Object[] items, int size) {
            this.items = items;
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        @SuppressWarnings("unchecked") // add() takes nothing else
        public T get(int index) {
            return (T) items[Objects.checkIndex(index, size)];
        }
    }
}
