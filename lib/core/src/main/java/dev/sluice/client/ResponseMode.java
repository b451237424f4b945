package dev.sluice.client;

import dev.sluice.internal.continuation.ContinuationJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How the answer to a request is read. */
sealed interface ResponseMode {

    /**
     * A message, event by event as it is made.
     *
     * @param joiner continues an answer that breaks off; null if nothing does. Belongs to one stream
     */
    record Streamed(@Nullable ContinuationJoiner joiner) implements ResponseMode {}

    /** A message, in one body. */
    record Whole() implements ResponseMode {}

    /**
     * Something else than a message, in one body.
     *
     * @param of what the body says
     */
    record Lookup(Function<String, ?> of) implements ResponseMode {}
}
