package dev.sluice.relay;

import java.time.Duration;

/**
 * Receives what a relay does, for metrics, without any stream's content. Called on the relay's threads, by many at
 * once: return soon. An exception that it throws is logged and has no effect.
 */
public interface RelayListener {

    /** How a run ended. */
    enum Outcome {
        /** With {@code stream_complete}. */
        COMPLETED,
        /** With a failure of its own, or one of the log. */
        FAILED,
        /** Somebody cancelled it. */
        CANCELLED,
        /** Nobody watched it. */
        ABANDONED,
        /** It was silent for too long, or took too long. */
        TIMED_OUT,
        /** The relay was shut down. */
        SHUT_DOWN,
        /** It waits for people's answers, and goes on after them. */
        PARKED,
        /** Another machine goes on with it. */
        HANDED_OVER
    }

    /** Why a watcher left. */
    enum Departure {
        /**
         * Everything was written to its connection, which then ended in order. Whether the client has it is not known: the
         * kernel takes what is written to a client that vanished a moment ago.
         */
        WRITTEN,
        /** It could not be let in: there is no such stream for it, or not what it asked for. */
        REFUSED,
        /** Its connection went, or it did not acknowledge what was sent. */
        GONE,
        /** It did not take what it was sent. */
        SLOW,
        /** The stream's writer, or what was kept of the stream, was lost. */
        LOST,
        /** The relay was shut down. */
        SHUT_DOWN
    }

    /** A run has begun here, or goes on here. */
    default void started() {}

    /** A run has ended, which had been started so long ago. */
    default void ended(Outcome outcome, Duration duration) {}

    /** Somebody has come to watch; {@code resumed} if it says that it has seen something of the stream before. */
    default void attached(boolean resumed) {}

    /** A watcher has left. */
    default void left(Departure why) {}

    /**
     * Something was written to a watcher.
     *
     * @param events how many events of the run
     * @param characters how many characters of frames
     * @param delay from when this machine had the oldest of the events until all were written; zero if there was no event
     */
    default void written(int events, long characters, Duration delay) {}

    /** Events were merged into fewer for a watcher that was behind. */
    default void merged(int events, int into) {}

    /** A watcher was behind by more than its buffer, and will resume from the log once it has taken the buffer. */
    default void paused() {}
}
