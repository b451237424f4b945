package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.tools.RunJournal.Claim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first record of a run in a directory is read whole, or not at all. */
class FirstRecordTest {
    @TempDir
    Path directory;

    @Test
    void aFirstRecordOfSeveralLinesIsReadWhole() {
        try (RunJournal journal = RunJournal.directory(directory)) {
            try (Claim claim = journal.claim("a")) {
                claim.append("{\"a\":1,\r\n\"b\":2}");
            }
            try (Claim claim = journal.claim("a")) {
                assertThat(journal.firstRecord("a")).contains(claim.records().getFirst());
            }
        }
    }

    @Test
    void aFirstRecordThatWasTornIsNone() throws Exception {
        try (RunJournal journal = RunJournal.directory(directory)) {
            journal.claim("a").close();
            Path records;
            try (var files = Files.walk(directory)) {
                records = files.filter(file -> file.toString().endsWith(".jsonl"))
                        .findFirst()
                        .orElseThrow();
            }
            Files.writeString(
                    records, "{\"n\":1", StandardOpenOption.APPEND); // of a process that died, or still writes
            assertThat(journal.firstRecord("a")).isEmpty();
        }
    }
}
