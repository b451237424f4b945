package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A stream costs what its text costs, with a value after every fragment; told by what is read and allocated. */
class PartialJsonCostTest {
    private static final com.sun.management.ThreadMXBean MEMORY =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Growing texts: of n fragments, the i-th. */
    static Map<String, IntFunction<String>> streams() {
        return Map.of(
                "items", i -> (i == 0 ? "[" : ",") + i,
                "objects", i -> (i == 0 ? "[" : ",") + "{\"id\":" + i + ",\"tags\":[\"a\",\"b\"]}",
                "open objects", i -> (i == 0 ? "[" : "}},") + "{\"a\":{\"id\":" + i,
                "members", i -> (i == 0 ? "{" : ",") + "\"k" + i + "\":true",
                "a key over and over", i -> (i == 0 ? "{" : ",") + "\"k\":" + i,
                "every key twice", i -> (i == 0 ? "{" : ",") + "\"k" + i / 2 + "\":" + i,
                "a thousand keys over and over", i -> (i == 0 ? "{" : ",") + "\"k" + i % 1000 + "\":" + i,
                "a string", i -> (i == 0 ? "[\"" : "") + "some \\n words ",
                "escapes", i -> (i == 0 ? "[\"" : "") + "\\u00e9",
                "garbage", i -> (i == 0 ? "[1" : "") + " x ");
    }

    static Iterable<IntFunction<String>> fragments() {
        return streams().values();
    }

    @ParameterizedTest
    @MethodSource("fragments")
    void aStreamTwiceAsLongAllocatesTwiceAsMuch(IntFunction<String> fragment) {
        allocated(fragment, 1_000);
        long once = allocated(fragment, 10_000);
        long fourfold = allocated(fragment, 40_000);
        assertThat(fourfold).isLessThan(6 * once + 100_000);
    }

    @ParameterizedTest
    @MethodSource("fragments")
    void everyCharacterIsReadFewTimes(IntFunction<String> fragment) {
        var json = new PartialJson();
        var counted = new Counted();
        for (int i = 0; i < 5_000; i++) {
            json.append(counted.of(fragment.apply(i)));
            json.value();
        }
        assertThat(counted.read).isLessThanOrEqualTo(4 * counted.length);
    }

    @Test
    void aFragmentOfOneCharacterCostsNoMoreForWhatCameBefore() {
        String text = IntStream.range(0, 2_000)
                .mapToObj(i -> "{\"id\":" + i + ",\"ok\":null}")
                .toList()
                .toString();
        IntFunction<String> chars = i -> text.substring(i, i + 1);
        allocated(chars, 1_000);
        long quarter = allocated(chars, text.length() / 4);
        assertThat(allocated(chars, text.length())).isLessThan(6 * quarter);
    }

    private static long allocated(IntFunction<String> fragment, int count) {
        long thread = Thread.currentThread().threadId();
        var json = new PartialJson();
        long made = 0;
        for (int i = 0; i < count; i++) {
            String text = fragment.apply(i);
            long before = MEMORY.getThreadAllocatedBytes(thread);
            json.append(text);
            json.value();
            made += MEMORY.getThreadAllocatedBytes(thread) - before;
        }
        return made;
    }

    /** Counts how often its characters are looked at. */
    private static final class Counted implements CharSequence {
        private String text = "";
        private long length;
        private long read;

        Counted of(String text) {
            this.text = text;
            length += text.length();
            return this;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            read++;
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            read += end - start;
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            read += text.length();
            return text;
        }
    }
}
