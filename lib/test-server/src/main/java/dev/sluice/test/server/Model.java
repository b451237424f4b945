package dev.sluice.test.server;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A model that a server says it has. It answers for any other as well.
 *
 * @param id its name on the wire
 * @param name its name for people
 * @param mostInput how many tokens it reads at most
 * @param mostOutput how many it writes at most
 */
record Model(String id, String name, int mostInput, int mostOutput) {

    /**
     * A part of a list.
     *
     * @param models what is on it
     * @param more whether there are more behind it
     */
    record Page(List<Model> models, boolean more) {

        /** Of so many models at most, those behind the given one; the first ones if none is given. */
        static Page of(List<Model> all, int size, String after) throws Refusal {
            int last = IntStream.range(0, all.size())
                    .filter(index -> all.get(index).id().equals(after))
                    .findFirst()
                    .orElse(-1);
            if (last < 0 && !after.isEmpty()) {
                throw Refusal.invalid("There is no page behind '" + after + "'");
            }
            int from = last + 1;
            int to = Math.min(all.size(), from + size);
            return new Page(all.subList(from, to), to < all.size());
        }
    }
}
