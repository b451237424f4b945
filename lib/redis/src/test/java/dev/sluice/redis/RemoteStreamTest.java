package dev.sluice.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog.End;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Who comes while the reader waits for an answer may be behind what it asked about. */
final class RemoteStreamTest {
    private final RemoteStream stream = new RemoteStream("a", new Keys("sluice:"));
    private final Watcher early = new Watcher();
    private final Watcher late = new Watcher();

    private void watch(long after, Watcher watcher) {
        stream.add(new RemoteSubscription("a", after, watcher, null));
    }

    private static List<StoredEntry> entries(long first, long last) {
        return LongStream.rangeClosed(first, last)
                .mapToObj(id -> new StoredEntry(id, new RelayEvent(id, "a", "{}"), null))
                .toList();
    }

    @Test
    void whoComesDuringAReadFromAnEarlierPlaceWaitsForTheNext() {
        watch(5, early);
        assertThat(stream.ask()).isEqualTo(5);
        watch(3, late);
        stream.entries(entries(6, 8));
        early.saw(6, 8);
        assertThat(late.hasEnded()).isFalse();
        assertThat(stream.ask()).isEqualTo(3);
        stream.entries(entries(4, 8));
        early.saw(6, 8);
        late.saw(4, 8);
    }

    @Test
    void aWatchThatComesDuringTheReadOfTheEndIsNotToldThatTheWriterIsLost() {
        watch(5, early);
        stream.ask();
        watch(5, late);
        stream.entries(List.of(new StoredEntry(6, null, End.FINISHED)));
        stream.nothingFollows(End.WRITER_LOST);
        assertThat(early.end()).isEqualTo(End.FINISHED);
        assertThat(late.hasEnded()).isFalse();
        stream.ask();
        stream.entries(List.of(new StoredEntry(6, null, End.FINISHED)));
        assertThat(late.end()).isEqualTo(End.FINISHED);
    }

    @Test
    void anEndIsForThoseWhoHaveSeenWhatIsBeforeIt() {
        watch(5, early);
        stream.ask();
        watch(3, late);
        stream.entries(List.of());
        stream.nothingFollows(End.WRITER_LOST);
        assertThat(early.end()).isEqualTo(End.WRITER_LOST);
        assertThat(late.hasEnded()).isFalse();
        stream.ask();
        stream.entries(entries(4, 5));
        stream.nothingFollows(End.WRITER_LOST);
        late.saw(4, 5);
        assertThat(late.end()).isEqualTo(End.WRITER_LOST);
    }
}
