package dev.sluice.examples.server;

import java.util.SplittableRandom;

/** Makes up what the real server makes up: ids and signatures. */
final class Ids {
    private static final String DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private Ids() {}

    /** An id such as {@code msg_01…}: the prefix, then 22 characters. */
    static String of(String prefix, SplittableRandom random) {
        return prefix + "_01" + digits(22, random);
    }

    /** What proves a thinking block: opaque, and much longer than an id. */
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
