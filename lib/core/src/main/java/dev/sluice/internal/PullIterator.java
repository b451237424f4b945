package dev.sluice.internal;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An iterator over what is pulled: the next item is asked for when it is wanted, not before. Blocks and throws as the pull
 * does. For one thread.
 *
 * @param <T> what is pulled
 */
public final class PullIterator<T> implements Iterator<T> {
    private final Supplier<@Nullable T> pull;
    private final String what;
    private @Nullable T next;

    /**
     * An iterator.
     *
     * @param what what it is that ends, for the message of who asks for more
     * @param pull takes the next item; null at the end, every time
     */
    public PullIterator(String what, Supplier<@Nullable T> pull) {
        this.what = what;
        this.pull = pull;
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = pull.get();
        }
        return next != null;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException(what + " has ended");
        }
        T item = Objects.requireNonNull(next);
        next = null;
        return item;
    }
}
