package dev.sluice.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AutoClosingStreamTest {
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger pulled = new AtomicInteger();

    private Stream<Integer> numbers() {
        return AutoClosingStream.of(
                Stream.generate(pulled::incrementAndGet).limit(100).onClose(closed::incrementAndGet));
    }

    static Stream<Consumer<Stream<Integer>>> terminalOperations() {
        return Stream.of(
                Stream::count,
                Stream::toList,
                Stream::findFirst,
                Stream::findAny,
                stream -> stream.forEach(n -> {}),
                stream -> stream.forEachOrdered(n -> {}),
                stream -> stream.limit(3).toList(),
                stream -> stream.takeWhile(n -> n < 5).toList(),
                stream -> stream.anyMatch(n -> n == 7),
                stream -> stream.map(String::valueOf).collect(Collectors.joining()),
                stream -> stream.mapToInt(n -> n).sum(),
                stream -> stream.mapToLong(n -> n).max(),
                stream -> stream.mapToDouble(n -> n).average(),
                stream -> stream.mapToInt(n -> n)
                        .boxed()
                        .filter(n -> n > 3)
                        .skip(1)
                        .toArray(),
                stream -> stream.flatMap(n -> Stream.of(n, n)).limit(5).reduce(Integer::sum),
                stream -> stream.flatMapToInt(IntStream::of).anyMatch(n -> n == 2),
                stream -> stream.sequential().unordered().distinct().sorted().toList());
    }

    @ParameterizedTest
    @MethodSource("terminalOperations")
    void everyTerminalOperationCloses(Consumer<Stream<Integer>> operation) {
        operation.accept(numbers());
        assertThat(closed).hasValue(1);
    }

    @Test
    void anExceptionClosesAndComesOutAsItIs() {
        assertThatThrownBy(() -> numbers().forEach(n -> {
                    throw new IllegalArgumentException("mine");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
        assertThat(closed).hasValue(1);
    }

    @Test
    void intermediateOperationsDoNotClose() {
        Stream<Integer> stream = numbers().map(n -> n + 1).filter(n -> n > 0).peek(n -> {});
        assertThat(stream.isParallel()).isFalse();
        assertThat(stream.toString()).isNotEmpty();
        assertThat(closed).hasValue(0);
        stream.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void anIteratorIsLazyAndLeavesClosingToItsOwner() {
        Stream<Integer> stream = numbers();
        Iterator<Integer> iterator = stream.map(n -> n).iterator();
        assertThat(iterator.next()).isEqualTo(1);
        assertThat(pulled.get()).as("nothing is read ahead").isLessThanOrEqualTo(2);
        assertThat(closed).hasValue(0);
    }

    @Test
    void canBeConcatenated() {
        assertThat(Stream.concat(numbers().limit(2), Stream.of(9)).toList()).isEqualTo(List.of(1, 2, 9));
    }
}
