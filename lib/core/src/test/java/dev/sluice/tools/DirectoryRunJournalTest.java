package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.FakeTime;
import dev.sluice.TimeSource;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DirectoryRunJournalTest extends LocalRunJournalContract {
    @TempDir
    Path directory;

    @Override
    protected RunJournal open() {
        return RunJournal.directory(directory);
    }

    @Override
    RunJournal open(TimeSource time) {
        return new DirectoryRunJournal(directory, time);
    }

    @Override
    protected boolean kill(RunJournal journal) {
        ((DirectoryRunJournal) journal).die();
        return true;
    }

    private Path records() throws Exception {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aLineThatWasTornIsCutOff() throws Exception {
        try (RunJournal journal = open()) {
            try (Claim claim = journal.claim("a")) {
                claim.append("{\"n\":1}");
            }
            Files.writeString(records(), "{\"n\":2", StandardOpenOption.APPEND);
            try (Claim claim = journal.claimAbandoned().orElseThrow()) {
                assertThat(claim.records()).containsExactly("{\"n\":1}");
                claim.append("{\"n\":3}");
            }
            try (Claim claim = journal.claim("a")) {
                assertThat(claim.records()).containsExactly("{\"n\":1}", "{\"n\":3}");
            }
        }
    }

    @Test
    void aFileThatDoesNotSayItsRunIsPassedOver() throws Exception {
        try (RunJournal journal = open()) {
            journal.claim("a").close();
            Files.writeString(records(), "{\"ru");
            assertThat(journal.claimAbandoned()).isEmpty();
            journal.claim("a").close();
            assertThat(journal.claimAbandoned()).isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "state|{}",
                "state|[]",
                "state|null",
                "state|{\"state\":null}",
                "state|{\"state\":\"lost\",\"losses\":0,\"waits\":[],\"at\":0}",
                "state|{\"state\":\"parked\",\"losses\":0,\"waits\":null,\"at\":0}",
                "records.jsonl|{}",
                "records.jsonl|[1]"
            })
    void aRunThatCannotBeReadStaysAndDoesNotHideTheOthers(String file, String text) throws Exception {
        var time = new FakeTime();
        try (RunJournal journal = new DirectoryRunJournal(directory, time)) {
            journal.claim("aa").close();
            Path broken = records().resolveSibling(file);
            String whole = Files.readString(broken);
            Files.writeString(broken, text + "\n");
            journal.claim("bb").close();
            journal.claim("cc").close();
            for (int i = 0; i < 2; i++) {
                time.advance(Duration.ofMinutes(1)); // the journal tidies all runs
                assertThat(journal.claimAbandoned()).isPresent();
            }
            time.advance(Duration.ofDays(29));
            assertThat(journal.claimAbandoned()).isEmpty();
            assertThatThrownBy(() -> journal.claim("aa"))
                    .isInstanceOfSatisfying(
                            JournalException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE));
            assertThat(broken).hasContent(text);
            Files.writeString(broken, whole);
            assertThat(journal.claimAbandoned())
                    .hasValueSatisfying(mended -> assertThat(mended.runId()).isEqualTo("aa"));
        }
    }

    /** The run's folder has so many files that the claim surely comes while they are deleted. */
    @Test
    void aRunThatIsClaimedWhileItsHalfMadeFilesAreDeletedKeepsItsRecords() throws Exception {
        try (RunJournal journal = open();
                RunJournal other = open()) {
            journal.claim("a").close();
            Path records = records();
            Files.writeString(records, "{\"ru"); // as a process leaves it that died in the first line
            for (int i = 0; i < 3000; i++) {
                Files.createFile(records.resolveSibling(i + ".new"));
            }
            var deleting = new FutureTask<>(other::claimAbandoned);
            Thread.ofPlatform().start(deleting);
            while (Files.exists(records)) {
                Thread.onSpinWait();
            }
            Claim claim = claimAsSoonAsPossible(journal, "a");
            claim.append("{\"n\":1}");
            assertThat(deleting.get()).isEmpty();
            claim.close();
            try (Claim again = journal.claim("a")) {
                assertThat(again.records()).containsExactly("{\"n\":1}");
            }
        }
    }

    private static Claim claimAsSoonAsPossible(RunJournal journal, String runId) {
        while (true) {
            try {
                return journal.claim(runId);
            } catch (JournalException e) {
                assertThat(e.code()).isEqualTo(Code.HELD);
            }
        }
    }

    @Test
    void aRunThatHasEndedIsDeletedAfterAnHour() throws Exception {
        var time = new FakeTime();
        try (RunJournal journal = new DirectoryRunJournal(directory, time)) {
            Claim claim = journal.claim("a");
            claim.append("{}");
            journal.answer("a", "k", "{}");
            claim.end();
            time.advance(Duration.ofMinutes(59));
            assertThat(journal.claimAbandoned()).isEmpty();
            assertThat(records()).exists();
            time.advance(Duration.ofMinutes(2));
            assertThat(journal.claimAbandoned()).isEmpty();
            try (var files = Files.list(directory)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("locks", "active");
            }
        }
    }

    @Test
    void onlyRunsThatCanGoOnAreLookedAt() throws Exception {
        try (RunJournal journal = open()) {
            journal.claim("waits").park(List.of("waits-1"));
            journal.claim("has ended").end();
            assertThat(active()).isEmpty();
            assertThat(journal.claimAbandoned()).isEmpty();
            journal.answer("waits", "waits-1", "{}");
            assertThat(active()).hasSize(1);
            try (Claim claim = journal.claimAbandoned().orElseThrow()) {
                assertThat(claim.runId()).isEqualTo("waits");
            }
        }
    }

    @Test
    void aRunWhoseMarkIsLostWithThePowerIsFoundWithinAMinute() throws Exception {
        var time = new FakeTime();
        try (RunJournal journal = new DirectoryRunJournal(directory, time)) {
            journal.claim("a").close();
            journal.claimAbandoned().orElseThrow().close();
            for (Path mark : active()) {
                Files.delete(mark);
            }
            assertThat(journal.claimAbandoned()).isEmpty();
            time.advance(Duration.ofMinutes(1));
            assertThat(journal.claimAbandoned()).isPresent();
        }
    }

    private List<Path> active() throws Exception {
        try (var marks = Files.list(directory.resolve("active"))) {
            return marks.toList();
        }
    }

    @Test
    void anInterruptedThreadWrites() throws Exception {
        try (RunJournal journal = open();
                Claim claim = journal.claim("a")) {
            Thread.currentThread().interrupt();
            claim.append("{\"n\":1}");
            assertThat(journal.answer("a", "k", "{}")).isTrue();
            assertThat(Thread.interrupted()).isTrue();
            claim.append("{\"n\":2}");
            assertThat(claim.answers()).containsKey("k");
        }
    }

    @Test
    void closingGivesUpAllClaimsAlsoIfSomeCannotBeWritten() throws Exception {
        try (RunJournal other = open()) {
            RunJournal journal = open();
            var lost = new AtomicInteger();
            for (int i = 0; i < 10; i++) {
                Claim claim = journal.claim(i + "-run");
                claim.onLost(lost::incrementAndGet);
                if (i < 5) {
                    claim.onLost(() -> {
                        throw new IllegalStateException("by a mistake");
                    });
                } else if (i < 8) {
                    Files.delete(folder(claim.runId()).resolve("state"));
                    Files.createDirectories(folder(claim.runId()).resolve("state/full"));
                }
            }
            journal.close();
            assertThat(lost).hasValue(10);
            for (int i = 0; i < 10; i++) {
                if (i < 5 || i >= 8) {
                    other.claim(i + "-run").close();
                }
            }
        }
    }

    private Path folder(String start) throws Exception {
        try (var folders = Files.list(directory)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith(start))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void aClaimBesideTheEndOfItsJournalDoesNotOutliveIt() throws Exception {
        try (RunJournal other = open()) {
            for (int i = 0; i < 20; i++) {
                String run = "run-" + i;
                RunJournal journal = open();
                var claiming = new FutureTask<>(() -> journal.claim(run));
                Thread.ofPlatform().start(claiming);
                journal.close();
                try {
                    Claim claim = claiming.get();
                    assertRefused(Code.FENCED, () -> claim.append(record(1)));
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(JournalException.class);
                }
                other.claim(run).end();
                assertRefused(Code.UNAVAILABLE, () -> journal.claim(run));
                assertRefused(Code.UNAVAILABLE, journal::claimAbandoned);
            }
        }
    }

    @Test
    void anActionOnLossMayWaitForAThreadThatUsesTheClaim() throws Exception {
        try (RunJournal journal = open()) {
            Claim claim = journal.claim("a");
            var other = new FutureTask<>(() -> {
                claim.append(record(2));
                return null;
            });
            var ended = new AtomicBoolean();
            claim.onLost(() -> {
                Thread.ofVirtual().start(other);
                ended.set(Runs.endsSoon(other));
            });
            Files.delete(records());
            assertRefused(Code.UNAVAILABLE, () -> claim.append(record(1)));
            assertThat(ended).isTrue();
        }
    }
}
