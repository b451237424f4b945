package dev.sluice.provider.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** One field of a {@link JsonFields}; reused like it. */
final class JsonField {
    String name = "";
    JsonToken token = JsonToken.VALUE_NULL;

    @Nullable
    String text;

    long number;
    boolean whole;
    int start;
    int end;

    @Nullable
    JsonFields object;

    List<JsonFields> items = List.of();
    boolean isRead;
    boolean taken;
}
