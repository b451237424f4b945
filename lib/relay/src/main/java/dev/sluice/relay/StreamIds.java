package dev.sluice.relay;

import java.security.SecureRandom;
import java.util.Base64;

/** Makes the ids of streams, which nobody can guess. For any thread. */
final class StreamIds {
    private static final int BYTES = 16;

    private final SecureRandom random = new SecureRandom();

    String next() {
        var bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
