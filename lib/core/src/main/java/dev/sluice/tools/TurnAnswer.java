package dev.sluice.tools;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.client.MessageStream;
import dev.sluice.internal.BrokenAnswer;
import dev.sluice.internal.KeptAnswer;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import java.time.Duration;
import java.util.Optional;

/** The model's answer of one turn: as it comes, or as it was recorded. For the run's thread, except what it says for any. */
interface TurnAnswer extends AutoCloseable {

    /**
     * The events, once, as they come.
     *
     * @throws dev.sluice.StreamException in the loop, if the answer fails
     */
    Iterable<StreamEvent> events();

    /** How it ended, after the events. */
    EndReason end();

    /** The message as far as it has come. For any thread. */
    Message snapshot();

    /** How long it has taken so far. For any thread. */
    Duration duration();

    /** Whether it goes on with an answer that was begun by another process. */
    default boolean isResumed() {
        return false;
    }

    /** Whether the model was asked for it by this process. */
    default boolean isAsked() {
        return true;
    }

    /** With what all of it can be fetched; empty if its server does not keep it, or has not named it yet. */
    default Optional<String> keptToken() {
        return Optional.empty();
    }

    /** Another answer takes the place of this one, which broke off with this failure: its server need not finish it. */
    default void cancelBroken(StreamException failure) {}

    @Override
    void close();

    /** An answer that comes from the model. */
    record Live(MessageStream stream, boolean isResumed) implements TurnAnswer {
        @Override
        public Iterable<StreamEvent> events() {
            return stream;
        }

        @Override
        public EndReason end() {
            return stream.endReason().orElseThrow();
        }

        @Override
        public Message snapshot() {
            return stream.snapshot();
        }

        @Override
        public Duration duration() {
            return stream.metrics().duration();
        }

        @Override
        public boolean isAsked() {
            return !isResumed;
        }

        @Override
        public Optional<String> keptToken() {
            return InternalParts.of(stream, KeptAnswer.class).tokenOfAll();
        }

        @Override
        public void cancelBroken(StreamException failure) {
            InternalParts.of(stream, BrokenAnswer.class).cancel(failure);
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
