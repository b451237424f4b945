package dev.sluice.transport;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A response's headers, by name in any case (RFC 9110, section 5.1). They live as long as the stream, which may be one
 * of thousands, and are read once or twice. So there is no tree, and all responses share their names.
 */
final class HeaderMap extends AbstractMap<String, List<String>> {
    private final List<String> names; // in order
    private final List<List<String>> values;

    private HeaderMap(List<String> names, List<List<String>> values) {
        this.names = names;
        this.values = values;
    }

    /** A copy that does not change. The values of two spellings of a name are joined. */
    static HeaderMap copyOf(Map<String, List<String>> headers) {
        if (headers instanceof HeaderMap same) {
            return same;
        }
        var ordered = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, values) -> ordered.merge(name.intern(), List.copyOf(values), HeaderMap::both));
        return new HeaderMap(List.copyOf(ordered.keySet()), List.copyOf(ordered.values()));
    }

    private static List<String> both(List<String> some, List<String> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    @Override
    public @Nullable List<String> get(@Nullable Object name) {
        int index =
                name instanceof String text ? Collections.binarySearch(names, text, String.CASE_INSENSITIVE_ORDER) : -1;
        return index < 0 ? null : values.get(index);
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return get(name) != null;
    }

    @Override
    public Set<Entry<String, List<String>>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public int size() {
                return names.size();
            }

            @Override
            public Iterator<Entry<String, List<String>>> iterator() {
                return IntStream.range(0, names.size())
                        .mapToObj(i -> Map.entry(names.get(i), values.get(i)))
                        .iterator();
            }
        };
    }
}
