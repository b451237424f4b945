package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static dev.sluice.relay.RelayFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.LlmClient;
import dev.sluice.continuation.Continuation;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.Tool;
import dev.sluice.tools.Tool.AfterCrash;
import dev.sluice.tools.ToolApproval;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two relays with one journal and one log, of which one dies or stops: its runs go on at the other. */
@Timeout(120)
class LostMachineTest {
    private static final int RUN = 1;

    private ScriptedModel model;
    private LlmClient client;
    private LlmClient continuing;
    private final Map<String, AtomicInteger> effects = new ConcurrentHashMap<>();
    private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws Exception {
        model = ScriptedModel.start();
        client = client(Continuation.off());
        continuing = client(Continuation.upTo(1));
    }

    private LlmClient client(Continuation continuation) {
        return ModelRuns.client(model)
                .maxConcurrent(1_000)
                .continuation(continuation)
                .build();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        client.close();
        continuing.close();
        model.close();
    }

    /** Two machines of one fleet. */
    private final class Fleet {
        final RunJournal shared = RunJournal.inMemory();
        final MemoryResumeLog log = MemoryResumeLog.builder().build();
        final MortalJournal journalOne = new MortalJournal(shared);
        final Relay one = relay(journalOne);
        final Relay other = relay(new MortalJournal(shared));
        final RunFactory runs;

        Fleet(ToolApproval approval) {
            this(client, approval);
        }

        Fleet(LlmClient client, ToolApproval approval) {
            runs = request -> run(client, request, approval);
            one.recoverWith(runs);
            other.recoverWith(runs);
        }

        private Relay relay(RunJournal journal) {
            Relay relay = Relay.builder().log(log).journal(journal).build();
            open.add(relay);
            return relay;
        }

        WatchedRun watch(Consumer<RelayEvent> onEvent) throws Exception {
            return watch(start(), onEvent);
        }

        String start() throws Exception {
            return one.start(Caller.of(ALICE), asked(), runs);
        }

        WatchedRun watch(String id, Consumer<RelayEvent> onEvent) {
            var watched = new WatchedRun(onEvent);
            log.subscribe(id, ALICE, 0, watched);
            return watched;
        }
    }

    private static StartRequest asked() {
        return new StartRequest(
                ALICE, "chat", new Conversation(List.of(), List.of(Message.user("run " + RUN))), Map.of());
    }

    private RunSource run(StartRequest request, ToolApproval approval) {
        return run(client, request, approval);
    }

    private RunSource run(LlmClient client, StartRequest request, ToolApproval approval) {
        return ModelRuns.start(client, request, approval, this::tool);
    }

    private Tool tool(String name) {
        return Tool.of(name, "A tool.", "{\"type\":\"object\"}", (input, call) -> {
                    effects.computeIfAbsent(call.callKey(), key -> new AtomicInteger())
                            .incrementAndGet();
                    return "done";
                })
                .afterCrash(AfterCrash.RUN_AGAIN);
    }

    @Test
    void aRunWhoseMachineDiesAtAnyEventGoesOnForItsWatchers() throws Exception {
        dieAtAnyEvent(client);
    }

    @Test
    void aModelThatContinuesSparesTheWatchersTheReset() throws Exception {
        List<WatchedRun> watched = dieAtAnyEvent(continuing);
        assertThat(model.continuations()).isGreaterThan(5);
        long resets = watched.stream()
                .filter(run -> run.types().contains("turn_reset"))
                .count();
        assertThat(resets + model.continuations()).isLessThanOrEqualTo(watched.size()); // never both
    }

