package dev.sluice.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The event names that nearly every event of a model's has, so that naming one takes no new string. */
final class InternedEventNames {
    private static final String[] KNOWN = {
        "content_block_delta",
        "content_block_start",
        "content_block_stop",
        "message_start",
        "message_delta",
        "message_stop",
        "ping",
        "error",
        "message"
    };
    private static final byte[][] BYTES = Arrays.stream(KNOWN)
            .map(name -> name.getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    private InternedEventNames() {}

    static String of(byte[] bytes, int from, int to) {
        for (int i = 0; i < BYTES.length; i++) {
            if (Arrays.equals(BYTES[i], 0, BYTES[i].length, bytes, from, to)) {
                return KNOWN[i];
            }
        }
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
