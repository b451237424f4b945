package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.StreamController;
import dev.sluice.StreamException.ApiError;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.internal.base.Cancellation;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.message.MessageRequest;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The report of a run that has ended, and the exceptions of its tools. */
@Timeout(60)
class RunReportTest {
    private static final IOException DRY = new IOException("no such river");
    private static final Tool DRIES = tool("dries", (input, context) -> {
        throw DRY;
    });
    private static final Tool ECHO = tool("echo", (input, context) -> "fine");

    private final List<RunReport> reports = new CopyOnWriteArrayList<>();

    private RunReport report() {
        await().until(() -> !reports.isEmpty());
        assertThat(reports).hasSize(1);
        return reports.getFirst();
    }

    @Test
    void aRunReportsItsTurnsCallsTokensCostAndEnd() {
        Prices prices = Prices.builder()
                .input(new BigDecimal("1000000"))
                .output(new BigDecimal("2000000"))
                .build();
        try (var runs = Runs.with(
                        calls(use(0, "a", "dries", "{\"x\":1}"), use(1, "b", "echo", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(DRIES, ECHO)
                        .name("river guide")
                        .budget(Budget.cost(new BigDecimal("1000"), prices))
                        .onEnd(reports::add)
                        .start()) {
            loop.done();
            RunReport report = report();
            assertThat(report.provider()).isEqualTo("claude");
            assertThat(report.requestedModel()).isEqualTo("claude-sonnet-5");
            assertThat(report.name()).contains("river guide");
            assertThat(report.end()).isEqualTo(new Completed());
            assertThat(report.metrics().turns()).isEqualTo(2);
            assertThat(report.metrics().usage()).isEqualTo(loop.usage());
            assertThat(report.metrics().cost())
                    .hasValueSatisfying(
                            cost -> assertThat(cost).isEqualByComparingTo("32")); // 20 tokens of input, 6 of output
            assertThat(report.metrics().modelTime()).isPositive();
            assertThat(report.metrics().duration())
                    .isGreaterThanOrEqualTo(report.metrics().calls().stream()
                            .map(RunReport.ToolCall::duration)
                            .max(Duration::compareTo)
                            .orElseThrow());
            assertThat(report.metrics().calls())
                    .extracting(
                            RunReport.ToolCall::id,
                            RunReport.ToolCall::tool,
                            RunReport.ToolCall::isError,
                            RunReport.ToolCall::cause)
                    .containsExactlyInAnyOrder(
                            org.assertj.core.groups.Tuple.tuple("a", "dries", true, DRY),
                            org.assertj.core.groups.Tuple.tuple("b", "echo", false, null));
            assertThat(loop.metrics().turns()).isEqualTo(2);
            assertThat(loop.metrics().duration())
                    .as("stands still")
                    .isEqualTo(report.metrics().duration());
        }
    }

    @Test
    void whatAToolThrewIsInItsEventWithTheToolsName() {
        try (var runs = Runs.with(calls(use(0, "a", "dries", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(DRIES).start()) {
            assertThat(collect(loop).of(RunEvent.ToolError.class))
                    .singleElement()
                    .satisfies(error -> {
                        assertThat(error.name()).isEqualTo("dries");
                        assertThat(error.cause()).isSameAs(DRY);
                        assertThat(error.toJson()).doesNotContain("IOException");
                    });
        }
    }

    @Test
    void anEndThatIsNoneOfTheModelsIsReportedToo() {
        try (var runs = Runs.with(Script.json(400, ClaudeWire.errorJson("invalid_request_error", "No")));
                ToolLoop loop = runs.run(ECHO).onEnd(reports::add).start()) {
            assertThatThrownBy(loop::done).isInstanceOf(ApiError.class);
            assertThat(report().end()).isInstanceOf(Failed.class);
            assertThat(report().metrics().cost()).isEmpty();
        }
        reports.clear();
        try (var runs = Runs.with(Script.stream().stall());
                ToolLoop loop = runs.run(ECHO).onEnd(reports::add).start()) {
            loop.cancel("enough");
            assertThat(report().end()).isEqualTo(new Cancelled("enough"));
        }
    }

    @Test
    void everyListenerIsToldThoughOneThrows() {
        try (var runs = Runs.with(says("ok"));
                ToolLoop loop = runs.run()
                        .onEnd(report -> {
                            throw new IllegalStateException("no");
                        })
                        .onEnd(reports::add)
                        .start()) {
            loop.done();
            assertThat(report().end()).isEqualTo(new Completed());
        }
    }

    @Test
    void aRunThatCannotStartEndsForItsObserver() {
        var ends = new CopyOnWriteArrayList<Outcome>();
        try (var runs = Runs.with(
                settings -> settings.observer(operation -> new Observation() {
                    @Override
                    public void end(Outcome outcome) {
                        ends.add(outcome);
                    }
                }),
                says("ok"))) {
            MessageRequest wrong =
                    MessageRequest.builder().model("claude-sonnet-5").user("Hi").build();
            assertThatThrownBy(() -> ToolLoop.builder(runs.client, wrong).start())
                    .isInstanceOf(IllegalArgumentException.class);
            StreamController used = StreamController.withCancellation();
            InternalParts.of(used, Cancellation.class).attach(reason -> true, Runnable::run);
            assertThatThrownBy(() -> ToolLoop.builder(runs.client, Runs.REQUEST)
                            .controller(used)
                            .start())
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> runs.client.stream(Runs.REQUEST, used)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(ends).hasSize(3).allSatisfy(end -> assertThat(end.toString()).contains("was not started"));
    }

    @Test
    void anObserverIsToldOfRunsTurnsAndTools() {
        var told = new CopyOnWriteArrayList<String>();
        try (var runs = Runs.with(
                        settings -> settings.observer(operation -> {
                            String name = operation.getClass().getSimpleName();
                            told.add("+" + name);
                            return new Observation() {
                                @Override
                                public void end(Outcome outcome) {
                                    told.add("-" + name);
                                }
                            };
                        }),
                        calls(use(0, "a", "dries", "{\"x\":1}")),
                        says("ok"));
                ToolLoop loop = runs.run(DRIES).start()) {
            loop.done();
            await().until(() -> told.size() == 8);
            assertThat(told).startsWith("+Run", "+Chat").contains("+ToolCall", "-ToolCall", "-Run");
            assertThat(told).filteredOn("-Chat"::equals).hasSize(2);
        }
    }
}
