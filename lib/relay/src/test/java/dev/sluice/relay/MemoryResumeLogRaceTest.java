package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;

/**
 * The race of who subscribes with who appends: an event that is appended between the replay and the first live event must be
 * told, once, in its place; and a listener that two threads could tell is told by one.
 */
class MemoryResumeLogRaceTest {
    private static final int EVENTS = 3_000;
    private static final int WATCHERS = 16;
    private static final Session ALICE = new Session("alice");

    @RepeatedTest(10)
    void whoSubscribesWhileEventsAreAppendedGetsEachOnceAndInOrder() throws Exception {
        var log = MemoryResumeLog.builder().eventsPerStream(EVENTS).build();
        var writer = log.create("s", ALICE, reason -> {});
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<CompletableFuture<List<Long>>>();
            for (int i = 0; i < WATCHERS; i++) {
                all.add(CompletableFuture.supplyAsync(() -> watch(log), threads));
            }
            for (int i = 0; i < EVENTS; i++) {
                writer.append("debug", "{}");
                if (i % 100 == 0) {
                    Thread.yield();
                }
            }
            writer.finish();
            for (var watched : all) {
                List<Long> ids = watched.get(30, TimeUnit.SECONDS);
                assertThat(ids).hasSize(EVENTS);
                for (int i = 0; i < EVENTS; i++) {
                    assertThat(ids.get(i)).isEqualTo(i + 1);
                }
            }
        }
    }

    /** Watches, leaving and coming back at random places, until the end. */
    private static List<Long> watch(ResumeLog log) {
        var ids = new ArrayList<Long>();
        for (boolean over = false; !over; ) {
            int stay = ThreadLocalRandom.current().nextInt(1, 500);
            var visit = new Visit(ids, stay);
            var subscription = log.subscribe("s", ALICE, ids.isEmpty() ? 0 : ids.getLast(), visit);
            over = visit.leaves.orTimeout(30, TimeUnit.SECONDS).join();
            subscription.close();
        }
        return ids;
    }

    /** Takes so many events; whatever comes after those is not for it. */
    private static final class Visit implements ResumeLog.Listener {
        final CompletableFuture<Boolean> leaves = new CompletableFuture<>();
        private final List<Long> ids;
        private final int stay;
        private final AtomicInteger inside = new AtomicInteger();
        private int taken;

        Visit(List<Long> ids, int stay) {
            this.ids = ids;
            this.stay = stay;
        }

        @Override
        public void events(List<RelayEvent> events) {
            enter();
            for (RelayEvent event : events) {
                if (taken < stay) {
                    ids.add(event.id());
                    taken++;
                }
            }
            inside.decrementAndGet();
            if (taken == stay) {
                leaves.complete(false);
            }
        }

        @Override
        public void end(ResumeLog.End end) {
            enter();
            leaves.complete(true); // no effect if it had left before
        }

        private void enter() {
            if (inside.getAndIncrement() > 0) {
                leaves.completeExceptionally(new AssertionError("two threads at once"));
            }
        }
    }

    @RepeatedTest(20)
    void whoSubscribesAsTheStreamEndsIsToldOfTheEnd() throws Exception {
        var log = MemoryResumeLog.builder().retention(Duration.ofMinutes(1)).build();
        var writer = log.create("s", ALICE, reason -> {});
        writer.append("debug", "{}");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var watched = CompletableFuture.supplyAsync(() -> watch(log), threads);
            writer.append("debug", "{}");
            writer.finish();
            assertThat(watched.get(30, TimeUnit.SECONDS)).containsExactly(1L, 2L);
        }
    }
}
