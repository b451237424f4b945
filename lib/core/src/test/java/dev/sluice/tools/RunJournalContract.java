package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every journal keeps to. Each test has a storage of its own. */
@Timeout(120)
public abstract class RunJournalContract {
    private final List<RunJournal> opened = new ArrayList<>();

    /** Opens a journal on the storage of this test: as if by another process if it is not the first one. */
    protected abstract RunJournal open() throws Exception;

    /**
     * The process of a journal dies: its claims end without being given up. Returns at once. Others may take a while to notice. False
     * if the journal dies with its process, so that there is nothing to test.
     */
    protected abstract boolean kill(RunJournal journal) throws Exception;

    /** How long the others may take to notice that a process has died. */
    protected Duration lease() {
        return Duration.ofSeconds(10);
    }

    private RunJournal journal() {
        try {
            RunJournal journal = open();
            opened.add(journal);
            return journal;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void closeAll() {
        opened.forEach(RunJournal::close);
    }

    static void assertRefused(Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        JournalException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    static String record(int n) {
        return "{\"n\":" + n + "}";
    }

    @Test
    protected void recordsComeBackInTheirOrder() {
        RunJournal journal = journal();
        List<String> all =
                IntStream.range(0, 50).mapToObj(RunJournalContract::record).toList();
        try (Claim claim = journal.claim("a")) {
            assertThat(claim.runId()).isEqualTo("a");
            assertThat(claim.records()).isEmpty();
            assertThat(claim.answers()).isEmpty();
            assertThat(claim.losses()).isZero();
            all.subList(0, 20).forEach(claim::append);
        }
        try (Claim claim = journal().claim("a")) {
            assertThat(claim.records()).isEqualTo(all.subList(0, 20));
            all.subList(20, 50).forEach(claim::append);
        }
        try (Claim claim = journal.claim("a")) {
            assertThat(claim.records()).isEqualTo(all);
            assertThat(claim.losses()).isZero();
        }
    }

    @Test
    protected void theFirstRecordIsReadWhileAClaimHoldsTheRun() {
        RunJournal journal = journal();
        RunJournal other = journal();
        assertThat(other.firstRecord("a")).isEmpty();
        Claim claim = journal.claim("a");
        assertThat(other.firstRecord("a")).isEmpty();
        claim.append(record(1));
        claim.append(record(2));
        assertThat(other.firstRecord("a")).contains(record(1));
        assertThat(claim.park(List.of("k"))).isTrue();
        assertThat(other.firstRecord("a")).contains(record(1));
        try (Claim again = journal.claim("a")) {
            again.end();
        }
        assertThat(other.firstRecord("a")).isEmpty();
    }

    @Test
    protected void aRecordMayHaveAnyText() {
        List<String> all = List.of(
                "{\"t\":\"Ü 水 \uD83D\uDE00 \\ud83d \\n \\u2028 \u2028 \u0085\"}",
                "{ \"spaced\" : [ 1 ,\t2 ] }",
                "{\"long\":\"" + "x".repeat(1 << 20) + "\"}");
        RunJournal journal = journal();
        try (Claim claim = journal.claim("a")) {
            all.forEach(claim::append);
        }
        try (Claim claim = journal.claim("a")) {
            assertThat(claim.records()).isEqualTo(all);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", "a/b", "..", "a b", "Ü水\uD83D\uDE00", "{a}", "*", "a\nb", "CON", "a%2Fb"})
    protected void runsOfAnyNameAreKeptApart(String name) {
        RunJournal journal = journal();
        try (Claim other = journal.claim("a");
                Claim claim = journal.claim(name)) {
            other.append(record(1));
            claim.append(record(2));
        }
        var found = new HashSet<String>();
        for (int i = 0; i < 2; i++) {
            Claim claim = journal.claimAbandoned().orElseThrow();
            assertThat(claim.records()).containsExactly(record(claim.runId().equals("a") ? 1 : 2));
            found.add(claim.runId());
        }
        assertThat(found).containsExactlyInAnyOrder("a", name);
    }

    @Test
    protected void aNameHasOneTo200Characters() {
        RunJournal journal = journal();
        assertThatThrownBy(() -> journal.claim("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> journal.claim("x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
        String longest = "水".repeat(200);
        journal.claim(longest).close();
        assertThat(journal.claimAbandoned())
                .hasValueSatisfying(claim -> assertThat(claim.runId()).isEqualTo(longest));
    }

    @Test
    protected void oneHoldsARunAndTheOthersAreTold() {
        RunJournal journal = journal();
        RunJournal other = journal();
        try (Claim claim = journal.claim("a")) {
            assertRefused(Code.HELD, () -> journal.claim("a"));
            assertRefused(Code.HELD, () -> other.claim("a"));
            claim.append(record(1)); // and it is still held
        }
        other.claim("a").close();
    }

    @Test
    protected void manyThatClaimARunAtOnceAreOne() throws Exception {
        RunJournal journal = journal();
        RunJournal other = journal();
        var held = new ConcurrentLinkedQueue<Claim>();
        atOnce(16, i -> {
            try {
                held.add((i % 2 == 0 ? journal : other).claim("a"));
            } catch (JournalException e) {
                assertThat(e.code()).isEqualTo(Code.HELD);
            }
            return null;
        });
        assertThat(held).hasSize(1);
    }

    @Test
    protected void aClaimThatWasGivenUpWritesNothing() {
        RunJournal journal = journal();
        for (Code ended : List.of(Code.FENCED, Code.UNKNOWN)) {
            Claim claim = journal.claim("run " + ended);
            claim.append(record(1));
            if (ended == Code.FENCED) {
                claim.close();
            } else {
                claim.end();
            }
            assertRefused(Code.FENCED, () -> claim.append(record(2)));
            assertRefused(Code.FENCED, () -> claim.park(List.of("k")));
            claim.close();
            claim.end();
            try (Claim next = journal.claim("run " + ended)) {
                assertThat(next.records()).containsExactly(record(1));
                claim.close();
                claim.end();
                assertRefused(Code.FENCED, () -> claim.append(record(2)));
                next.append(record(3));
            }
        }
    }

    @Test
    protected void aRunThatWasGivenUpWithoutAnEndIsGivenToOne() throws Exception {
        RunJournal journal = journal();
        RunJournal other = journal();
        assertThat(journal.claimAbandoned()).isEmpty();
        for (int i = 0; i < 8; i++) {
            journal.claim("run-" + i).close();
        }
        try (Claim held = journal.claim("held")) {
            journal.claim("ended").end();
            var found = new ConcurrentLinkedQueue<String>();
            atOnce(16, i -> {
                (i % 2 == 0 ? journal : other).claimAbandoned().ifPresent(claim -> found.add(claim.runId()));
                return null;
            });
            while (true) { // who asked while others did may have got none
                Optional<Claim> next = other.claimAbandoned();
                if (next.isEmpty()) {
                    break;
                }
                found.add(next.get().runId());
            }
            assertThat(found).hasSize(8).doesNotHaveDuplicates().allMatch(id -> id.startsWith("run-"));
            held.append(record(1));
        }
    }

    @Test
    protected void aRunThatHasEndedCanBeReadAndIsGivenToNobody() {
        RunJournal journal = journal();
        Claim claim = journal.claim("a");
        claim.append(record(1));
        claim.end();
        assertThat(journal.claimAbandoned()).isEmpty();
        assertRefused(Code.UNKNOWN, () -> journal.answer("a", "k", "{}"));
        Claim again = journal().claim("a");
        assertThat(again.records()).containsExactly(record(1));
        again.end();
        assertThat(journal.claimAbandoned()).isEmpty();
    }

    @Test
    protected void theFirstAnswerCounts() throws Exception {
        RunJournal journal = journal();
        RunJournal other = journal();
        try (Claim claim = journal.claim("a")) {
            assertRefused(Code.UNKNOWN, () -> journal.answer("b", "k", "{}"));
            var first = new ConcurrentLinkedQueue<String>();
            atOnce(16, i -> {
                String answer = "{\"n\":" + i + "}";
                if ((i % 2 == 0 ? journal : other).answer("a", "k 水/1", answer)) {
                    first.add(answer);
                }
                return null;
            });
            assertThat(first).hasSize(1);
            assertThat(other.answer("a", "k2", "{\"t\":\"水\\n\"}")).isTrue();
            assertThat(claim.answers())
                    .containsEntry("k 水/1", first.peek())
                    .containsEntry("k2", "{\"t\":\"水\\n\"}")
                    .hasSize(2);
        }
        try (Claim claim = other.claim("a")) {
            assertThat(claim.answers()).containsKeys("k 水/1", "k2").hasSize(2);
        }
    }

    @Test
    protected void anAnswerHasAtMost65536Characters() {
        RunJournal journal = journal();
        try (Claim claim = journal.claim("a")) {
            String longest = "\"" + "水".repeat((64 << 10) - 2) + "\"";
            assertThatThrownBy(() -> journal.answer("a", "k", longest + " "))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("answer: ");
            assertThat(journal.answer("a", "k", longest)).isTrue();
            assertThat(claim.answers()).containsEntry("k", longest);
        }
    }

    @Test
    protected void aParkedRunIsNobodysUntilOneOfItsQuestionsIsAnswered() {
        RunJournal journal = journal();
        RunJournal other = journal();
        Claim claim = journal.claim("a");
        claim.append(record(1));
        assertThat(claim.park(List.of("k1", "k2"))).isTrue();
        assertRefused(Code.FENCED, () -> claim.append(record(2)));
        claim.close(); // nothing
        assertThat(other.claimAbandoned()).isEmpty();
        assertThat(other.answer("a", "k3", "{}")).isTrue(); // of another question
        assertThat(other.claimAbandoned()).isEmpty();
        assertThat(other.answer("a", "k2", "{}")).isTrue();
        Claim next = other.claimAbandoned().orElseThrow();
        assertThat(next.records()).containsExactly(record(1));
        assertThat(next.answers()).containsOnlyKeys("k2", "k3");
        assertThat(next.losses()).isZero();
        assertThat(journal.claimAbandoned()).isEmpty();
        assertThat(next.park(List.of("k1"))).isTrue();
        assertThat(journal.claimAbandoned()).isEmpty();
        try (Claim asked = journal.claim("a")) { // whoever asks for it by name
            asked.append(record(2));
        }
        assertThat(journal.claimAbandoned()).isPresent(); // and has not parked it again
    }

    @Test
    protected void aRunIsNotParkedWhenAnAnswerHasCome() {
        RunJournal journal = journal();
        try (Claim claim = journal.claim("a")) {
            journal.answer("a", "k2", "{}");
            assertThat(claim.park(List.of("k1", "k2"))).isFalse();
            claim.append(record(1));
            assertRefused(Code.HELD, () -> journal.claim("a"));
        }
    }

    /** Whichever is first: the run goes on, once. */
    @Test
    protected void anAnswerWhileItIsParkedIsNotMissed() throws Exception {
        RunJournal journal = journal();
        RunJournal other = journal();
        for (int i = 0; i < 20; i++) {
            String run = "run-" + i;
            Claim claim = journal.claim(run);
            var parked = new AtomicInteger();
            atOnce(2, n -> {
                if (n == 0) {
                    parked.set(claim.park(List.of("k")) ? 1 : 0);
                } else {
                    assertThat(other.answer(run, "k", "{}")).isTrue();
                }
                return null;
            });
            if (parked.get() == 1) {
                Claim next = other.claimAbandoned().orElseThrow();
                assertThat(next.runId()).isEqualTo(run);
                assertThat(next.answers()).containsKey("k");
                next.end();
            } else {
                assertThat(claim.answers()).containsKey("k");
                assertThat(other.claimAbandoned()).isEmpty();
                claim.end();
            }
        }
    }

    @Test
    protected void aRunWhoseProcessDiesIsTakenOver() throws Exception {
        RunJournal dying = journal();
        RunJournal other = journal();
        for (int loss = 1; loss <= 3; loss++) {
            Claim claim = loss == 1 ? dying.claim("a") : dying.claimAbandoned().orElseThrow();
            assertThat(claim.losses()).isEqualTo(loss - 1);
            claim.append(record(loss));
            Assumptions.assumeTrue(kill(dying));
            opened.remove(dying);
            RunJournal next = other;
            Claim taken = Awaitility.await()
                    .atMost(lease().multipliedBy(5))
                    .until(next::claimAbandoned, Optional::isPresent)
                    .orElseThrow();
            assertThat(taken.losses()).isEqualTo(loss);
            assertThat(taken.records()).hasSize(loss).last().isEqualTo(record(loss));
            assertThatThrownBy(() -> claim.append(record(99)))
                    .isInstanceOfSatisfying(
                            JournalException.class,
                            refusal -> assertThat(refusal.code()).isIn(Code.FENCED, Code.UNAVAILABLE));
            taken.close();
            dying = journal();
        }
        try (Claim claim = other.claim("a")) {
            assertThat(claim.records()).hasSize(3);
        }
    }

    @Test
    protected void lossesAreForgottenWhenTheHolderSaysSo() throws Exception {
        RunJournal other = journal();
        for (int loss = 1; loss <= 3; loss++) {
            RunJournal dying = journal();
            Claim claim = loss == 1 ? dying.claim("a") : dying.claimAbandoned().orElseThrow();
            if (loss == 2) {
                assertThat(claim.losses()).isEqualTo(1);
                claim.forgetLosses();
            }
            Assumptions.assumeTrue(kill(dying));
            opened.remove(dying);
            Claim taken = Awaitility.await()
                    .atMost(lease().multipliedBy(5))
                    .until(other::claimAbandoned, Optional::isPresent)
                    .orElseThrow();
            assertThat(taken.losses()).isEqualTo(loss == 1 ? 1 : loss - 1);
            taken.close();
            assertThatThrownBy(taken::forgetLosses).isInstanceOf(JournalException.class);
        }
    }

    @Test
    protected void aParkedRunOutlivesAllProcesses() throws Exception {
        RunJournal dying = journal();
        assertThat(dying.claim("a").park(List.of("k"))).isTrue();
        Assumptions.assumeTrue(kill(dying));
        opened.remove(dying);
        RunJournal next = journal();
        assertThat(next.claimAbandoned()).isEmpty();
        assertThat(next.answer("a", "k", "{}")).isTrue();
        assertThat(next.claimAbandoned())
                .hasValueSatisfying(claim -> assertThat(claim.losses()).isZero());
    }

    @Test
    protected void closingAJournalLosesItsClaims() {
        RunJournal journal = journal();
        RunJournal other = journal();
        Claim claim = journal.claim("a");
        Claim given = journal.claim("b");
        var lost = new AtomicInteger();
        claim.onLost(lost::incrementAndGet);
        given.onLost(() -> lost.addAndGet(100));
        given.end();
        assertThat(lost).hasValue(0);
        journal.close();
        opened.remove(journal);
        Awaitility.await().untilAtomic(lost, org.hamcrest.Matchers.is(1));
        claim.onLost(lost::incrementAndGet);
        Awaitility.await().untilAtomic(lost, org.hamcrest.Matchers.is(2));
        assertRefused(Code.FENCED, () -> claim.append(record(1)));
        assertThat(other.claimAbandoned()).hasValueSatisfying(next -> {
            assertThat(next.runId()).isEqualTo("a");
            assertThat(next.losses()).isZero();
        });
    }

    /** Runs something on so many threads at once. */
    private static void atOnce(int threads, Numbered action) throws Exception {
        var start = new CountDownLatch(1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Void>>();
            for (int i = 0; i < threads; i++) {
                int n = i;
                Callable<Void> task = () -> {
                    start.await();
                    return action.run(n);
                };
                all.add(executor.submit(task));
            }
            start.countDown();
            for (Future<Void> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private interface Numbered {
        Void run(int n) throws Exception;
    }
}
