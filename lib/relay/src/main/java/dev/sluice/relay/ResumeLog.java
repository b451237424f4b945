package dev.sluice.relay;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Keeps the events of runs for a while, so that watchers can come late and come back. For use by any thread. An
 * implementation is bounded: in events for each stream, in streams, and in time after a stream's end.
 */
public interface ResumeLog extends AutoCloseable {

    /**
     * Begins a stream. The caller is its only writer.
     *
     * @param streamId a new name, not guessable
     * @param owner the session it belongs to
     * @param cancel called, once, when a client on any machine asks to stop the run, with the reason; must not block
     * @throws RelayException if it cannot be kept: {@code UNAVAILABLE}
     */
    Writer create(String streamId, Session owner, Consumer<String> cancel);

    /**
     * Begins a stream of a run that can go on on another machine. Its watchers are told only what is stored where the next writer finds
     * it, and are not told at once that a writer was lost: another may {@linkplain #takeOver take over}.
     *
     * @throws RelayException as {@link #create} does
     */
    default Writer createDurable(String streamId, Session owner, Consumer<String> cancel) {
        return create(streamId, owner, cancel);
    }

    /**
     * Goes on writing a durable stream whose writer is gone, or has {@linkplain Writer#leave left}. What that one still writes is refused.
     * The caller has made sure that it is the only one who takes over.
     *
     * @return empty if the stream has ended
     * @throws RelayException {@code UNKNOWN} if there is no such stream, or this log keeps none that outlive their writer.
     *     {@code UNAVAILABLE}
     */
    default Optional<Writer> takeOver(String streamId, Session owner, Consumer<String> cancel) {
        throw new RelayException(RelayException.Code.UNKNOWN, "There is no stream that could go on here.");
    }

    /**
     * Begins a durable stream anew, if this log has forgotten it or no longer keeps its first events. The log drops what it still keeps of
     * the stream, and ends its watchers with {@code EXPIRED}. No event of the new stream has an id that an earlier event may have had. So
     * a watcher that comes back with such an id gets {@code EXPIRED}, too.
     *
     * @throws RelayException as {@link #create} does
     */
    default Writer recreate(String streamId, Session owner, Consumer<String> cancel) {
        return createDurable(streamId, owner, cancel);
    }

    /**
     * Delivers a stream's events to a listener, from a number on: first those that are kept, then each as it comes.
     *
     * @param after the last event the watcher has; 0 for none. It comes from the watcher, and may be anything
     * @throws RelayException {@code UNKNOWN} if there is no such stream or it is another session's. {@code EXPIRED} if
     *     there was, or the events after that number are no longer kept, or no event ever had it. {@code UNAVAILABLE}
     */
    Subscription subscribe(String streamId, Session owner, long after, Listener listener);

    /**
     * Asks for the run to be stopped, wherever it runs. Does nothing if it has ended.
     *
     * @throws RelayException as {@link #subscribe} does
     */
    void cancel(String streamId, Session owner, String reason);

    /**
     * Whether a stream has ended well and has no event after this one, so that nothing is left to deliver. A log that
     * keeps its events elsewhere overrides this: the default knows only what a subscription reports before it is
     * returned.
     *
     * @throws RelayException as {@link #subscribe} does
     */
    default boolean isDelivered(String streamId, Session owner, long after) {
        var told = new ConcurrentLinkedQueue<Object>();
        var look = new Listener() {
            @Override
            public void events(List<RelayEvent> events) {
                told.addAll(events);
            }

            @Override
            public void end(End end) {
                told.add(end);
            }
        };
        subscribe(streamId, owner, after, look).close();
        return told.peek() == End.FINISHED;
    }

    /**
     * Whether a stream that is written here is watched on another machine; a run that nobody watches is stopped after a
     * while. May block for a bounded time. A log of one machine has nothing to add to what the relay knows.
     */
    default boolean isWatchedElsewhere(String streamId) {
        return false;
    }

    /** Gives up what it holds; streams that are not finished are lost to their watchers. */
    @Override
    void close();

    /** The one who adds to a stream. For one thread. */
    interface Writer extends AutoCloseable {
        /**
         * Adds an event; the listeners on this machine are called before this returns. It may block for a bounded time
         * only.
         *
         * @return the event with its id
         */
        RelayEvent append(String type, String json);

        /** Whether a watcher that loses its connection now could come back for what it missed. */
        boolean isResumable();

        /** The id of the last event; 0 if there is none. */
        default long lastId() {
            throw new UnsupportedOperationException("lastId");
        }

        /** Gives a durable stream up without an end: its watchers wait for whoever takes it over. Closes this writer. */
        default void leave() {
            close();
        }

        /** Ends the stream: nothing follows. Without it, {@link #close} leaves a stream whose writer was lost. */
        void finish();

        @Override
        void close();
    }

    /** A watcher of a stream. Called by one thread at a time, in order, some of it maybe before {@link #subscribe} returns; must not block. */
    interface Listener {
        /** The next events, without gaps. */
        void events(List<RelayEvent> events);

        /** Nothing follows. Called once, last. */
        void end(End end);
    }

    /** How a subscription ended. */
    enum End {
        /** All events of the stream were delivered. */
        FINISHED,
        /** The stream's writer died or lost its machine. */
        WRITER_LOST,
        /** Stored events of the stream were lost or dropped before they were delivered. */
        EXPIRED,
        /** The log cannot be reached. */
        UNAVAILABLE
    }

    /** A listener's place in a stream. */
    interface Subscription {
        /** Nothing more is wanted. A call of the listener that is under way may still end. */
        void close();
    }
}
