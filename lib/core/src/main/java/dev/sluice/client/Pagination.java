package dev.sluice.client;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.ModelInfo;
import dev.sluice.provider.Provider.ModelPage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;

/** A list that comes in pages, each of which says how to ask for the next. It ends, whatever the server says. */
final class Pagination {
    private static final int MOST = 100;

    private Pagination() {}

    /**
     * All pages as one list.
     *
     * @param ask gets the page of that name; the first has an empty one
     * @throws ProtocolError if a page comes round again, or there is no end to them
     */
    static List<ModelInfo> all(Function<String, ModelPage> ask) {
        var models = new ArrayList<ModelInfo>();
        var asked = new HashSet<String>();
        String next = "";
        do {
            if (!asked.add(next)) {
                throw endless("names a page again that it has given");
            } else if (asked.size() > MOST) {
                throw endless("has more than " + MOST + " pages");
            }
            ModelPage page = ask.apply(next);
            models.addAll(page.models());
            next = page.next();
        } while (!next.isEmpty());
        return List.copyOf(models);
    }

    private static ProtocolError endless(String why) {
        return new ProtocolError("The server's list of models does not end: it " + why, null);
    }
}
