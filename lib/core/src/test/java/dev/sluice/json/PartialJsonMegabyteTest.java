package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A tool input of a megabyte in 5,000 fragments, with a value after each: the last cost what the first do. */
class PartialJsonMegabyteTest {
    private static final com.sun.management.ThreadMXBean MEMORY =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FRAGMENTS = 5_000;
    private static final String TEXT = "two hundred characters or so ".repeat(7);

    /** Of a text's fragments, the i-th; and how many bytes each may allocate. */
    static Stream<Arguments> inputs() {
        IntFunction<String> deep = i -> (i == 0 ? "{\"a\":[".repeat(200) : ",") + "\"" + TEXT + "\"";
        return Stream.of(
                Arguments.of("one string", starting("{\"a\":\"", i -> TEXT), 1_600),
                Arguments.of("one string of escapes", starting("{\"a\":\"", i -> "\\u00e9\\n".repeat(25)), 500),
                Arguments.of(
                        "one string beyond Latin-1", starting("{\"a\":\"", i -> "\u6cb3\u5ddd".repeat(100)), 3_200),
                Arguments.of(
                        "strings over two fragments", starting("[\"", i -> TEXT + (i % 2 == 0 ? "" : "\",\"")), 1_600),
                Arguments.of("strings", starting("[1", i -> ",\"" + TEXT + "\""), 1_600),
                Arguments.of("members", starting("{\"\":1", i -> ",\"" + i + "\":\"" + TEXT + "\""), 1_600),
                Arguments.of("400 deep", deep, 32_000));
    }

    private static IntFunction<String> starting(String start, IntFunction<String> fragment) {
        return i -> (i == 0 ? start : "") + fragment.apply(i);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inputs")
    void theLastFragmentsCostWhatTheFirstDo(String kind, IntFunction<String> fragment, long each) {
        List<String> fragments =
                IntStream.range(0, FRAGMENTS).mapToObj(fragment).toList();
        allocated(new PartialJson(), fragments);
        var json = new PartialJson();
        long first = allocated(json, fragments.subList(0, FRAGMENTS / 2));
        long second = allocated(json, fragments.subList(FRAGMENTS / 2, FRAGMENTS));
        assertThat((first + second) / FRAGMENTS).isLessThan(each);
        // Buffers double: what grows by one of them grows by as much as all before it.
        assertThat(second).isLessThan(3 * first);
        assertThat(json.isMalformed()).isFalse();
        assertThat(json.value()).isNotNull();
    }

    private static long allocated(PartialJson json, List<String> fragments) {
        long thread = Thread.currentThread().threadId();
        long before = MEMORY.getThreadAllocatedBytes(thread);
        for (String fragment : fragments) {
            json.append(fragment);
            json.value();
        }
        return MEMORY.getThreadAllocatedBytes(thread) - before;
    }
}
