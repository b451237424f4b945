package dev.sluice.json;

import static dev.sluice.json.PartialContainer.Missing.NONE;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An object whose end has not come. A key that comes again keeps its place and takes the later value. */
final class PartialObject extends PartialContainer {
    /** Up to so many keys are searched one by one. */
    private static final int FEW = 8;

    private String[] keys = new String[4];
    private @Nullable Object[] values = new Object[4];
    private int size;
    /** The place of each key; null while they are few. */
    private @Nullable Map<String, Integer> index;

    /** How many members have come, those with a key that had come before included. */
    private int written;

    /** The key whose value comes next, and its place. */
    private String key = "";

    private int place;

    PartialObject(@Nullable PartialContainer parent) {
        super(parent);
    }

    void key(String key) {
        this.key = key;
        place = place(keys, size, index, key);
    }

    @Override
    void add(@Nullable Object value) {
        written++;
        if (place < size) {
            values[place] = new Rewritten(written, value, values[place]);
            return;
        }
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
            values = Arrays.copyOf(values, size * 2);
        }
        keys[size] = key;
        values[size] = value;
        size++;
        if (size > FEW) {
            index(size);
        }
    }

    @Override
    Object view(@Nullable Object last) {
        // The index still grows; a view that another thread may read must do without.
        return new View(keys, values, size, written, null, last == NONE ? -1 : place, key, last);
    }

    @Override
    Object close() {
        return new View(keys, values, size, written, index, -1, "", NONE);
    }

    private void index(int size) {
        if (index == null) {
            index = new HashMap<>();
            for (int i = 0; i < size; i++) {
                index.put(keys[i], i);
            }
        } else {
            index.put(keys[size - 1], size - 1);
        }
    }

    /** Where a key is; {@code size} if it is not there. */
    private static int place(String[] keys, int size, @Nullable Map<String, Integer> index, @Nullable Object key) {
        if (index != null) {
            return index.getOrDefault(key, size);
        }
        int i = 0;
        while (i < size && !keys[i].equals(key)) {
            i++;
        }
        return i;
    }

    /** A later value of a key, and those before it for the views that were made then. */
    private record Rewritten(
            int written, @Nullable Object value, @Nullable Object before) {}

    /** The members that had come when the view was made, and one more that was open. */
    private static final class View extends AbstractMap<String, @Nullable Object> {
        private final String[] keys;
        private final @Nullable Object[] values;
        private final int whole;
        private final int written;
        private final @Nullable Map<String, Integer> index;
        private final int lastPlace;
        private final String lastKey;
        private final @Nullable Object last;

        View(
                String[] keys,
                @Nullable Object[] values,
                int whole,
                int written,
                @Nullable Map<String, Integer> index,
                int lastPlace,
                String lastKey,
                @Nullable Object last) {
            this.keys = keys;
            this.values = values;
            this.whole = whole;
            this.written = written;
            this.index = index;
            this.lastPlace = lastPlace;
            this.lastKey = lastKey;
            this.last = last;
        }

        @Override
        public int size() {
            return Math.max(whole, lastPlace + 1);
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return find(key) >= 0;
        }

        @Override
        public @Nullable Object get(@Nullable Object key) {
            int place = find(key);
            return place < 0 ? null : value(place);
        }

        @Override
        public Set<Entry<String, @Nullable Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public int size() {
                    return View.this.size();
                }

                @Override
                public Iterator<Entry<String, @Nullable Object>> iterator() {
                    return new Entries();
                }
            };
        }

        private int find(@Nullable Object key) {
            if (lastPlace >= 0 && lastKey.equals(key)) {
                return lastPlace;
            }
            int place = place(keys, whole, index, key);
            return place < whole ? place : -1;
        }

        private @Nullable Object value(int place) {
            if (place == lastPlace) {
                return last;
            }
            Object value = values[place];
            while (value instanceof Rewritten(int since, Object later, Object before)) {
                if (since <= written) {
                    return later;
                }
                value = before;
            }
            return value;
        }

        private final class Entries implements Iterator<Entry<String, @Nullable Object>> {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size();
            }

            @Override
            public Entry<String, @Nullable Object> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int place = next++;
                return new SimpleImmutableEntry<>(place < whole ? keys[place] : lastKey, value(place));
            }
        }
    }
}
