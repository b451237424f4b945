package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineEndFinderTest {
    /** Bytes that differ from CR and LF by one, or by the high bit. */
    private static final byte[] LOOKALIKES = {
        0, 9, 11, 12, 14, 1, (byte) 0x8A, (byte) 0x8D, (byte) 0xFF, 0x7F, (byte) 0x80, 'x'
    };

    /** Bytes that are no control characters, some as near to one as can be. */
    private static final byte[] PLAIN = {' ', '!', 0x7F, (byte) 0x80, (byte) 0x9F, (byte) 0xA0, (byte) 0xFF, 'x'};

    @Test
    void findsTheFirstOfEitherAnywhereBetweenLookalikes() {
        var random = new Random(3);
        for (int round = 0; round < 200_000; round++) {
            var bytes = new byte[random.nextInt(120)];
            byte[] others = random.nextBoolean() ? PLAIN : LOOKALIKES;
            int rare = 12 + random.nextInt(60);
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(rare) == 0
                        ? (byte) (random.nextBoolean() ? '\n' : '\r')
                        : others[random.nextInt(others.length)];
            }
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(bytes.length - from + 1);
            int expected = from;
            while (expected < to && bytes[expected] != '\n' && bytes[expected] != '\r') {
                expected++;
            }
            if (LineEndFinder.find(bytes, from, to) != expected) {
                assertThat(LineEndFinder.find(bytes, from, to))
                        .as(Arrays.toString(bytes))
                        .isEqualTo(expected);
            }
        }
    }
}
