package dev.sluice.json;

import org.jspecify.annotations.Nullable;

/**
 * An array or object whose end has not come. Its entries are only appended. A view of the first n never changes, and
 * costs nothing to make.
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
     * The entries so far.
     *
     * @param last the value that is still open, as it stands; {@code NONE} if there is none
     */
    abstract Object view(@Nullable Object last);

    /** The entries that are final. */
    abstract Object close();
}
