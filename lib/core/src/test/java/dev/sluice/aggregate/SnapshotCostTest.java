package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.cite;
import static dev.sluice.aggregate.Events.close;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.open;
import static dev.sluice.aggregate.Events.openText;
import static dev.sluice.aggregate.Events.openThinking;
import static dev.sluice.aggregate.Events.openTool;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.text;
import static dev.sluice.aggregate.Events.thinking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A snapshot costs what one object and a reference per block cost, told by what is allocated. */
@Tag("allocation")
class SnapshotCostTest {
    private static final com.sun.management.ThreadMXBean MEMORY =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final String WORD = "twelve chars";

    /** A block, and what it grows by. */
    static Stream<Arguments> growingBlocks() {
        return Stream.of(
                Arguments.of("text", openText(0), text(0, WORD)),
                Arguments.of("text beyond Latin-1", openText(0), text(0, "\u6cb3\u5ddd\u306e\u6d41\u308c!")),
                Arguments.of("thinking", openThinking(0), thinking(0, WORD)),
                Arguments.of("tool input", openTool(0, "{}"), json(0, "\"twelve ch\",")),
                Arguments.of("unknown", open(0, new ContentBlock.Unknown("zz", "{\"type\":\"zz\"}")), text(0, WORD)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("growingBlocks")
    void aSnapshotAfterEachEventOfAMegabyteCostsNoMoreForWhatCameBefore(
            String kind, StreamEvent block, StreamEvent more) {
        add(fold(start("msg_1"), block), more, 20_000, 1);
        int events = 1_000_000 / WORD.length();
        var answer = fold(start("msg_1"), block);
        long bytes = allocated(() -> add(answer, more, events, 1));
        assertThat(bytes / events).isLessThan(400);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("growingBlocks")
    void theLastOfAMillionEventsCostNoMoreThanTheFirst(String kind, StreamEvent block, StreamEvent more) {
        add(fold(start("msg_1"), block), more, 100_000, 100);
        var answer = fold(start("msg_1"), block);
        long first = allocated(() -> add(answer, more, 100_000, 100));
        long between = allocated(() -> add(answer, more, 800_000, 100));
        long last = allocated(() -> add(answer, more, 100_000, 100));
        assertThat(last).isLessThanOrEqualTo(first * 12 / 10);
        assertThat(between / 8).isLessThanOrEqualTo(first * 12 / 10);
        assertThat((first + between + last) / 1_000_000)
                .as("the text in one byte or two per char, and little else")
                .isLessThan(2 * WORD.length() + 12);
    }

    @Test
    void aCitationIsCopiedForWhoReadsItsBlockOnly() {
        StreamEvent more = cite(0, "source");
        add(fold(start("msg_1"), openText(0)), more, 20_000, 1);
        var answer = fold(start("msg_1"), openText(0));
        long bytes = allocated(() -> {
            for (int i = 0; i < 20_000; i++) {
                answer.accept(more);
                answer.snapshot();
                answer.citations(0);
            }
        });
        assertThat(bytes / 20_000).isLessThan(400);
        assertThat(answer.citations(0)).hasSize(20_000);
    }

    @Test
    void aBlockIsMadeOnceForAllWhoHaveIt() {
        var answer = fold(start("msg_1"), openText(0), text(0, WORD), openText(1));
        var snapshots = new ArrayList<Message>();
        for (int i = 0; i < 100; i++) {
            answer.accept(i == 50 ? close(0) : text(1, WORD));
            snapshots.add(answer.snapshot());
        }
        ContentBlock made = answer.block(0);
        assertThat(snapshots)
                .allSatisfy(
                        snapshot -> assertThat(snapshot.content().getFirst()).isSameAs(made));
    }

    @Test
    void theTextOfOneBlockIsNotCopiedAgain() {
        var answer = fold(start("msg_1"), openText(0), text(0, WORD), text(0, WORD));
        assertThat(answer.snapshot().text()).isSameAs(answer.text(0));
        assertThat(answer.partialResponse().content()).isSameAs(answer.text(0));
    }

    private static void add(ChunkAggregator answer, StreamEvent more, int events, int snapshotEvery) {
        for (int i = 1; i <= events; i++) {
            answer.accept(more);
            if (i % snapshotEvery == 0) {
                answer.snapshot();
            }
        }
    }

    private static long allocated(Runnable work) {
        long thread = Thread.currentThread().threadId();
        long before = MEMORY.getThreadAllocatedBytes(thread);
        work.run();
        return MEMORY.getThreadAllocatedBytes(thread) - before;
    }
}
