package dev.sluice.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.BaseStream;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A {@code java.util.stream} that is closed when its terminal operation is done, however it is done: at the end, early
 * ({@code limit}, {@code findFirst}) or with an exception. The JDK's own streams do not notify their source when a loop
 * leaves them early. A {@code flatMap} around them would, but reads everything ahead in {@code iterator()}.
 */
public final class AutoClosingStream implements InvocationHandler {
    /** Pass the elements on rather than use them up; the code that takes them closes the stream. */
    private static final Set<String> LAZY = Set.of("iterator", "spliterator", "close", "isParallel");

    private final BaseStream<?, ?> stream;

    private AutoClosingStream(BaseStream<?, ?> stream) {
        this.stream = stream;
    }

    /** A stream of the elements that come, none of which is null, closed as said. */
    public static <T> Stream<T> of(Iterator<T> elements, Runnable onClose) {
        int shape = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        return of(StreamSupport.stream(Spliterators.spliteratorUnknownSize(elements, shape), false)
                .onClose(onClose));
    }

    /** The stream, closed as said. */
    @SuppressWarnings("unchecked")
    public static <T> Stream<T> of(Stream<T> stream) {
        return (Stream<T>) wrap(stream);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
        boolean terminal = !LAZY.contains(method.getName())
                && method.getDeclaringClass() != Object.class
                && !BaseStream.class.isAssignableFrom(method.getReturnType());
        try {
            Object result = method.invoke(stream, args);
            return result instanceof BaseStream<?, ?> next ? wrap(next) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            if (terminal) {
                stream.close();
            }
        }
    }

    private static Object wrap(BaseStream<?, ?> stream) {
        Class<?> shape = switch (stream) {
            case IntStream ints -> IntStream.class;
            case LongStream longs -> LongStream.class;
            case DoubleStream doubles -> DoubleStream.class;
            default -> Stream.class;
        };
        return Proxy.newProxyInstance(
                AutoClosingStream.class.getClassLoader(), new Class<?>[] {shape}, new AutoClosingStream(stream));
    }
}