    private List<WatchedRun> dieAtAnyEvent(LlmClient client) throws Exception {
        int all =
                new Fleet(client, allow()).watch(event -> {}).awaitEnd().events.size();
        assertThat(all).isGreaterThan(50);
        var tests = new ArrayList<Callable<WatchedRun>>();
        for (int k = 1; k < all; k += 3) { // KilledNodesTest of lib/redis takes any moment
            long last = k;
            tests.add(() -> {
                var fleet = new Fleet(client, allow());
                WatchedRun watched = fleet.watch(event -> {
                    if (event.id() == last) {
                        fleet.journalOne.die();
                    }
                });
                watched.awaitEnd();
                assertThat(watched.text()).as("after %s events", last).isEqualTo(ScriptedModel.text(RUN));
                assertThat(watched.types().getLast()).isEqualTo("stream_complete");
                return watched;
            });
        }
        var watched = new ArrayList<WatchedRun>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<WatchedRun> test : threads.invokeAll(tests)) {
                watched.add(test.get());
            }
        }
        return watched;
    }

    @Test
    void aRelayThatIsShutDownHandsItsRunsOver() throws Exception {
        var fleet = new Fleet(allow());
        WatchedRun watched = fleet.watch(event -> {
            if (event.id() == 20) {
                Thread.ofVirtual().start(fleet.one::close);
            }
        });
        assertThat(watched.awaitEnd().text()).isEqualTo(ScriptedModel.text(RUN));
        assertThat(watched.types().getLast()).isEqualTo("stream_complete");
    }

    @Test
    void aRunWhoseClientIsClosedGoesOnElsewhere() throws Exception {
        LlmClient closing = client(Continuation.off());
        var fleet = new Fleet(allow());
        String id = fleet.one.start(Caller.of(ALICE), asked(), request -> run(closing, request, allow()));
        WatchedRun watched = fleet.watch(id, event -> {
            if (event.id() == 20) {
                Thread.ofVirtual().start(closing::close);
            }
        });
        assertThat(watched.awaitEnd().text()).isEqualTo(ScriptedModel.text(RUN));
        assertThat(watched.types().getLast()).isEqualTo("stream_complete");
    }

    @Test
    void aRunWaitsForItsQuestionAndGoesOnElsewhere() throws Exception {
        var fleet = new Fleet(ModelRuns.askBeforeCharge());
        String id = fleet.start();
        WatchedRun watched = fleet.watch(id, event -> {});
        await().until(() -> fleet.one.running() == 0);
        assertThat(watched.types()).contains("approval_asked").doesNotContain("stream_error", "stream_complete");
        fleet.journalOne.die();
        String key = question(watched);
        assertThatThrownBy(() -> fleet.other.answer(BOB, id, key, ToolApproval.allow()))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN));
        assertThatThrownBy(() -> fleet.other.answer(ALICE, id, "another-1", ToolApproval.allow()))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN));
        assertThat(fleet.other.answer(ALICE, id, key, ToolApproval.allow())).isTrue();
        assertThat(fleet.other.answer(ALICE, id, key, ToolApproval.deny("no"))).isFalse();
        assertThat(watched.awaitEnd().text()).isEqualTo(ScriptedModel.text(RUN));
        assertThat(watched.types()).containsOnlyOnce("approval_asked").doesNotContain("turn_reset", "tool_error");
        assertThat(effects.keySet().stream().map(each -> each.startsWith(id)).collect(Collectors.toSet()))
                .containsExactly(true);
    }

    @Test
    void aRunThatWaitsCanBeStopped() throws Exception {
        var fleet = new Fleet((tool, call) -> ToolApproval.later());
        String id = fleet.start();
        WatchedRun watched = fleet.watch(id, event -> {});
        await().until(() -> fleet.one.running() == 0);
        fleet.other.cancel(ALICE, id, "enough");
        watched.awaitEnd();
        assertThat(watched.types().getLast()).isEqualTo("stream_error");
        assertThat(watched.events.getLast().json()).contains("\"code\":\"cancelled\"");
        assertThat(effects).isEmpty();
        assertThat(fleet.shared.claimAbandoned()).isEmpty();
    }

    @Test
    void aLogThatHasForgottenTheStreamNeverMistakesAnIdOfBefore() throws Exception {
        RunJournal shared = RunJournal.inMemory();
        MemoryResumeLog before = MemoryResumeLog.builder().build();
        MemoryResumeLog after = MemoryResumeLog.builder().build();
        Relay one = Relay.builder().log(before).journal(shared).build();
        Relay other = Relay.builder().log(after).journal(shared).build();
        open.add(one);
        open.add(other);
        var asked =
                new StartRequest(ALICE, "", new Conversation(List.of(), List.of(Message.user("run " + RUN))), Map.of());
        RunFactory runs = request -> run(request, allow());
        String id = one.start(Caller.of(ALICE), asked, runs);
        one.close();
        other.recoverWith(runs);
        await().until(() -> other.running() == 1 || isOver(after, id));
        assertThatThrownBy(() -> after.subscribe(id, ALICE, 3, new WatchedRun(event -> {})))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.EXPIRED));
        var watched = new WatchedRun(event -> {});
        after.subscribe(id, ALICE, 0, watched);
        await().until(() -> watched.types().contains("stream_complete"));
        assertThat(watched.text()).isEqualTo(ScriptedModel.text(RUN));
    }

    private static boolean isOver(MemoryResumeLog log, String id) {
        try {
            return log.isDelivered(id, ALICE, 0);
        } catch (RelayException e) {
            return e.code() == Code.EXPIRED;
        }
    }

    @Test
    void aFactoryThatFailsForEverEndsTheRunForItsWatchers() throws Exception {
        RunJournal shared = RunJournal.inMemory();
        MemoryResumeLog log = MemoryResumeLog.builder().build();
        var time = new FakeTime();
        Relay one = Relay.builder().log(log).journal(shared).build();
        Relay other = Relay.builder().log(log).journal(shared).time(time).build();
        open.add(one);
        open.add(other);
        var asked =
                new StartRequest(ALICE, "", new Conversation(List.of(), List.of(Message.user("run " + RUN))), Map.of());
        String id = one.start(Caller.of(ALICE), asked, request -> run(request, allow()));
        var watched = new WatchedRun(event -> {});
        log.subscribe(id, ALICE, 0, watched);
        one.close();
        other.recoverWith(request -> {
            throw new IllegalStateException("the database is away");
        });
        await().until(() -> {
            time.advance(Duration.ofSeconds(3));
            return watched.types().contains("stream_error");
        });
        assertThat(watched.awaitEnd().events.getLast().json()).contains("producer_lost");
        assertThat(shared.claimAbandoned()).isEmpty();
    }

    private static ToolApproval allow() {
        return (tool, call) -> ToolApproval.allow();
    }

    private static String question(WatchedRun watched) {
        RelayEvent asked = watched.events.stream()
                .filter(event -> event.type().equals("approval_asked"))
                .findFirst()
                .orElseThrow();
        return String.valueOf(Json.readObject(asked.json()).get("call_key"));
    }
}
