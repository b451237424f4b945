package dev.sluice.tools;

import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Describes its call to a tool, and takes the tool's reports. For use by any thread until the call has ended; an
 * interface so that a test of a tool can bring its own.
 */
public interface ToolContext {

    /** The call, with its raw input. */
    ToolUse call();

    /** The call's id, which its events and its result name. */
    default String id() {
        return call().id();
    }

    /**
     * The key of the call: the same each time that this call is run, on every machine, and of no other call. Give it to a service that
     * does the same thing once per key. In a run with a {@linkplain ToolLoop.Builder#journal journal} it outlives the process.
     */
    default String callKey() {
        return id();
    }

    /**
     * Whether the tool may have run for this call before: its process died then. For an approval, which may ask a person for leave to
     * run it again, and for the tool.
     */
    default boolean mayHaveRun() {
        return false;
    }

    /**
     * Reports how far the tool is; see {@link RunEvent.ToolProgress}. Waits while the run's consumer is slow. An interrupt
     * meanwhile is kept.
     *
     * @throws java.util.concurrent.CancellationException if the call has ended: it was cancelled or took too long
     */
    void progress(String message);

    /**
     * Reports how far the tool is; see {@link #progress(String)}.
     *
     * @param percentage what part is done, from 0 to 100
     */
    void progress(String message, int percentage);

    /** Notes something for who looks for errors; see {@link RunEvent.Debug}. Otherwise as {@link #progress(String)}. */
    void log(String message);

    /** The controller of the run. It is cancelled when the run is. */
    StreamController controller();

    /** Whether the result is no longer wanted: the run or the call was cancelled, or the call took too long. */
    boolean isCancelled();

    /** What the application has given the run for this attribute; empty if it has not, as in a test's own context. */
    default <T> Optional<T> attribute(Attribute<T> attribute) {
        return Optional.empty();
    }

    /** How long the tool may still run; empty if there is no limit. */
    Optional<Duration> remaining();

    /**
     * Runs an inner run to its end on this thread, as a part of this call. Its events are reported as
     * {@link RunEvent.ToolEvent}s of this call. It is cancelled when this call ends. Closes it.
     *
     * @return its last message
     * @throws dev.sluice.StreamException as {@link InnerRun#finalMessage()} does
     */
    Message run(InnerRun inner);

    /**
     * A run that a tool makes a part of its call, with {@link ToolContext#run}. {@link ToolLoop} is one; an interface so that a tool's
     * context need not know how runs are made. Its events are consumed by one thread; {@link #cancel} is for any.
     */
    interface InnerRun extends Iterable<RunEvent>, AutoCloseable {

        /** Stops the run: its consumer returns at once. Does nothing after the end. Does not wait. */
        void cancel(String reason);

        /**
         * Runs it to its end on this thread and returns its last message. Blocks.
         *
         * @throws StreamException if there is none
         */
        Message finalMessage();

        /** Cancels the run if it has not ended. */
        @Override
        void close();
    }

    /**
     * Names a value that the application hands to the tools of a run: {@link ToolLoop.Builder#attribute} sets it, {@link
     * ToolContext#attribute} gives it back. The model sees nothing of it. Keep it in a constant, because two attributes of one name are
     * not the same.
     *
     * <pre>{@code static final Attribute<Tenant> TENANT = Attribute.named("tenant");}</pre>
     *
     * @param <T> the value
     */
    @SuppressWarnings("UnusedTypeParameter") // it is the type of what is put and got
    final class Attribute<T> {
        private final String name;

        private Attribute(String name) {
            this.name = Objects.requireNonNull(name, "name");
        }

        /** An attribute; the name is for messages. */
        public static <T> Attribute<T> named(String name) {
            return new Attribute<>(name);
        }

        /** Its name. */
        @Override
        public String toString() {
            return name;
        }
    }
}
