package dev.sluice.relay.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MessageQueueTest {
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final Semaphore allowed = new Semaphore(0);
    private final AtomicInteger rooms = new AtomicInteger();
    private Consumer<String> more = message -> {};
    private final MessageQueue queue = new MessageQueue(this::handle, rooms::incrementAndGet);

    private void handle(String message) {
        allowed.acquireUninterruptibly();
        handled.add(message);
        more.accept(message);
    }

    @Test
    void messagesAreHandledInOrderWhileOthersAreAdded() {
        assertThat(queue.add("a")).isTrue();
        assertThat(queue.add("b")).isTrue();
        assertThat(handled).isEmpty();
        allowed.release(2);
        await().until(() -> handled.equals(List.of("a", "b")));
        queue.add("c");
        allowed.release();
        await().until(() -> handled.equals(List.of("a", "b", "c")));
        assertThat(rooms).hasValue(0);
    }

    @Test
    void aQueueThatIsFullTellsWhenThereIsRoom() {
        int added = 1;
        while (queue.add(Integer.toString(added))) {
            added++;
            assertThat(added).as("messages that wait").isLessThan(10);
        }
        assertThat(queue.isFull()).isTrue();
        allowed.release();
        await().until(() -> rooms.get() == 1);
        assertThat(queue.isFull()).isFalse();
        allowed.release(100);
        int all = added;
        await().until(() -> handled.size() == all);
        assertThat(rooms).hasValue(1);
    }

    /** One client's sockets would hold a gigabyte of messages else. */
    @Test
    void noMessageIsReadWhileALongOneIsHandled() {
        String longest = "x".repeat(1 << 20);
        assertThat(queue.add(longest)).isFalse();
        assertThat(queue.isFull()).isTrue();
        allowed.release();
        await().until(() -> rooms.get() == 1);
        assertThat(queue.isFull()).isFalse();
        assertThat(queue.add("short")).isTrue();
        allowed.release();
        await().until(() -> handled.equals(List.of(longest, "short")));
        assertThat(rooms).hasValue(1);
    }

    @Test
    void anErrorIsTheEndOfOneMessageOnly() {
        more = message -> {
            if (message.equals("bad")) {
                throw new AssertionError("thrown by the test");
            }
        };
        allowed.release(2);
        queue.add("bad");
        queue.add("good");
        await().dontCatchUncaughtExceptions().until(() -> handled.equals(List.of("bad", "good")));
    }
}
