package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.StreamController;
import dev.sluice.budget.Budget;
import dev.sluice.context.ContextCarrier;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the caller's thread carries is there wherever its code runs on another thread. */
@Timeout(60)
class RunContextTest {
    private static final ThreadLocal<String> USER = new ThreadLocal<>();
    private static final ToolContext.Attribute<Integer> TENANT = ToolContext.Attribute.named("tenant");
    private static final ToolContext.Attribute<Integer> OTHER = ToolContext.Attribute.named("tenant");

    private final Map<String, String> seen = new ConcurrentHashMap<>();

    @BeforeEach
    void logIn() {
        USER.set("alice");
    }

    @AfterEach
    void logOut() {
        USER.remove();
    }

    private void look(String where) {
        seen.put(where, USER.get() + (Thread.currentThread().isVirtual() ? "" : ", same thread"));
    }

    @Test
    void everyCallbackOfARunHasTheContextOfTheThreadThatStartedIt() {
        Tool echo = tool("echo", (input, context) -> {
            look("tool");
            return "fine";
        });
        Budget budget = Budget.builder()
                .maxOutputTokens(1_000)
                .alertAt(0.001, spent -> look("alert"))
                .build();
        try (var runs = Runs.with(
                        settings -> settings.contextCarrier(ContextCarrier.of(USER))
                                .onEnd(report -> look("stream's onEnd")),
                        calls(use(0, "a", "echo", "{\"x\":")),
                        says("ok"));
                ToolLoop loop = runs.run(echo)
                        .budget(budget)
                        .repair((call, problem) -> {
                            look("repair");
                            return Optional.of("{}");
                        })
                        .approval((called, context) -> {
                            look("approval");
                            return ToolApproval.allow();
                        })
                        .onEnd(report -> look("onEnd"))
                        .start()) {
            logOut();
            loop.done();
            await().until(() -> seen.size() == 6);
        }
        assertThat(seen)
                .containsOnlyKeys("tool", "alert", "repair", "approval", "onEnd", "stream's onEnd")
                .allSatisfy((where, user) -> assertThat(user).as(where).isEqualTo("alice"));
    }

    @Test
    void theCallbacksOfACancelHaveIt() {
        StreamController controller = StreamController.withCancellation();
        controller.onCancel(() -> look("onCancel"));
        try (var runs = Runs.with(
                        settings -> settings.contextCarrier(ContextCarrier.of(USER)),
                        dev.sluice.test.peer.Script.stream().stall());
                ToolLoop loop = runs.run().controller(controller).start()) {
            logOut();
            loop.cancel("enough");
            await().until(() -> seen.containsKey("onCancel"));
        }
        assertThat(seen).containsEntry("onCancel", "alice");
    }

    @Test
    void withoutACarrierNothingIsCarried() {
        Tool echo = tool("echo", (input, context) -> {
            look("tool");
            return "fine";
        });
        try (var runs = Runs.with(
                        settings -> settings.contextCarrier(ContextCarrier.none()),
                        calls(use(0, "a", "echo", "{}")),
                        says("ok"));
                ToolLoop loop = runs.run(echo).start()) {
            loop.done();
        }
        assertThat(seen).containsEntry("tool", "null");
    }

    @Test
    void aCarrierThatThrowsChangesNothing() {
        Tool echo = tool("echo", (input, context) -> {
            look("tool");
            return "fine";
        });
        ContextCarrier hostile = () -> code -> {
            throw new IllegalStateException("no");
        };
        try (var runs = Runs.with(
                        settings -> settings.contextCarrier(hostile.and(ContextCarrier.of(USER))),
                        calls(use(0, "a", "echo", "{}")),
                        says("ok"));
                ToolLoop loop = runs.run(echo).start()) {
            assertThat(loop.finalText()).isEqualTo("ok");
        }
        assertThat(seen).containsEntry("tool", "alice");
    }

    @Test
    void attributesOfTheRunReachItsToolsAndItsApproval() {
        Tool echo = tool("echo", (input, context) -> {
            seen.put("tool", context.attribute(TENANT) + " " + context.attribute(OTHER));
            return "fine";
        });
        try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(echo)
                        .attribute(TENANT, 6)
                        .attribute(TENANT, 7)
                        .approval((called, context) -> {
                            seen.put(
                                    "approval",
                                    called.name() + " " + context.attribute(TENANT) + " "
                                            + context.call().input());
                            return ToolApproval.allow();
                        })
                        .start()) {
            loop.done();
        }
        assertThat(seen)
                .containsEntry("tool", "Optional[7] Optional.empty")
                .containsEntry("approval", "echo Optional[7] {\"x\":1}");
        assertThat(TENANT).hasToString("tenant");
        assertThat(new BareToolContext("a").attribute(TENANT)).isEmpty();
    }

    /** The model has been told that the tool was stopped, so the tool must not act after that. */
    @Test
    void aToolWhoseContextBlocksUntilItsTimeIsUpNeverRuns() {
        Tool echo = tool("echo", (input, context) -> {
            look("tool");
            return "fine";
        });
        ContextCarrier blocking = () -> code -> {
            if (Thread.currentThread().getName().startsWith("sluice-tool")) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    // lost
                }
            }
            code.run();
            look(Thread.currentThread().getName().replaceFirst("-[0-9]+$", ""));
        };
        try (var runs = Runs.with(
                        settings -> settings.contextCarrier(blocking), calls(use(0, "a", "echo", "{}")), says("ok"));
                ToolLoop loop =
                        runs.run(echo).toolTimeout(Duration.ofMillis(50)).start()) {
            assertThat(loop.finalText()).isEqualTo("ok");
            assertThat(loop.metrics().calls()).singleElement().matches(RunReport.ToolCall::isError);
            await().until(() -> seen.containsKey("sluice-tool-echo"));
        }
        assertThat(seen).doesNotContainKey("tool");
    }

    @Test
    void noCarrierRunsOnTheCallersOwnThread() {
        Thread caller = Thread.currentThread();
        ContextCarrier untidy = () -> code -> {
            if (Thread.currentThread().equals(caller)) {
                look("carrier");
            }
            code.run();
        };
        try (var runs = Runs.with(settings -> settings.contextCarrier(untidy), says("ok"));
                ToolLoop loop = runs.run().start()) {
            assertThat(loop.finalText()).isEqualTo("ok");
        }
        assertThat(seen).isEmpty();
    }
}
