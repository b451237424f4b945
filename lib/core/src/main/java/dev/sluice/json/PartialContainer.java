package dev.sluice.json;

import org.jspecify.annotations.Nullable;

/**
 * An array or object whose end has not come. Its entries are only ever appended, so that a view of the first n stays true
 * whatever follows, and costs nothing to make.
 */
abstract sealed class PartialContainer permits PartialArray, PartialObject {
    /** Stands where a value is missing; null is a value. */
    enum Missing {
        /** No value. */
        NONE
    }

    final @Nullable PartialContainer parent;

    PartialContainer(@Nullable PartialContainer parent) {
        this.parent = parent;
    }

    /** Appends a complete value. */
    abstract void add(@Nullable Object value);

    /**
     * What is here now.
     *
     * @param last the value that is still open, as it stands; {@code NONE} if there is none
     */
    abstract Object view(@Nullable Object last);

    /** What is here for good. */
    abstract Object close();
}
