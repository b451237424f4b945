package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.message.ToolDefinition;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.ToolProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers, and what a caller must not do. */
@Timeout(60)
class RunHandlersTest {
    private static final Tool WORK = tool("work", (input, context) -> {
        context.progress("half", 50);
        context.progress("whole", 100);
        return "done";
    });

    private static Runs fixture() {
        return Runs.with(calls(use(0, "a", "work", "{\"x\":1}")), says("ok"));
    }

    @Test
    void aHandlerIsToldOfItsKindOnTheConsumersThreadBeforeTheLoop() {
        var told = new ArrayList<RunEvent>();
        var all = new ArrayList<RunEvent>();
        var once = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        Consumer<RunEvent> removed = event -> told.clear();
        try (var runs = fixture();
                ToolLoop loop = runs.run(WORK).start()) {
            loop.on(ToolProgress.class, told::add)
                    .on(RunEvent.class, all::add)
                    .on(RunEvent.class, event -> threads.add(Thread.currentThread()))
                    .once(ToolProgress.class, progress -> once.incrementAndGet())
                    .on(RunEvent.class, removed)
                    .off(RunEvent.class, removed);
            var collected = Runs.collect(loop, event -> assertThat(all).last().isEqualTo(event));
            assertThat(all).isEqualTo(collected.events());
            assertThat(told).containsExactly(new ToolProgress("a", "half", 50), new ToolProgress("a", "whole", 100));
            assertThat(once).hasValue(1);
            assertThat(threads).containsOnly(Thread.currentThread());
        }
    }

    @Test
    void whatAHandlerThrowsEndsTheRunAndReachesTheCaller() {
        var others = new AtomicInteger();
        try (var runs = fixture();
                ToolLoop loop = runs.run(WORK).start()) {
            loop.on(ToolProgress.class, progress -> {
                throw new ArithmeticException("mine");
            });
            loop.on(ToolProgress.class, progress -> others.incrementAndGet());
            assertThatThrownBy(loop::done)
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessage("mine");
            assertThat(others).hasValue(1);
            assertThat(loop.endReason()).get().isInstanceOf(Cancelled.class);
            assertThat(loop.isAborted()).isTrue();
            loop.done();
        }
    }

    @Test
    void aHandlerCannotConsume() {
        try (var runs = fixture();
                ToolLoop loop = runs.run(WORK).start()) {
            loop.on(MessageDelta.class, delta -> loop.done());
            assertThatThrownBy(loop::done)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("handler");
        }
    }

    @Test
    void aRunIsIteratedOnceAndByOneThread() throws Exception {
        try (var runs = Runs.with(Script.stream().sse(ClaudeWire.begin("a")).stall());
                ToolLoop loop = runs.run().start()) {
            Thread consumer = Thread.ofVirtual().start(loop::done);
            Awaitility.await().until(() -> loop.snapshot().text().equals("a") && loop.run.queue.size() == 0);
            assertThatThrownBy(loop::done).isInstanceOf(IllegalStateException.class);
            var unused = loop.iterator();
            assertThatThrownBy(loop::iterator).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(loop::events).isInstanceOf(IllegalStateException.class);
            loop.cancel("enough");
            assertThat(consumer.join(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void afterTheEndNothingBlocks() {
        try (var runs = fixture();
                ToolLoop loop = runs.run(WORK).start()) {
            var events = loop.iterator();
            while (events.hasNext()) {
                events.next();
            }
            assertThat(events.hasNext()).isFalse();
            assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
            loop.done();
            assertThat(loop.finalText()).isEqualTo("ok");
            loop.cancel("too late");
            assertThat(loop.isAborted()).isFalse();
            assertThat(loop.controller().isCancelled()).isFalse();
        }
    }

    @Test
    void anInterruptIsKept() throws Exception {
        try (var runs = Runs.with(Script.stream().sse(ClaudeWire.begin("a")).stall());
                ToolLoop loop = runs.run().start()) {
            var kept = new CompletableFuture<Boolean>();
            Thread consumer = Thread.ofVirtual().start(() -> {
                assertThatThrownBy(loop::done).isInstanceOf(StreamException.Cancelled.class);
                kept.complete(Thread.currentThread().isInterrupted());
            });
            Awaitility.await().until(() -> loop.snapshot().text().equals("a"));
            consumer.interrupt();
            assertThat(kept.get(5, TimeUnit.SECONDS)).isTrue();
            assertThat(loop.endReason()).get().isInstanceOf(Cancelled.class);
        }
    }

    @Test
    void wrongSettingsAreRefusedAndNamed() {
        try (var runs = fixture()) {
            assertThatThrownBy(() -> runs.run(WORK, WORK))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'work'");
            var named = Runs.REQUEST.toBuilder()
                    .tool(ToolDefinition.of("work", "", Runs.ANY_OBJECT))
                    .build();
            assertThatThrownBy(() -> runs.client.run(named, WORK))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'work'");
            assertThatThrownBy(() -> runs.run().maxTurns(0)).hasMessageContaining("maxTurns");
            assertThatThrownBy(() -> runs.run().parallelism(0)).hasMessageContaining("parallelism");
            assertThatThrownBy(() -> runs.run().queueCapacity(0)).hasMessageContaining("queueCapacity");
            assertThatThrownBy(() -> runs.run().toolTimeout(Duration.ofNanos(-1)))
                    .hasMessageContaining("toolTimeout");
            var wrong = Runs.REQUEST.toBuilder().put("stream", false).build();
            assertThatThrownBy(() -> runs.client.run(wrong, WORK))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stream");
            var controller = StreamController.withCancellation();
            runs.run(WORK).controller(controller).start().close();
            assertThatThrownBy(() -> runs.run(WORK).controller(controller).start())
                    .isInstanceOf(IllegalStateException.class);
            runs.client.close();
            assertThatThrownBy(() -> runs.client.run(Runs.REQUEST, WORK))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }
}
