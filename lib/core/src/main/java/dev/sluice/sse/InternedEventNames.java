package dev.sluice.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The names of events as strings. Nearly every event of a model's has the name of the one before it, so that naming it takes no
 * new string. Belongs to one thread.
 */
final class InternedEventNames {
    private byte[] bytes = {};
    private String name = "";

    String of(byte[] line, int from, int to) {
        if (!Arrays.equals(bytes, 0, bytes.length, line, from, to)) {
            bytes = Arrays.copyOfRange(line, from, to);
            name = new String(bytes, StandardCharsets.UTF_8);
        }
        return name;
    }
}
