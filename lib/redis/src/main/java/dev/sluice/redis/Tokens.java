package dev.sluice.redis;

import java.security.SecureRandom;
import java.util.Base64;

/** Random names that nobody can guess. */
final class Tokens {
    /** The characters of each. */
    static final int LENGTH = 22;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Tokens() {}

    static String next() {
        var bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
