package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.cite;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.openText;
import static dev.sluice.aggregate.Events.openTool;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots that other threads read while the answer grows, handed to them with no care at all. */
class SnapshotRaceTest {
    private static final int EVENTS = 3_000;

    @Test
    @Timeout(60)
    void whoReadsASnapshotWhileTheAnswerGrowsReadsWhatItWas() throws Exception {
        var answer = fold(start("msg_1"), openText(0), openTool(1, "{}"));
        var snapshots = new AtomicReferenceArray<Message>(EVENTS);
        var all = new StringBuilder();
        IntStream.range(0, EVENTS).forEach(i -> all.append(word(i)));
        String whole = all.toString();
        Callable<ContentBlock[]> read = () -> {
            var blocks = new ContentBlock[EVENTS];
            int length = 0;
            for (int i = 0; i < EVENTS; i++) {
                Message snapshot = snapshots.getPlain(i);
                while (snapshot == null) {
                    Thread.onSpinWait();
                    snapshot = snapshots.getOpaque(i);
                }
                length += word(i).length();
                var said = (Text) snapshot.content().get(0);
                var call = (ToolUse) snapshot.content().get(1);
                assertThat(said.text().length()).isEqualTo(length);
                assertThat(whole.startsWith(said.text())).isTrue();
                assertThat(said.citations()).hasSize(i / 100 + 1);
                assertThat(call.input()).hasSize(i == 0 ? 2 : i);
                blocks[i] = said;
            }
            return blocks;
        };
        try (var threads = Executors.newFixedThreadPool(2)) {
            var readers =
                    IntStream.range(0, 2).mapToObj(i -> threads.submit(read)).toList();
            for (int i = 0; i < EVENTS; i++) {
                if (i % 100 == 0) {
                    answer.accept(cite(0, "source"));
                }
                answer.accept(text(0, word(i)));
                snapshots.setPlain(i, answer.snapshot());
                answer.accept(json(1, "1"));
            }
            ContentBlock[] first = readers.getFirst().get(60, TimeUnit.SECONDS);
            for (var reader : readers) {
                ContentBlock[] blocks = reader.get(60, TimeUnit.SECONDS);
                for (int i = 0; i < EVENTS; i++) {
                    assertThat(blocks[i]).as("the same object for all").isSameAs(first[i]);
                }
            }
        }
    }

    private static String word(int i) {
        return i % 500 == 499 ? "\u6cb3" : i + " ";
    }
}
