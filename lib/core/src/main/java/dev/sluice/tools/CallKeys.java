package dev.sluice.tools;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Numbers the calls of one run, and makes their keys of the run's id. For any thread. */
final class CallKeys {
    private final AtomicReference<@Nullable String> runId;
    private final AtomicInteger last;

    /**
     * The keys of a run.
     *
     * @param runId null for a run without a journal: then a random one is made when it is needed
     * @param last the number of the run's last call so far
     */
    CallKeys(@Nullable String runId, int last) {
        this.runId = new AtomicReference<>(runId);
        this.last = new AtomicInteger(last);
    }

    /** The keys of a run with or without a journal. */
    static CallKeys of(@Nullable JournaledRun journal) {
        return journal == null
                ? new CallKeys(null, 0)
                : new CallKeys(journal.runId(), journal.recorded().lastCall());
    }

    /** The number of a call that begins. */
    int next() {
        return last.incrementAndGet();
    }

    /** The key of a call. */
    String key(int call) {
        String known = runId.get();
        if (known == null) {
            String made = UUID.randomUUID().toString();
            known = runId.compareAndSet(null, made) ? made : String.valueOf(runId.get());
        }
        return known + "-" + call;
    }
}
