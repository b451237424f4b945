package dev.sluice.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.LostActions;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import redis.clients.jedis.Protocol.Command;

/** A claim on a run in Redis. For any thread. */
final class RedisClaim implements RunJournal.Claim {
    private final RedisRunJournal journal;
    private final String runId;

    /** Says in Redis that this claim holds the run. */
    final byte[] token;

    private final List<String> records;
    private final int losses;
    private final LostActions onLost = new LostActions();

    /** Whether it was given up or lost. Set once. */
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile long heldUntil;

    /** Held while Redis is asked to write, so that records keep their order. */
    private final ReentrantLock writing = new ReentrantLock();

    private long written; // guarded by the lock

    /**
     * A claim that Redis has given.
     *
     * @param heldUntil until when no other claim can be given if it is not renewed
     */
    RedisClaim(RedisRunJournal journal, String runId, byte[] token, List<String> records, int losses, long heldUntil) {
        this.journal = journal;
        this.runId = runId;
        this.token = token;
        this.records = List.copyOf(records);
        this.losses = losses;
        this.heldUntil = heldUntil;
        written = records.size();
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
    public int losses() {
        return losses;
    }

    @Override
    public void forgetLosses() {
        writing.lock();
        try {
            if (write(JournalScripts.FORGET_LOSSES, List.of(journal.keys().run(runId)), List.of(token)) == 0) {
                lose();
                throw fenced();
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public Map<String, String> answers() {
        List<byte[]> found = journal.server().call(patience(), connection -> {
            connection.sendCommand(Command.HGETALL, journal.keys().answers(runId));
            return connection.getBinaryMultiBulkReply();
        });
        var answers = new LinkedHashMap<String, String>();
        for (int i = 0; i < found.size(); i += 2) {
            answers.put(new String(found.get(i), UTF_8), RedisRunJournal.unmarked(new String(found.get(i + 1), UTF_8)));
        }
        return Map.copyOf(answers);
    }

    @Override
    public void append(String record) {
        byte[] bytes = Keys.bytes(record);
        writing.lock();
        try {
            int answer = write(
                    JournalScripts.APPEND,
                    List.of(journal.keys().run(runId), journal.keys().records(runId)),
                    List.of(
                            token,
                            Keys.bytes(written),
                            bytes,
                            Keys.bytes(journal.settings().maxBytes()),
                            journal.life()));
            if (answer == 1) {
                written++;
                return;
            }
            throw refused(answer);
        } finally {
            writing.unlock();
        }
    }

    private JournalException refused(int answer) {
        if (answer == -2) {
            return journal.full(runId);
        }
        lose();
        return switch (answer) {
            case -1 ->
                new JournalException(
                        Code.FENCED,
                        "Redis has lost records of the run '" + runId
                                + "', as after a failover; the run goes on from those before");
            case -3 ->
                new JournalException(
                        Code.UNAVAILABLE,
                        "Redis has lost the run '" + runId + "'; docs/redis.md says how it keeps its data");
            default -> fenced();
        };
    }

    @Override
    public boolean park(Collection<String> callKeys) {
        Checks.atLeast("callKeys", callKeys.size(), 1);
        writing.lock();
        try {
            var arguments = new ArrayList<>(
                    List.of(token, Keys.bytes(journal.settings().parkedFor().toMillis()), Keys.bytes(runId)));
            callKeys.forEach(key -> arguments.add(Keys.bytes(key)));
            journal.forget(this); // otherwise a renewal after the script takes the parked run for a lost one
            int answer = write(JournalScripts.PARK, journal.keys().all(runId), arguments);
            if (answer == 0) {
                lose();
                throw fenced();
            }
            if (answer == 1) {
                giveUp();
                return true;
            }
            journal.keep(this);
            return false;
        } finally {
            writing.unlock();
        }
    }

    /** Runs a script that writes, if the claim is held. */
    private int write(LuaScript script, List<byte[]> keys, List<byte[]> arguments) {
        if (over.get() || journal.time().nanos() - heldUntil >= 0) {
            lose();
            throw fenced();
        }
        try {
            return journal.server()
                    .call(until(), connection -> RedisRunJournal.number(script.run(connection, keys, arguments)));
        } catch (JournalException e) {
            lose(); // nobody knows what was written, and who goes on will see
            journal.release(List.of(this), true);
            throw e;
        }
    }

    /** Until when a write is repeated: as long as the claim is surely held. After that, another claim may write. */
    private long until() {
        return heldUntil - journal.settings().margin().toNanos();
    }

    /** As {@link #until}, or until {@link JournalSettings#patience} from now, whichever is later. */
    private long patience() {
        long patience = journal.time().nanos() + journal.settings().patience().toNanos();
        return patience - until() > 0 ? patience : until();
    }

    private JournalException fenced() {
        return new JournalException(
                Code.FENCED,
                "The claim on the run '" + runId + "' was given up or lost; another machine may go on with it");
    }

    @Override
    public void onLost(Runnable action) {
        onLost.add(action);
    }

    @Override
    public void end() {
        if (!giveUp()) {
            return;
        }
        writing.lock(); // who writes has written
        try {
            List<byte[]> arguments =
                    List.of(token, Keys.bytes(journal.settings().retention().toMillis()), Keys.bytes(runId));
            journal.server()
                    .call(
                            patience(),
                            connection -> RedisRunJournal.number(JournalScripts.END.run(
                                    connection, journal.keys().all(runId), arguments)));
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        if (giveUp()) {
            journal.release(List.of(this), false);
        }
    }

    /** No longer holds it, by its holder's wish. False if that was so. */
    private boolean giveUp() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            journal.forget(this);
        }
        return first;
    }

    /** No longer holds it, and says so. False if that was so. */
    boolean lose() {
        boolean first = giveUp();
        if (first) {
            onLost.run();
        }
        return first;
    }

    /** It was renewed. */
    void heldUntil(long nanos) {
        heldUntil = nanos;
    }

    /** Whether it will soon be another's, unless it is renewed. */
    boolean isAlmostOver(long now, long margin) {
        return heldUntil - margin - now <= 0;
    }
}
