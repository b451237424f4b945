package dev.sluice.tools;

import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.turn;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Completed;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.Debug;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs of random shape: how many calls in how many turns, how much each tool reports, which fail, which wait for which other to
 * be done, how slow the consumer is and how small the queue. Whatever the shape: of each call its start, all it reported in
 * order, and exactly one end, the right one; and never more queued than the queue holds.
 */
@Timeout(120)
class SeededRunsTest {
    static LongStream seeds() {
        return LongStream.range(0, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noEventIsLostOrReordered(long seed) {
        var random = new Random(seed);
        int turns = 1 + random.nextInt(3);
        int capacity = 1 + random.nextInt(12);
        int slowness = random.nextInt(3);
        boolean early = random.nextBoolean();
        Map<String, Plan> plans = new ConcurrentHashMap<>();
        var scripts = new ArrayList<Script>();
        for (int turn = 0; turn < turns; turn++) {
            scripts.add(turnOf(random, turn, plans));
        }
        scripts.add(says("a", "b", "c"));
        Tool tool =
                Runs.tool("work", (input, context) -> plans.get(context.id()).run(context));
        try (var runs = Runs.with(scripts.toArray(Script[]::new));
                ToolLoop loop = runs.run(tool)
                        .queueCapacity(capacity)
                        .startEarly(early)
                        .parallelism(64)
                        .start()) {
            var pace = new Random(seed);
            var collected = Runs.collect(loop, event -> {
                for (int i = 0; i < slowness * pace.nextInt(20); i++) {
                    Thread.yield();
                }
                assertThat(loop.run.queue.size()).isLessThanOrEqualTo(capacity);
            });
            assertThat(collected.failure()).isNull();
            assertThat(loop.endReason()).contains(new Completed());
            assertThat(collected.of(MessageStart.class)).hasSize(turns + 1);
            assertThat(collected.of(MessageStop.class)).hasSize(turns + 1);
            assertThat(collected.events()).last().isEqualTo(new RunEvent.StreamComplete());
            Map<String, List<RunEvent>> byCall = byCall(collected.events());
            assertThat(byCall.keySet()).isEqualTo(plans.keySet());
            plans.forEach((id, plan) -> assertThat(byCall.get(id)).isEqualTo(plan.expected(id)));
            assertThat(loop.conversation().unanswered()).isEmpty();
        }
    }

    /** A call, what it reports, and how it ends. */
    private record Plan(int reports, boolean fails, CountDownLatch waitsFor, CountDownLatch done) {
        static final IllegalStateException FAILURE = new IllegalStateException("failed as planned");

        String run(ToolContext context) throws Exception {
            Runs.await(waitsFor);
            try {
                for (int i = 0; i < reports; i++) {
                    if (i % 3 == 2) {
                        context.log("log " + i);
                    } else {
                        context.progress("step " + i, i * 100 / reports);
                    }
                }
                if (fails) {
                    throw FAILURE;
                }
                return "done";
            } finally {
                done.countDown();
            }
        }

        List<RunEvent> expected(String id) {
            var all = new ArrayList<RunEvent>();
            all.add(new ToolStart(id, "work", "{\"x\":1}"));
            for (int i = 0; i < reports; i++) {
                all.add(i % 3 == 2 ? new Debug(id, "log " + i) : new ToolProgress(id, "step " + i, i * 100 / reports));
            }
            all.add(
                    fails
                            ? new ToolError(id, "work", "Error: failed as planned", FAILURE)
                            : new ToolComplete(id, "done"));
            return all;
        }
    }

    /** The calls of a turn are done in a random order: each waits for the one before it in that order, or for none. */
    private static Script turnOf(Random random, int turn, Map<String, Plan> plans) {
        int calls = 1 + random.nextInt(6);
        var order = new ArrayList<Integer>();
        for (int i = 0; i < calls; i++) {
            order.add(random.nextInt(order.size() + 1), i);
        }
        var before = new CountDownLatch(0);
        for (int call : order) {
            var done = new CountDownLatch(1);
            boolean waits = random.nextBoolean();
            plans.put(
                    turn + "-" + call,
                    new Plan(random.nextInt(40), random.nextInt(4) == 0, waits ? before : new CountDownLatch(0), done));
            before = done;
        }
        String[] uses = new String[calls];
        for (int i = 0; i < calls; i++) {
            uses[i] = use(i, turn + "-" + i, "work", "{\"x\":1}");
        }
        return Script.stream(turn("tool_use", uses));
    }

    private static Map<String, List<RunEvent>> byCall(List<RunEvent> events) {
        var byCall = new HashMap<String, List<RunEvent>>();
        for (RunEvent event : events) {
            String id = switch (event) {
                case ToolStart start -> start.id();
                case ToolProgress progress -> progress.id();
                case Debug debug -> debug.id();
                case ToolComplete complete -> complete.id();
                case ToolError error -> error.id();
                default -> null;
            };
            if (id != null) {
                byCall.computeIfAbsent(id, unseen -> new ArrayList<>()).add(event);
            }
        }
        return byCall;
    }
}
