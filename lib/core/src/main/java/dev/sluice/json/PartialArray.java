package dev.sluice.json;

import static dev.sluice.json.PartialContainer.Missing.NONE;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** An array whose end has not come. */
final class PartialArray extends PartialContainer {
    private @Nullable Object[] items = new Object[4];
    private int size;

    PartialArray(@Nullable PartialContainer parent) {
        super(parent);
    }

    @Override
    void add(@Nullable Object value) {
        if (size == items.length) {
            items = Arrays.copyOf(items, size * 2);
        }
        items[size++] = value;
    }

    @Override
    Object view(@Nullable Object last) {
        return new View(items, size, last);
    }

    @Override
    Object close() {
        return new View(items, size, NONE);
    }

    /** The first items, and one more that was open when the view was made. */
    private static final class View extends AbstractList<@Nullable Object> implements RandomAccess {
        private final @Nullable Object[] items;
        private final int whole;
        private final @Nullable Object last;

        View(@Nullable Object[] items, int whole, @Nullable Object last) {
            this.items = items;
            this.whole = whole;
            this.last = last;
        }

        @Override
        public int size() {
            return last == NONE ? whole : whole + 1;
        }

        @Override
        public @Nullable Object get(int index) {
            Objects.checkIndex(index, size());
            return index == whole ? last : items[index];
        }
    }
}
