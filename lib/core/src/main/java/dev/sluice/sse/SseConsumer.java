package dev.sluice.sse;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.internal.base.Throwables;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the events of an {@link SseClient} from its queue and calls its handlers. Belongs to the thread that consumes, and
 * must not refer to the client, whose cleaner cancels a client that nobody refers to.
 */
final class SseConsumer {
    private final SseConnectionLoop source;
    private final Consumer<String> onComment;
    private final Consumer<SseState> onState;
    private final Runnable onEnd;
    private boolean ended; // the handler of the end is called once, however often next() is called after it

    SseConsumer(
            SseConnectionLoop source,
            @Nullable Consumer<String> onComment,
            @Nullable Consumer<SseState> onState,
            Runnable onEnd) {
        this.source = source;
        this.onComment = onComment == null ? comment -> {} : onComment;
        this.onState = onState == null ? state -> {} : onState;
        this.onEnd = onEnd;
    }

    /**
     * The next event; null if there will be none. Blocks until there is one. If the thread is interrupted, cancels the
     * client and returns null.
     *
     * @throws StreamException if the client has failed
     */
    @Nullable
    SseEvent next() {
        while (true) {
            switch (take()) {
                case SseEvent event -> {
                    return event;
                }
                case SseConnectionLoop.Comment(String text) -> handle(onComment, text);
                case SseState state -> handle(onState, state);
                case null, default -> {
                    end(source.queue.endReason().orElseThrow());
                    return null;
                }
            }
        }
    }

    private @Nullable Object take() {
        return source.queue.takeUnlessInterrupted(() -> cancel("the consuming thread was interrupted"));
    }

    /** An exception of a handler ends the client and reaches the caller. */
    private <T> void handle(Consumer<T> handler, T value) {
        try {
            handler.accept(value);
        } catch (RuntimeException | Error e) {
            cancel("a handler failed: " + Throwables.describe(e));
            throw e;
        }
    }

    private void cancel(String reason) {
        source.stop(new Cancelled(reason));
    }

    private void end(EndReason reason) {
        if (!ended) {
            ended = true;
            onEnd.run();
            handle(onState, new SseState.Ended(reason));
        }
        if (reason instanceof Failed(StreamException failure)) {
            failure.fillInStackTrace(); // the caller's, because the reader's says nothing to the caller
            throw failure;
        }
    }
}
