package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.test.peer.CapturedLog;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.Threads;
import dev.sluice.tools.RunEvent.StreamError;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Stopping a run, by each way, in each phase. The promise is 100 ms; any one stop has a second, for the machine may be busy. */
@Timeout(60)
class StoppedRunTest {
    private static final Duration LATEST = Duration.ofSeconds(1);

    /** Where a run may be when it is stopped. */
    enum Phase {
        WAITING_FOR_THE_MODEL,
        MODEL_STREAMING,
        MODEL_STREAMING_INTO_A_FULL_QUEUE,
        MODEL_STREAMING_AND_TOOL_RUNNING,
        TOOL_RUNNING,
        TOOL_IGNORES_INTERRUPTS,
        TOOL_REPORTING_INTO_A_FULL_QUEUE,
        TOOL_WAITING_FOR_ITS_TURN,
        WAITING_FOR_APPROVAL,
        APPROVAL_IGNORES_INTERRUPTS,
        BETWEEN_TURNS,
        SECOND_TURN,
        INNER_RUN
    }

    /** How it may be stopped, from another thread. */
    enum Way {
        CONTROLLER,
        LOOP,
        CLOSE,
        INTERRUPT,
        CLIENT
    }

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        end.countDown();
    }

    static Stream<Arguments> everyPhaseAndWay() {
        return Arrays.stream(Phase.values())
                .flatMap(phase -> Arrays.stream(Way.values()).map(way -> arguments(phase, way)));
    }

    @ParameterizedTest
    @MethodSource("everyPhaseAndWay")
    void everyWayInEveryPhaseFreesTheConsumerAndEndsTheThreads(Phase phase, Way way) throws Exception {
        try (var runs = Runs.with(scripts(phase))) {
            var callbacks = new AtomicInteger();
            var controller = StreamController.builder()
                    .onCancel(callbacks::incrementAndGet)
                    .build();
            ToolLoop loop = runs.run(toolOf(phase, runs))
                    .controller(controller)
                    .queueCapacity(4)
                    .parallelism(1)
                    .approval(approval(phase))
                    .start();
            var freed = new CompletableFuture<Long>();
            Thread consumer = Thread.ofVirtual().start(() -> {
                try {
                    for (RunEvent event : loop) {
                        if (fills(phase) && event.getClass() == filling(phase)) {
                            reached.countDown();
                            park();
                        }
                    }
                } catch (StreamException.Cancelled e) { // EndsTest says when
                    assertThat(way).isIn(Way.INTERRUPT, Way.CLIENT);
                }
                freed.complete(System.nanoTime());
            });
            reach(phase, runs, loop);
            soon().until(() -> consumer.getState() == Thread.State.WAITING);
            if (fills(phase)) {
                soon().until(() -> loop.run.queue.size() == 4);
            }

            long before = System.nanoTime();
            switch (way) {
                case CONTROLLER -> controller.cancel("stop");
                case LOOP -> loop.cancel("stop");
                case CLOSE -> loop.close();
                case INTERRUPT -> consumer.interrupt();
                case CLIENT -> runs.client.close();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .as("the call returns")
                    .isLessThan(LATEST);
            if (fills(phase)) {
                consumer.interrupt(); // wakes the consumer from its own business
            }
            assertThat(Duration.ofNanos(freed.get(5, TimeUnit.SECONDS) - before))
                    .as("the consumer returns")
                    .isLessThan(LATEST);
            assertThat(loop.endReason()).get().isInstanceOf(Cancelled.class);
            soon().until(() -> callbacks.get() == 1);
            assertThatThrownBy(loop::finalMessage).isInstanceOf(StreamException.Cancelled.class);
            assertThat(loop.conversation().unanswered()).isEmpty();
            boolean ignoresInterrupts =
                    phase == Phase.TOOL_IGNORES_INTERRUPTS || phase == Phase.APPROVAL_IGNORES_INTERRUPTS;
            soon().until(() -> !loop.run.ending().getFirst().isAlive()
                    && loop.stillRunning().size() == (ignoresInterrupts ? 1 : 0));
            if (ignoresInterrupts) {
                assertThat(loop.stillRunning()).extracting(ToolUse::id).containsExactly("a");
                end.countDown();
            }
            soon().until(() -> loop.stillRunning().isEmpty());
            switch (phase) {
                case WAITING_FOR_THE_MODEL, MODEL_STREAMING, MODEL_STREAMING_AND_TOOL_RUNNING ->
                    runs.peer.awaitGone(Duration.ofSeconds(2));
                case SECOND_TURN -> // one that the first turn left, and the second found not yet free, may stay
                    soon().until(() -> runs.peer.openConnections() < runs.peer.connections());
                default -> {} // the answer was whole, and its connection may be used again
            }
        }
        soon().until(() ->
                Threads.named("sluice-run", "sluice-call", "sluice-tool").isEmpty());
    }

    private Script[] scripts(Phase phase) {
        Script call = calls(use(0, "a", "work", "{\"x\":1}"));
        return switch (phase) {
            case WAITING_FOR_THE_MODEL -> new Script[] {Script.empty().stall()};
            case MODEL_STREAMING ->
                new Script[] {Script.stream().sse(begin("a")).stall()};
            case MODEL_STREAMING_AND_TOOL_RUNNING ->
                new Script[] {
                    Script.stream()
                            .sse(ClaudeWire.messageStart(), use(0, "a", "work", "{\"x\":1}"))
                            .stall()
                };
            case TOOL_WAITING_FOR_ITS_TURN ->
                new Script[] {calls(use(0, "a", "work", "{\"x\":1}"), use(1, "b", "work", "{\"x\":1}"))};
            case MODEL_STREAMING_INTO_A_FULL_QUEUE ->
                new Script[] {
                    Script.stream()
                            .sse(begin(Collections.nCopies(50, "a").toArray(String[]::new)))
                            .stall()
                };
            case BETWEEN_TURNS -> new Script[] {call, Script.empty().stall()};
            case SECOND_TURN ->
                new Script[] {call, Script.stream().sse(begin("b")).stall()};
            case INNER_RUN ->
                new Script[] {call, Script.stream().sse(begin("inner")).stall()};
            default -> new Script[] {call, says("never")};
        };
    }

    private Tool toolOf(Phase phase, Runs runs) {
        return tool("work", (input, context) -> {
            switch (phase) {
                case BETWEEN_TURNS, SECOND_TURN -> {}
                case TOOL_IGNORES_INTERRUPTS -> {
                    reached.countDown();
                    Runs.awaitUninterruptibly(end);
                }
                case TOOL_REPORTING_INTO_A_FULL_QUEUE -> {
                    while (true) {
                        context.progress("more");
                    }
                }
                case INNER_RUN -> {
                    ToolLoop inner = runs.run().start();
                    inner.once(RunEvent.MessageStart.class, started -> reached.countDown());
                    context.run(inner);
                }
                default -> {
                    reached.countDown();
                    Runs.await(never);
                }
            }
            return "done";
        });
    }

    private ToolApproval approval(Phase phase) {
        return (tool, call) -> {
            if (phase == Phase.WAITING_FOR_APPROVAL) {
                reached.countDown();
                Runs.await(never);
            } else if (phase == Phase.APPROVAL_IGNORES_INTERRUPTS) {
                reached.countDown();
                Runs.awaitUninterruptibly(end);
            }
            return ToolApproval.allow();
        };
    }

    private void reach(Phase phase, Runs runs, ToolLoop loop) throws InterruptedException {
        switch (phase) {
            case WAITING_FOR_THE_MODEL -> runs.peer.awaitRequest(1);
            case BETWEEN_TURNS -> runs.peer.awaitRequest(2);
            case MODEL_STREAMING -> soon().until(() -> loop.snapshot().text().equals("a"));
            case SECOND_TURN -> soon().until(() -> loop.snapshot().text().equals("b"));
            default -> Runs.await(reached);
        }
    }

    private static boolean fills(Phase phase) {
        return phase == Phase.TOOL_REPORTING_INTO_A_FULL_QUEUE || phase == Phase.MODEL_STREAMING_INTO_A_FULL_QUEUE;
    }

    /** The event at which the consumer goes about its own business. */
    private static Class<? extends RunEvent> filling(Phase phase) {
        return phase == Phase.TOOL_REPORTING_INTO_A_FULL_QUEUE
                ? RunEvent.ToolProgress.class
                : RunEvent.MessageDelta.class;
    }

    /** Looks at once, and often: there are many cases, and what they wait for is there as a rule. */
    private static ConditionFactory soon() {
        return Awaitility.with()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .await();
    }

    private static void park() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void closingNamesTheToolsThatDoNotHeedTheirInterrupt() throws Exception {
        try (var log = CapturedLog.open();
                var runs = Runs.with(calls(use(0, "a", "work", "{\"x\":1}")))) {
            ToolLoop loop =
                    runs.run(toolOf(Phase.TOOL_IGNORES_INTERRUPTS, runs)).start();
            Runs.await(reached);
            loop.close();
            assertThat(log.lines("still run")).singleElement().asString().contains("sluice-run-", "work");
        }
    }

    @Test
    void aRunThatIsForgottenIsClosed() {
        try (var runs = Runs.with(Script.stream().sse(begin("a")).stall())) {
            forget(runs);
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
                System.gc();
                return runs.peer.openConnections() == 0;
            });
        }
    }

    private static void forget(Runs runs) {
        var events = runs.run().start().iterator();
        assertThat(events.next()).isInstanceOf(RunEvent.MessageStart.class);
    }

    @Test
    void aControllerCancelledBeforeSendsNoRequest() {
        try (var runs = Runs.with(Script.stream().stall())) {
            var controller = StreamController.withCancellation();
            controller.cancel("never mind");
            try (ToolLoop loop = runs.run().controller(controller).start()) {
                assertThat(Runs.collect(loop).events()).isEmpty();
                assertThat(loop.endReason()).contains(new Cancelled("never mind"));
            }
            assertThat(runs.peer.connections()).isZero();
        }
    }

    @Test
    void aLimitOnChunksCountsTheEventsOfTheRun() {
        try (var runs = Runs.with(says("a", "b", "c"));
                ToolLoop loop = runs.run()
                        .controller(StreamController.withChunkLimit(3))
                        .start()) {
            var collected = Runs.collect(loop);
            assertThat(collected.events()).hasSize(3).doesNotHaveAnyElementsOfTypes(StreamError.class);
            assertThat(collected.failure()).isNull();
            assertThat(loop.endReason()).contains(new LimitReached(Limit.CHUNKS, 3));
            assertThatThrownBy(loop::finalMessage).isInstanceOf(StreamException.LimitExceeded.class);
        }
    }

    @Test
    void leavingAStreamEarlyCancelsTheRun() {
        try (var runs = Runs.with(Script.stream().sse(begin("a", "b")).stall());
                ToolLoop loop = runs.run().start()) {
            assertThat(loop.text().findFirst()).contains("a");
            assertThat(loop.endReason()).get().isInstanceOf(Cancelled.class);
        }
    }
}
