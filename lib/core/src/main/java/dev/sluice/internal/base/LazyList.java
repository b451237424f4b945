package dev.sluice.internal.base;

import java.util.AbstractList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An immutable list of elements that are made when they are first asked for. The content of a message that still grows is one, so
 * that its text is copied only for a caller that reads it. For any thread.
 *
 * @param <E> what is in it
 */
public final class LazyList<E> extends AbstractList<E> implements RandomAccess {
    private final Element<?>[] elements;

    private LazyList(Element<?>[] elements) {
        this.elements = elements;
    }

    /**
     * A list of these elements.
     *
     * @param element returns the element of a source, now
     */
    public static <S, E> List<E> of(Collection<S> sources, Function<? super S, Element<? extends E>> element) {
        var elements = new Element<?>[sources.size()]; // an array, because each snapshot of an answer makes one
        int count = 0;
        for (S source : sources) {
            elements[count++] = element.apply(source);
        }
        return new LazyList<>(elements);
    }

    /** A copy that will not change: the list itself if it is one of these. */
    public static <E> List<E> copyOf(List<E> list) {
        return list instanceof LazyList<E> lazy ? lazy : List.copyOf(list);
    }

    @Override
    public int size() {
        return elements.length;
    }

    @Override
    @SuppressWarnings("unchecked") // of() takes nothing else
    public E get(int index) {
        return (E) elements[Objects.checkIndex(index, elements.length)].get();
    }

    /**
     * An element that is made once, and then is the same object for every list that has it.
     *
     * @param <E> what it is
     */
    public static final class Element<E> {
        @SuppressWarnings("rawtypes")
        private static final AtomicReferenceFieldUpdater<Element, Object> VALUE =
                AtomicReferenceFieldUpdater.newUpdater(Element.class, Object.class, "value");

        /** The element, or the {@link Supplier} of it: one field for both, so that what the element is made of can go. */
        private volatile Object value;

        private Element(Object value) {
            this.value = Objects.requireNonNull(value, "value");
        }

        /** An element that exists. */
        public static <E> Element<E> of(E value) {
            return new Element<>(value);
        }

        /**
         * An element to be made.
         *
         * @param supplier makes it, the same each time; called by the threads that read the element, perhaps more than once if
         *     they do so at the same time, and released when the element has been made
         */
        public static <E> Element<E> madeBy(Supplier<? extends E> supplier) {
            return new Element<>(supplier);
        }

        /** The element; the same object each time. */
        @SuppressWarnings("unchecked")
        public E get() {
            Object now = value;
            if (now instanceof Supplier<?> supplier) {
                Object made = Objects.requireNonNull(supplier.get(), "element");
                now = VALUE.compareAndSet(this, supplier, made) ? made : value;
            }
            return (E) now;
        }
    }
}
