package dev.sluice.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The head of a stream's last response, for threads that wait for the first one. The reader writes, any thread reads. */
final class LatestHead {
    /** Empty if the stream ended before there was one. */
    private final CompletableFuture<Optional<ResponseInfo>> first = new CompletableFuture<>();

    private volatile @Nullable ResponseInfo latest;

    /** A response that is a stream has begun. */
    void arrived(ResponseInfo head) {
        latest = head;
        first.complete(Optional.of(head));
    }

    /** The stream has ended: frees the threads that wait for a head. */
    void noMore() {
        first.complete(Optional.empty());
    }

    /** The head of the last response that was a stream; waits for the first one. Empty if there will be none. */
    Optional<ResponseInfo> await() throws InterruptedException {
        try {
            return first.get().map(found -> latest == null ? found : latest);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The head of the last response that was a stream; null as long as there is none. */
    @Nullable
    ResponseInfo soFar() {
        return latest;
    }
}
