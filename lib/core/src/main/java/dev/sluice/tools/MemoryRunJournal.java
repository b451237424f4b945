package dev.sluice.tools;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.JournalInput;
import dev.sluice.internal.base.LostActions;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps runs in this process. */
final class MemoryRunJournal implements RunJournal {
    static final long MAX_BYTES = 64L << 20;
    /** How long a run that has ended is kept. */
    static final Duration RETENTION = Duration.ofHours(1);
    /** How long a run that has not ended is kept after its last claim. */
    static final Duration UNHELD_RETENTION = Duration.ofDays(30);

    private final TimeSource time;

    /** Held for a few instructions. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock, and all that is in it. */
    private final Map<String, Run> runs = new LinkedHashMap<>();

    private static final class Run {
        final List<String> records = new ArrayList<>();
        final Map<String, String> answers = new LinkedHashMap<>();
        long bytes;

        @Nullable
        Held holder;

        /** What it waits for; empty if for nothing. */
        Set<String> waits = Set.of();

        boolean ended;

        /** When its last claim ended, by the clock of {@link TimeSource#nanos}. */
        long leftAt;

        boolean canGoOn() {
            return holder == null
                    && !ended
                    && (waits.isEmpty() || waits.stream().anyMatch(answers::containsKey));
        }

        void leave(long now) {
            holder = null;
            leftAt = now;
        }

        boolean isForgottenAt(long now) {
            return holder == null && now - leftAt > (ended ? RETENTION : UNHELD_RETENTION).toNanos();
        }
    }

    MemoryRunJournal(TimeSource time) {
        this.time = time;
    }

    static JournalException full(String runId) {
        return new JournalException(
                Code.FULL, "The run '" + runId + "' has more than " + MAX_BYTES + " bytes of records and answers");
    }

    @Override
    public Claim claim(String runId) {
        JournalInput.runId(runId);
        lock.lock();
        try {
            forgetOld();
            Run run = runs.computeIfAbsent(runId, id -> new Run());
            if (run.holder != null) {
                throw new JournalException(
                        Code.HELD, "The run '" + runId + "' is held by another claim in this process");
            }
            return held(runId, run);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Claim> claimAbandoned() {
        lock.lock();
        try {
            forgetOld();
            return runs.entrySet().stream()
                    .filter(run -> run.getValue().canGoOn())
                    .findFirst()
                    .map(run -> held(run.getKey(), run.getValue()));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean answer(String runId, String callKey, String answer) {
        Objects.requireNonNull(callKey, "callKey");
        JournalInput.answer(answer);
        lock.lock();
        try {
            Run run = runs.get(runId);
            if (run == null || run.ended) {
                throw new JournalException(Code.UNKNOWN, "There is no run '" + runId + "' that waits for answers");
            }
            if (run.answers.containsKey(callKey)) {
                return false;
            }
            add(runId, run, callKey.length() + answer.length());
            run.answers.put(callKey, answer);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<String> firstRecord(String runId) {
        lock.lock();
        try {
            Run run = runs.get(runId);
            return run == null || run.ended
                    ? Optional.empty()
                    : run.records.stream().findFirst();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<Held> lost;
        lock.lock();
        try {
            lost = runs.values().stream()
                    .map(run -> run.holder)
                    .filter(Objects::nonNull)
                    .toList();
            lost.forEach(held -> held.run.leave(time.nanos()));
        } finally {
            lock.unlock();
        }
        lost.forEach(held -> held.onLost.run());
    }

    private Claim held(String runId, Run run) {
        var held = new Held(runId, run);
        run.holder = held;
        run.waits = Set.of();
        run.ended = false;
        return held;
    }

    private void forgetOld() {
        long now = time.nanos();
        runs.values().removeIf(run -> run.isForgottenAt(now));
    }

    private static void add(String runId, Run run, int characters) {
        if (run.bytes + characters > MAX_BYTES) {
            throw full(runId);
        }
        run.bytes += characters;
    }

    private final class Held implements Claim {
        private final String runId;
        private final Run run;
        private final List<String> records;
        final LostActions onLost = new LostActions();

        Held(String runId, Run run) {
            this.runId = runId;
            this.run = run;
            records = List.copyOf(run.records);
        }

        @Override
        public String runId() {
            return runId;
        }

        @Override
        public List<String> records() {
            return records;
        }

        @Override
        public Map<String, String> answers() {
            lock.lock();
            try {
                return Map.copyOf(run.answers);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public int losses() {
            return 0;
        }

        @Override
        public void forgetLosses() {
            // this journal counts no losses
        }

        @Override
        public void append(String record) {
            lock.lock();
            try {
                checkHeld();
                add(runId, run, record.length());
                run.records.add(record);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean park(Collection<String> callKeys) {
            Checks.atLeast("callKeys", callKeys.size(), 1);
            lock.lock();
            try {
                checkHeld();
                if (callKeys.stream().anyMatch(run.answers::containsKey)) {
                    return false;
                }
                run.waits = Set.copyOf(callKeys);
                run.leave(time.nanos());
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onLost(Runnable action) {
            onLost.add(action);
        }

        @Override
        public void end() {
            lock.lock();
            try {
                if (run.holder == this) {
                    run.ended = true;
                    run.leave(time.nanos());
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (run.holder == this) {
                    run.leave(time.nanos());
                }
            } finally {
                lock.unlock();
            }
        }

        private void checkHeld() {
            if (run.holder != this) {
                throw new JournalException(
                        Code.FENCED, "The claim on run '" + runId + "' was given up or lost; claim it again");
            }
        }
    }
}
