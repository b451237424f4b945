package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.cite;
import static dev.sluice.aggregate.Events.close;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.openText;
import static dev.sluice.aggregate.Events.openTool;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.TimeSource;
import dev.sluice.message.StreamEvent;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What adding and looking cost, told by what they allocate; and that any thread may look. */
class ChunkAggregatorCostTest {
    private static final com.sun.management.ThreadMXBean MEMORY =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void addingCostsNoMoreForWhatCameBefore() {
        StreamEvent more = text(0, "some words ");
        var answer = fold(start("msg_1"), openText(0));
        long bytes = allocated(() -> IntStream.range(0, 200_000).forEach(i -> answer.accept(more)));
        assertThat(answer.text(0)).hasSize(200_000 * 11);
        assertThat(bytes).isLessThan(6 * 200_000 * 11); // the text, in buffers that double
    }

    @Test
    void aSnapshotCostsNothingForBlocksThatDidNotGrow() {
        var answer = fold(start("msg_1"), openText(0), text(0, "x".repeat(10_000_000)), close(0), openText(1));
        answer.snapshot();
        long bytes = allocated(() -> IntStream.range(0, 1_000).forEach(i -> {
            answer.accept(text(1, "a"));
            answer.snapshot();
        }));
        assertThat(bytes).isLessThan(10_000_000);
        assertThat(answer.snapshot()).isSameAs(answer.snapshot());
        assertThat(answer.text(0)).isSameAs(answer.text(0));
        assertThat(answer.block(0)).isSameAs(answer.snapshot().content().getFirst());
        assertThat(answer.citations(0)).isSameAs(answer.citations(0));
    }

    @Test
    void anInputParsedAfterEachFragmentCostsTheFragment() {
        input(1_000);
        long once = allocated(() -> input(10_000));
        assertThat(allocated(() -> input(40_000))).isLessThan(6 * once);
    }

    private static void input(int fragments) {
        var answer = fold(start("msg_1"), openTool(0, "{}"), json(0, "{\"a\":["));
        for (int i = 0; i < fragments; i++) {
            answer.accept(json(0, "[\"item\"],"));
            answer.input(0);
        }
    }

    @Test
    void anInputAskedForLateIsParsedFromItsBeginning() {
        var answer = fold(start("msg_1"), openTool(0, "{}"), json(0, "{\"a\":[1,"), json(0, "2,"));
        assertThat(answer.input(0)).hasToString("{a=[1, 2]}");
        answer.accept(json(0, "3"));
        answer.accept(json(0, "4]"));
        assertThat(answer.input(0)).hasToString("{a=[1, 2, 34]}");
    }

    @Test
    void valuesThatWereHandedOutDoNotChange() {
        var answer = fold(start("msg_1"), openText(0), cite(0, "a"), openTool(1, "{}"), json(1, "{\"a\":[1,"));
        var citations = answer.citations(0);
        var input = answer.input(1);
        answer.accept(cite(0, "b"));
        answer.accept(json(1, "2]}"));
        assertThat(citations).hasSize(1);
        assertThat(input).hasToString("{a=[1]}");
        assertThat(answer.citations(0)).hasSize(2);
    }

    @Test
    void otherThreadsSeeBeginningsOfTheAnswer() throws Exception {
        var answer = fold(start("msg_1"), openText(0), openTool(1, "{}"), json(1, "{\"a\":["));
        var done = new AtomicBoolean();
        Callable<Integer> watch = () -> {
            int looks = 0;
            long chunks = 0;
            String before = "";
            while (!done.get() || looks < 10) {
                String text = answer.snapshot().text();
                assertThat(text.startsWith(before)).isTrue();
                assertThat(answer.contentLength()).isGreaterThanOrEqualTo(text.length());
                assertThat(answer.chunkCount()).isGreaterThanOrEqualTo(chunks);
                assertThat(answer.input(1).toString()).matches("\\{a=\\[(0(, 0)*)?]}");
                before = text;
                chunks = answer.chunkCount();
                looks++;
            }
            return looks;
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var watchers =
                    IntStream.range(0, 3).mapToObj(i -> threads.submit(watch)).toList();
            for (int i = 0; i < 3_000; i++) {
                answer.accept(text(0, "word "));
                answer.accept(json(1, "0,"));
            }
            done.set(true);
            for (var watcher : watchers) {
                assertThat(watcher.get()).isPositive();
            }
        }
        assertThat(answer.text(0)).hasSize(15_000);
    }

    @Test
    void whoLooksWaitsForTheEventThatIsBeingAdded() throws Exception {
        var adding = new CountDownLatch(1);
        var added = new CountDownLatch(1);
        var answer = new ChunkAggregator(new HeldTime(adding, added));
        try (var threads = Executors.newCachedThreadPool()) {
            var adder = threads.submit(() -> answer.accept(start("msg_1")));
            adding.await();
            var looker = new AtomicReference<Thread>();
            var seen = threads.submit(() -> {
                looker.set(Thread.currentThread());
                return answer.snapshot().id() + answer.chunkCount();
            });
            await().until(() -> looker.get() != null && looker.get().getState() == Thread.State.WAITING);
            assertThat(seen.isDone()).isFalse();
            added.countDown();
            assertThat(seen.get()).isEqualTo("msg_11");
            adder.get();
        }
    }

    /** A clock that is slow to tell the time. */
    private record HeldTime(CountDownLatch asked, CountDownLatch told) implements TimeSource {
        @Override
        public long nanos() {
            asked.countDown();
            try {
                told.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }
    }

    private static long allocated(Runnable work) {
        long thread = Thread.currentThread().threadId();
        long before = MEMORY.getThreadAllocatedBytes(thread);
        work.run();
        return MEMORY.getThreadAllocatedBytes(thread) - before;
    }
}
