package dev.sluice.transport;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;

/**
 * An exchange up to its head, on a thread of its own. Whoever waits for it can leave at once in every state, even while the
 * system looks a name up, which hears no interrupt. And the heap keeps the deepest stack that a virtual thread has waited with
 * for as long as that runs: Apache's is twice as deep here as when it reads, and this thread ends with the head.
 */
final class ApacheOpening extends FutureTask<ClassicHttpResponse> {
    private static final ThreadFactory WORKERS =
            Thread.ofVirtual().name("sluice-open-", 0).factory();

    /** An exchange that has not begun. */
    ApacheOpening(Callable<ClassicHttpResponse> exchange) {
        super(exchange);
    }

    /**
     * Begins, and waits for the head.
     *
     * @throws IOException why there is none, as Apache says it
     * @throws InterruptedException if the caller is interrupted; whether there is a head then, nobody knows
     * @throws CancellationException if it was {@linkplain #cancel cancelled}
     */
    ClassicHttpResponse head() throws IOException, InterruptedException {
        WORKERS.newThread(this).start();
        try {
            return get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
