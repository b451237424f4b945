package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.Script;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run that nobody consumes holds up the model and the tools, by the bytes of its events, too. */
@Timeout(30)
class RunBackpressureTest {
    private static final String MEGABYTE = "x".repeat(1 << 20);

    @Test
    void largeEventsOfTheModelAreBoundedByTheirBytes() {
        try (var runs = Runs.with(Script.stream().sse(begin("a")).repeat(text(0, MEGABYTE), 100));
                var loop = runs.run().start()) {
            Awaitility.await()
                    .until(() -> loop.run.queue.size() >= 4
                            && loop.run.ending().getFirst().getState() == Thread.State.WAITING);
            assertThat(loop.run.queue.size())
                    .as("the start of an answer, and few of 100 texts of 1 MB")
                    .isLessThan(8);
        }
    }

    @Test
    void largeEventsOfAToolAreBoundedByTheirBytes() {
        var reported = new AtomicInteger();
        var chatty = tool("work", (input, context) -> {
            while (true) {
                context.log(MEGABYTE);
                reported.incrementAndGet();
            }
        });
        try (var runs = Runs.with(calls(use(0, "a", "work", "{}")));
                var loop = runs.run(chatty).queueBytes(4 << 20).start()) {
            Awaitility.await().until(() -> reported.get() > 0 && loop.run.queue.size() > 3);
            assertThat(reported.get()).isLessThan(4);
        }
        assertThatThrownBy(() -> {
                    try (var runs = Runs.with(Script.stream())) {
                        runs.run().queueBytes(0);
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queueBytes");
    }
}
