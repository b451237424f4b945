package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final int MOST = 1 << 20;

    private final Backlog backlog = new Backlog(1_000);

    private static RelayEvent text(int length) {
        return new RelayEvent(1, "message_delta", "x".repeat(length));
    }

    private static RelayEvent progress() {
        return new RelayEvent(1, "tool_progress", "{}");
    }

    @Test
    void allIsUrgentButTextThatGoesOn() {
        backlog.add(text(1), 0);
        assertThat(backlog.isUrgent()).as("a first text").isTrue();
        backlog.take(MOST);
        backlog.add(text(1), 0);
        assertThat(backlog.isUrgent()).as("text that goes on").isFalse();
        backlog.add(progress(), 0);
        backlog.add(text(1), 0);
        backlog.add(text(1), 0);
        assertThat(backlog.isUrgent()).as("with something else before it").isTrue();
        backlog.take(MOST);
        assertThat(backlog.isUrgent()).as("nothing").isFalse();
        backlog.add(progress(), 0);
        backlog.take(MOST);
        backlog.add(text(1), 0);
        assertThat(backlog.isUrgent()).as("the first of another text").isTrue();
    }

    @Test
    void aBatchCameWhenItsFirstEventDid() {
        backlog.add(text(1), 5);
        backlog.add(text(1), 9);
        assertThat(backlog.take(MOST).arrived()).isEqualTo(5);
        backlog.add(text(1), 12);
        assertThat(backlog.take(MOST).arrived()).isEqualTo(12);
    }

    @Test
    void whatIsBeingWrittenCountsUntilItHasBeen() {
        backlog.add(text(700), 0);
        int all = backlog.bytes();
        assertThat(all).isGreaterThanOrEqualTo(700);
        assertThat(backlog.take(MOST).behind()).isFalse();
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.bytes()).isEqualTo(all);
        backlog.written();
        backlog.written(); // as a writer says that looks for more and finds nothing
        assertThat(backlog.bytes()).isZero();
        backlog.add(text(700), 0);
        assertThat(backlog.bytes()).isEqualTo(all);
    }

    @Test
    void clearedItHoldsWhatIsBeingWritten() {
        backlog.add(text(700), 0);
        int first = backlog.bytes();
        backlog.take(MOST);
        backlog.add(progress(), 0);
        backlog.clear();
        assertThat(backlog.isEmpty()).isTrue();
        assertThat(backlog.isUrgent()).isFalse();
        assertThat(backlog.bytes()).isEqualTo(first);
        backlog.written();
        assertThat(backlog.bytes()).isZero();
    }

    @Test
    void aLargeBacklogIsTakenInPartsThatStayUrgent() {
        int size = text(700).bytes();
        for (int i = 0; i < 5; i++) {
            backlog.add(text(700), i);
        }
        var first = backlog.take(2 * size);
        assertThat(first.events()).hasSize(2);
        assertThat(first.behind()).isTrue();
        assertThat(backlog.isUrgent()).as("the rest waits for nothing").isTrue();
        backlog.written();
        assertThat(backlog.bytes()).isEqualTo(3 * size);
        assertThat(backlog.take(1).events()).as("one, though it is too large").hasSize(1);
        backlog.written();
        var last = backlog.take(3 * size);
        assertThat(last.events()).hasSize(2);
        assertThat(last.behind()).as("until it has caught up").isTrue();
        assertThat(backlog.isUrgent()).isFalse();
        assertThat(backlog.isEmpty()).isTrue();
    }
}
