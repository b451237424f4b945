package dev.sluice.redis;

import java.util.List;

/** The names of a journal's keys. */
final class RunKeys {
    /** A sorted set: the runs that are held, by the end of the lease, and those that can go on, since when. */
    final byte[] open;

    /** What the names of a run's hash begin with. The scripts make the other names of it. */
    final byte[] prefix;

    private final String run;

    RunKeys(String prefix) {
        open = Keys.bytes(prefix + "runs");
        run = prefix + "run";
        this.prefix = Keys.bytes(run + ":");
    }

    /** A hash: who holds the run, how often it was lost, how many bytes it has. */
    byte[] run(String runId) {
        return key("", runId);
    }

    /** A list: the records. */
    byte[] records(String runId) {
        return key("-records", runId);
    }

    /** A hash: the answers, by the key of their call. */
    byte[] answers(String runId) {
        return key("-answers", runId);
    }

    /** A set: the calls that a parked run waits for. */
    byte[] waits(String runId) {
        return key("-waits", runId);
    }

    /** The set of open runs, then all of a run. */
    List<byte[]> all(String runId) {
        return List.of(open, run(runId), records(runId), answers(runId), waits(runId));
    }

    private byte[] key(String what, String runId) {
        return Keys.bytes(run + what + ":" + runId);
    }
}
