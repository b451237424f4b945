package dev.sluice.sse;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.internal.CancellationScope;
import dev.sluice.internal.Deadlines;
import dev.sluice.internal.EventQueue;
import dev.sluice.internal.LogLabels;
import dev.sluice.internal.MonitoredInputStream;
import dev.sluice.transport.TransportRequest;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader's side of an {@link SseClient}: connects, reads into the queue, waits, and connects again, on a virtual thread
 * of its own that runs none of the caller's code.
 *
 * <p>To stop it is to end the queue, which frees the consumer at once, and then to interrupt the reader. It holds nothing of
 * the consumer's side, so that a forgotten client can be found by the garbage collector.
 */
final class SseConnectionLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(SseConnectionLoop.class);

    /** How long the reader may take to give a connection up; only a transport deaf to interrupts takes longer. */
    private static final Duration INTERRUPT_GRACE = Duration.ofMillis(500);

    /** A comment on its way to the consumer. */
    record Comment(String text) {}

    private final SseClientConfig settings;
    private final Deadlines deadlines;
    private final Thread thread;

    /** {@link SseEvent}s, and the {@link Comment}s and {@link SseState}s that somebody wants to know of, in order. */
    final EventQueue<Object> queue;

    private volatile CancellationScope scope;
    private volatile boolean restarting;
    private volatile SseState state = new SseState.Connecting(0);
    private volatile String lastEventId;

    // Owned by the reader.
    private TransportRequest target;
    private ReconnectDelay delay;
    private int failures;

    /** What the failures in a row began with. */
    private volatile @Nullable StreamException firstFailure;

    SseConnectionLoop(SseClientConfig settings, String name) {
        this.settings = settings;
        target = settings.request();
        delay = settings.delay();
        lastEventId = settings.lastEventId();
        queue = new EventQueue<>(settings.queueCapacity(), settings.queueBytes());
        deadlines = new Deadlines(settings.time(), settings.timeouts(), this::onTimeout);
        thread = Thread.ofVirtual().name(name).unstarted(this);
        scope = new CancellationScope(thread);
        scope.end(); // nothing to restart yet
    }

    void start() {
        deadlines.start();
        thread.start();
    }

    /** Ends it now, whatever is queued. Returns whether it had not ended before. */
    boolean stop(EndReason reason) {
        boolean first = queue.abort(reason);
        if (first) {
            thread.interrupt();
        }
        return first;
    }

    /** What a forgotten client's cleaner runs; does nothing after the end. */
    void onAbandoned() {
        if (stop(new Cancelled("abandoned without close()"))) {
            log.warn("{} was abandoned before its end; close clients with try-with-resources", thread.getName());
        }
    }

    /** Gives up the connection, or the wait for it, so that the next one is made at once. */
    void restart() {
        restarting = true; // before the scope is looked at, so that a later scope sees it
        scope.interrupt(new StreamException.Cancelled("restarted"));
    }

    SseState state() {
        return queue.ended().<SseState>map(SseState.Ended::new).orElse(state);
    }

    Thread reader() {
        return thread;
    }

    @Override
    public void run() {
        try {
            while (queue.ended().isEmpty()) {
                connect();
            }
        } catch (InterruptedException e) {
            fail(new ConnectionFailed("The reader of " + target + " was interrupted", e, true)); // if not by stop()
        } catch (Throwable e) { // a mistake of ours
            fail(new ProtocolError("Reading the events of " + target + " failed: " + e, e));
        } finally {
            deadlines.stop();
            if (settings.ownsTransport()) {
                settings.transport().close();
            }
        }
    }

    private void connect() throws InterruptedException {
        restarting = false; // who asked before this gets what was asked for, or another one just behind it
        scope = new CancellationScope(thread);
        var connection = new SseConnection(this, settings, scope);
        StreamException why;
        try {
            why = connection.run();
        } finally {
            deadlines.pause();
            queue.flush();
        }
        if (queue.ended().isPresent() || restarting || why instanceof StreamException.Cancelled) {
            return;
        }
        failures = connection.worked() ? 0 : failures + 1;
        if (failures < 2) {
            firstFailure = failures == 0 ? null : why;
        }
        if (!connection.mayRetry(why) || (failures > 0 && failures == settings.maxFailures())) {
            fail(why);
        } else {
            await(new SseState.Waiting(why, delay.after(failures, asked(why)), failures));
        }
    }

    private void await(SseState.Waiting waiting) throws InterruptedException {
        log.debug("{}: {}; connects again in {}", thread.getName(), LogLabels.of(waiting.cause()), waiting.delay());
        var pause = new CancellationScope(thread);
        scope = pause;
        try {
            if (!restarting) {
                setState(waiting);
                settings.time().sleep(waiting.delay());
            }
        } catch (InterruptedException e) {
            if (pause.end() == null) {
                throw e;
            }
        } finally {
            pause.end();
        }
    }

    private static Duration asked(StreamException why) {
        return why instanceof ApiError error ? error.retryAfter().orElse(Duration.ZERO) : Duration.ZERO;
    }

    // What a connection asks and tells.

    TransportRequest target() {
        return target;
    }

    String lastEventId() {
        return lastEventId;
    }

    /** The connection begins. It has the whole of its time from here on, however long the consumer took before. */
    void connecting(SseConnection connection) throws InterruptedException {
        setState(new SseState.Connecting(failures));
        deadlines.beginRequest(timeout -> onTimeout(connection, timeout));
    }

    /** The address has changed for good. */
    void moved(TransportRequest there) {
        target = there;
    }

    /** Notes the state, and queues it if somebody wants to know. */
    void setState(SseState next) throws InterruptedException {
        state = next;
        if (settings.tellsStates()) {
            queue.put(next, 0);
            queue.flush();
        }
    }

    /** The head of an answer is there. Gives its body back, watched. */
    InputStream onResponse(InputStream body, MonitoredInputStream.Arrivals arrivals) {
        deadlines.headersArrived();
        return new MonitoredInputStream(
                body, queue::flush, deadlines, arrivals, settings.limits().maxStreamBytes());
    }

    /** Queues an event, and waits while the queue is full. */
    void accept(SseReader sse) throws InterruptedException {
        note(sse);
        deadlines.content();
        if (!queue.put(sse.event(), sse.length())) {
            throw new InterruptedException();
        }
    }

    void comment(String text) {
        try {
            queue.put(new Comment(text), text.length());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // ends the connection at its next wait
        }
    }

    /** Keeps what outlives a connection. What has an id is queued in the same breath, even if the reader never runs again. */
    void note(SseReader sse) {
        lastEventId = sse.lastEventId();
        if (sse.retry() != null) {
            delay = delay.withFirst(sse.retry());
        }
    }

    /** The server said that there is nothing more to come. */
    void complete() {
        queue.end(new Completed());
    }

    private void onTimeout(SseConnection late, TimedOut timeout) {
        late.giveUp(timeout);
        settings.time().schedule(INTERRUPT_GRACE, () -> {
            if (!late.isOver()) {
                fail(timeout);
                thread.interrupt();
            }
        });
    }

    private void onTimeout(TimedOut total) {
        fail(total);
        thread.interrupt();
    }

    /** Ends it after what is queued. */
    private void fail(StreamException why) {
        StreamException first = firstFailure;
        if (first != null && first != why) {
            why.addSuppressed(first);
        }
        queue.end(new Failed(why));
    }
}
