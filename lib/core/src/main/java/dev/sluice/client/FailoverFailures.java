package dev.sluice.client;

import dev.sluice.StreamException;
import dev.sluice.internal.StreamFailures;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What each provider of a failover said when it failed, and why one was not asked. For any thread. */
final class FailoverFailures {
    private record Failure(String provider, RuntimeException exception) {}

    private final List<Failure> all = new CopyOnWriteArrayList<>();

    /** A provider failed, or could not be asked. */
    void add(FailoverMember member, RuntimeException failure) {
        all.add(new Failure(member.name(), failure));
    }

    /** The last failure of a provider that was asked, with the others suppressed in it, and in its words what each of them said. */
    StreamException whole() {
        for (Failure failure : List.copyOf(all).reversed()) {
            if (failure.exception instanceof StreamException last) {
                return whole(last);
            }
        }
        throw new IllegalStateException("no provider has failed");
    }

    /** The same for a failure that is the last one. */
    StreamException whole(StreamException last) {
        List<Failure> others = all.stream()
                .filter(failure -> !failure.exception.equals(last) && !holds(last, failure.exception))
                .toList();
        String words = others.stream()
                .map(failure -> failure.provider + ": " + failure.exception.getMessage())
                .collect(Collectors.joining("; "));
        others.forEach(failure -> last.addSuppressed(failure.exception));
        return words.isEmpty()
                ? last
                : StreamFailures.afterOthers(last, "; the others of this failover said: " + words);
    }

    private static boolean holds(Throwable failure, Throwable sought) {
        return Arrays.stream(failure.getSuppressed())
                .anyMatch(suppressed -> suppressed.equals(sought) || holds(suppressed, sought));
    }
}
