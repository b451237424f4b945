package dev.sluice.client;

import dev.sluice.StreamException;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.CancellationScope;
import dev.sluice.internal.FailureMapper;
import dev.sluice.internal.LogLabels;
import dev.sluice.provider.Provider;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the requests that cancel answers on the server, each once, on a virtual thread of its own. Best effort: what goes wrong is
 * logged and reaches nobody. Those of one client.
 */
final class ServerCancellations {
    private static final Logger log = LoggerFactory.getLogger(ServerCancellations.class);

    /** How long the server may take to confirm one, credentials included. */
    static final Duration LIMIT = Duration.ofSeconds(5);

    private final Set<Thread> running = ConcurrentHashMap.newKeySet();

    /**
     * Cancels an answer; returns at once.
     *
     * @param headers see {@link Provider#cancelRequest}
     * @param stream the name of the answer's stream, for the log
     */
    void send(ClientConfig config, String id, Map<String, String> headers, String stream) {
        Thread thread = Thread.ofVirtual().name(stream + "-cancel").unstarted(() -> {
            try {
                run(config, id, headers, stream);
            } finally {
                running.remove(Thread.currentThread());
            }
        });
        running.add(thread);
        thread.start();
    }

    /**
     * Waits until these readers are done, which may still begin a cancellation, and then until nothing is being cancelled. An
     * interrupt ends the wait and is kept.
     */
    void await(Collection<Thread> readers, Duration atMost, TimeSource time) {
        long until = time.nanos() + atMost.toNanos();
        try {
            for (Thread reader : readers) {
                join(reader, until, time);
            }
            for (Thread thread : running) {
                join(thread, until, time);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A reader that closes the client itself, in a listener of the caller's, does not wait for itself. */
    private static void join(Thread thread, long until, TimeSource time) throws InterruptedException {
        Duration left = Duration.ofNanos(until - time.nanos());
        if (left.isPositive() && !thread.equals(Thread.currentThread())) {
            boolean unused = thread.join(left);
        }
    }

    private static void run(ClientConfig config, String id, Map<String, String> headers, String stream) {
        var scope = new CancellationScope(Thread.currentThread());
        var limit = config.time().schedule(LIMIT, () -> scope.interrupt(new TimedOut(Phase.HEADERS, LIMIT)));
        try {
            Optional<TransportRequest> request = config.provider().cancelRequest(id, headers);
            if (request.isPresent()) {
                send(config, request.get());
                log.debug("{}: the server has cancelled answer {}", stream, LogLabels.of(id));
            }
        } catch (Throwable e) { // the transport, the provider and the credentials are third parties'
            StreamException late = scope.end();
            StreamException failure = late == null ? new FailureMapper(stream, false, 0, Timeouts.none()).of(e) : late;
            log.warn(
                    "{}: the server was told to cancel answer {}, and may not have: {}; if it finishes the answer,"
                            + " that is paid for",
                    stream,
                    LogLabels.of(id),
                    LogSummary.of(failure));
        } finally {
            limit.cancel();
            var unused = scope.end();
        }
    }

    private static void send(ClientConfig config, TransportRequest request) throws IOException, InterruptedException {
        Provider provider = config.provider();
        var signer = new RequestSigner(provider.credentials(), request.toString());
        try (TransportResponse head = config.transport().open(signer.sign(request))) {
            if (head.status() / 100 != 2) {
                throw provider.error(head, "");
            }
        }
    }
}
