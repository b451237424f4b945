package dev.sluice.relay.http;

import java.util.concurrent.CompletableFuture;

/**
 * Calls what was given to {@link dev.sluice.relay.EventSink#onGone}, once, when the connection is lost and both have come. For
 * use by any thread.
 */
public final class DisconnectSignal {
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    /** A notice of a connection that is there. */
    public DisconnectSignal() {}

    /** Takes what is to be called; calls it at once if the connection is gone. */
    public void take(Runnable gone) {
        var unused = lost.thenRun(gone);
    }

    /** The connection is gone; calls what was taken. A second call does nothing. */
    public void give() {
        lost.complete(null);
    }
}
