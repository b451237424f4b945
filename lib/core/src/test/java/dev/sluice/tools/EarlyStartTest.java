package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.turn;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolStart;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When tools start: told by an order, since the server does not go on before they have. */
@Timeout(60)
class EarlyStartTest {
    private static final String[] EVENTS = turn(
            "tool_use",
            use(0, "a", "work", "{\"x\":1}"),
            use(1, "b", "work", "{\"x\":1}"),
            textStart(2),
            text(2, "meanwhile"),
            blockStop(2));

    @Test
    void bothToolsAreDoneBeforeTheMessageStops() {
        var done = new CountDownLatch(2);
        Tool work = tool("work", (input, context) -> {
            done.countDown();
            return "done";
        });
        Script held = Script.stream()
                .sse(EVENTS[0], EVENTS[1], EVENTS[2])
                .gate(done)
                .sse(Arrays.copyOfRange(EVENTS, 3, EVENTS.length))
                .end();
        try (var runs = Runs.with(held, says("ok"));
                ToolLoop loop = runs.run(work).start()) {
            var collected = collect(loop);
            assertThat(collected.failure()).isNull();
            assertThat(collected.of(ToolComplete.class)).hasSize(2);
            int stop =
                    collected.events().indexOf(collected.of(MessageStop.class).getFirst());
            assertThat(collected.events().subList(0, stop))
                    .filteredOn(ToolStart.class::isInstance)
                    .hasSize(2);
        }
    }

    @Test
    void withoutItTheyStartWhenTheMessageHasStopped() throws Exception {
        var started = new CountDownLatch(1);
        var mayStop = new CountDownLatch(1);
        Tool work = tool("work", (input, context) -> {
            started.countDown();
            return "done";
        });
        Script held = Script.stream()
                .sse(Arrays.copyOfRange(EVENTS, 0, EVENTS.length - 1))
                .gate(mayStop)
                .sse(EVENTS[EVENTS.length - 1])
                .end();
        try (var runs = Runs.with(held, says("ok"));
                ToolLoop loop = runs.run(work).startEarly(false).start()) {
            var stopIsNext = loop.iterator();
            var order = new java.util.ArrayList<String>();
            while (stopIsNext.hasNext()) {
                RunEvent event = stopIsNext.next();
                order.add(event.getClass().getSimpleName());
                if (mayStop.getCount() > 0
                        && event instanceof RunEvent.MessageDelta delta
                        && delta.delta() instanceof dev.sluice.message.StreamEvent.MessageDelta) {
                    assertThat(started.getCount()).isEqualTo(1);
                    mayStop.countDown();
                }
            }
            assertThat(started.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(order.indexOf("ToolStart")).isGreaterThan(order.indexOf("MessageStop"));
        }
    }
}
