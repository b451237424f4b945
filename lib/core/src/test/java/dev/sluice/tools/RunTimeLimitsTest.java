package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.FakeTime;
import dev.sluice.StreamController;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.StreamError;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The limits on time, by a clock that only the test moves. */
@Timeout(60)
class RunTimeLimitsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final FakeTime time = new FakeTime();
    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        end.countDown();
    }

    private Runs runs(Script... turns) {
        return Runs.with(settings -> settings.time(time).timeouts(Timeouts.none()), turns);
    }

    /** Moves the clock when the tool says that it waits. */
    private Consumer<RunEvent> whenWaiting(Duration by) {
        return event -> {
            if (event instanceof ToolProgress) {
                time.advance(by);
            }
        };
    }

    private final Tool patient = tool("patient", (input, context) -> {
        assertThat(context.remaining()).isPresent();
        context.progress("waiting");
        Runs.await(never);
        return "never";
    });

    @Test
    void aToolThatTakesTooLongIsInterruptedAndTheModelIsTold() {
        try (var runs = runs(calls(use(0, "a", "patient", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(patient).toolTimeout(LIMIT).start()) {
            var collected = collect(loop, whenWaiting(LIMIT));
            assertThat(collected.of(ToolError.class))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error()).contains("took longer than its limit of 30000 ms"));
            assertThat(loop.finalText()).isEqualTo("ok");
            Awaitility.await().until(() -> loop.stillRunning().isEmpty());
        }
    }

    @Test
    void aToolsOwnLimitIsInPlaceOfTheRuns() {
        try (var runs = runs(calls(use(0, "a", "patient", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(patient.timeout(LIMIT))
                        .toolTimeout(Duration.ofNanos(1))
                        .start()) {
            var collected = collect(loop, whenWaiting(LIMIT));
            assertThat(collected.of(ToolError.class))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error()).contains("30000 ms"));
        }
    }

    /** Ignores interrupts until {@code end}; then the future has what reporting progress threw, or null. */
    private Tool uninterruptible(CompletableFuture<Throwable> afterwards) {
        return tool("uninterruptible", (input, context) -> {
            context.progress("waiting");
            Runs.awaitUninterruptibly(end);
            try {
                context.progress("too late");
                afterwards.complete(null);
            } catch (CancellationException e) {
                afterwards.complete(e);
            }
            return "never";
        });
    }

    @Test
    void aToolThatIgnoresItsInterruptBlocksNobodyAndReportsNothingMore() throws Exception {
        var afterwards = new CompletableFuture<Throwable>();
        try (var runs = runs(calls(use(0, "a", "uninterruptible", "{\"x\":1}")), says("ok"))) {
            ToolLoop loop =
                    runs.run(uninterruptible(afterwards)).toolTimeout(LIMIT).start();
            var collected = collect(loop, whenWaiting(LIMIT));
            assertThat(collected.aboutTools()).containsExactly("start a", "progress a", "error a");
            assertThat(loop.finalText()).isEqualTo("ok");
            assertThat(loop.stillRunning()).hasSize(1);
            loop.close();
            assertThat(loop.stillRunning()).hasSize(1);
            end.countDown();
            assertThat(afterwards.get(5, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
            Awaitility.await().until(() -> loop.stillRunning().isEmpty());
        }
    }

    @Test
    void zeroIsNoLimit() {
        var later = new CountDownLatch(1);
        Tool slow = tool("slow", (input, context) -> {
            assertThat(context.remaining()).isEqualTo(Optional.empty());
            context.progress("waiting");
            Runs.await(later);
            return "done";
        });
        try (var runs = runs(calls(use(0, "a", "slow", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(slow).toolTimeout(Duration.ZERO).start()) {
            var collected = collect(loop, whenWaiting(Duration.ofDays(1)).andThen(event -> {
                if (event instanceof ToolProgress) {
                    later.countDown();
                }
            }));
            assertThat(collected.of(ToolComplete.class)).hasSize(1);
        }
    }

    @Test
    void aToolIsToldWhatIsLeft() {
        var later = new CountDownLatch(1);
        Tool curious = tool("curious", (input, context) -> {
            assertThat(context.remaining()).contains(LIMIT);
            context.progress("waiting");
            Runs.await(later);
            return context.remaining().orElseThrow().toString();
        });
        try (var runs = runs(calls(use(0, "a", "curious", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(curious).toolTimeout(LIMIT).start()) {
            var collected = collect(loop, whenWaiting(Duration.ofSeconds(10)).andThen(event -> {
                if (event instanceof ToolProgress) {
                    later.countDown();
                }
            }));
            assertThat(collected.of(ToolComplete.class))
                    .containsExactly(
                            new ToolComplete("a", Duration.ofSeconds(20).toString()));
        }
    }

    @Test
    void aToolThatWasGivenUpSaysNothingMoreThoughTheRunGoesOn() {
        var afterwards = new CompletableFuture<Throwable>();
        try (var runs = runs(
                        calls(use(0, "a", "uninterruptible", "{\"x\":1}")),
                        Script.stream().sse(ClaudeWire.begin("ok")).stall());
                ToolLoop loop =
                        runs.run(uninterruptible(afterwards)).toolTimeout(LIMIT).start()) {
            var collected = collect(loop, whenWaiting(LIMIT).andThen(event -> {
                if (event instanceof MessageDelta delta && delta.text().equals("ok")) {
                    end.countDown();
                    assertThat(afterwards.orTimeout(5, TimeUnit.SECONDS).join())
                            .isInstanceOf(CancellationException.class);
                    loop.cancel("enough");
                }
            }));
            assertThat(collected.aboutTools()).containsExactly("start a", "progress a", "error a");
            assertThat(loop.isAborted()).isTrue();
        }
    }

    @Test
    void theTimeOfTheRunEndsItWhileAToolRuns() {
        try (var runs = runs(calls(use(0, "a", "patient", "{\"x\":1}")), says("never"));
                ToolLoop loop = runs.run(patient)
                        .controller(StreamController.withTimeout(LIMIT))
                        .toolTimeout(Duration.ZERO)
                        .startEarly(false) // or the time may be up before the turn is whole
                        .start()) {
            var collected = collect(loop, whenWaiting(LIMIT));
            assertTimedOut(collected, loop);
            assertThat(collected.of(ToolError.class))
                    .singleElement()
                    .satisfies(error -> assertThat(error.error()).contains("the time of the run was up"));
            assertThat(collected.aboutTools()).containsExactly("start a", "progress a", "error a");
            assertThat(loop.conversation().messages()).hasSize(3);
            assertThat(loop.conversation().unanswered()).isEmpty();
            assertThat(runs.peer.requests()).hasSize(1);
        }
    }

    @Test
    void theTimeOfTheRunEndsItInTheSecondTurnThoughThatIsNotThatOld() {
        var late = new CountDownLatch(1);
        Tool quick = tool("quick", (input, context) -> {
            context.progress("working");
            Runs.await(late); // the second turn begins when most of the time is over
            return "done";
        });
        try (var runs = runs(
                        calls(use(0, "a", "quick", "{\"x\":1}")),
                        Script.stream().sse(ClaudeWire.begin("slowly")).stall());
                ToolLoop loop = runs.run(quick)
                        .controller(StreamController.withTimeout(LIMIT))
                        .start()) {
            Duration most = LIMIT.minusMillis(1);
            var collected = collect(loop, event -> {
                if (event instanceof ToolProgress) {
                    time.advance(most);
                    late.countDown();
                } else if (event instanceof MessageDelta delta && delta.text().equals("slowly")) {
                    time.advance(Duration.ofMillis(1));
                }
            });
            assertTimedOut(collected, loop);
            assertThat(((TimedOut) collected.failure()).partial().text()).isEqualTo("slowly");
            assertThat(loop.conversation().messages()).hasSize(3);
        }
    }

    private static void assertTimedOut(Runs.CollectedEvents collected, ToolLoop loop) {
        assertThat(collected.failure()).isInstanceOfSatisfying(TimedOut.class, timeout -> {
            assertThat(timeout.phase()).isEqualTo(Phase.TOTAL);
            assertThat(timeout.limit()).isEqualTo(LIMIT);
        });
        assertThat(collected.events())
                .last()
                .isInstanceOfSatisfying(
                        StreamError.class,
                        error -> assertThat(error.details())
                                .containsEntry("code", "timed_out")
                                .containsEntry("limit", "total"));
        assertThat(loop.isErrored()).isTrue();
    }
}
