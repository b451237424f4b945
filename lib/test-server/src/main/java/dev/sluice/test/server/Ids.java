package dev.sluice.test.server;

import java.util.SplittableRandom;

/** Makes up what the real server makes up: ids and signatures. */
final class Ids {
    private static final String DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private Ids() {}

    /** An id: the prefix, then so many characters. */
    static String of(String prefix, int length, SplittableRandom random) {
        return prefix + digits(length, random);
    }

    /** A proof of the model's thoughts: opaque, and much longer than an id. */
    static String signature(SplittableRandom random) {
        return digits(180, random) + "==";
    }

    private static String digits(int count, SplittableRandom random) {
        var digits = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            digits.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return digits.toString();
    }
}
