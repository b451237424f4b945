package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static dev.sluice.relay.RelayFixture.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.client.LlmClient;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.Tool;
import dev.sluice.tools.Tool.AfterCrash;
import dev.sluice.tools.ToolApproval;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a run that waits for a person when the log has little room, and when the tool that was allowed is lost. */
@Timeout(60)
class ParkedRunTest {
    private final RunJournal journal = RunJournal.inMemory();
    private final Queue<AutoCloseable> open = new ConcurrentLinkedQueue<>();
    private final Queue<String> charged = new ConcurrentLinkedQueue<>();
    private ScriptedModel model;
    private LlmClient client;
    private volatile Runnable onCharge = () -> {};

    @BeforeEach
    void start() throws Exception {
        model = ScriptedModel.start();
        client = ModelRuns.client(model).build();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        client.close();
        model.close();
    }

    private Relay relay(RunJournal of, ResumeLog log) {
        Relay relay = Relay.builder().log(log).journal(of).build();
        open.add(relay);
        return relay;
    }

    private RunSource run(StartRequest request) {
        return ModelRuns.start(client, request, ModelRuns.askBeforeCharge(), this::tool);
    }

    private Tool tool(String name) {
        return Tool.of(name, "A tool.", "{}", (input, call) -> use(name, call.callKey()))
                .afterCrash(AfterCrash.ASK);
    }

    private String use(String tool, String key) {
        if (tool.equals("charge")) {
            charged.add(key);
            onCharge.run();
        }
        return "done by " + tool;
    }

    /** Starts a run, and returns when it is parked. */
    private String park(Relay relay, Session session) throws Exception {
        var asked =
                new StartRequest(session, "", new Conversation(List.of(), List.of(Message.user("run 1"))), Map.of());
        String id = relay.start(Caller.of(session), asked, this::run);
        await().until(() -> relay.running() == 0);
        return id;
    }

    private static WatchedRun watch(ResumeLog log, String id) {
        var watched = new WatchedRun(event -> {});
        log.subscribe(id, ALICE, 0, watched);
        return watched;
    }

    /** Watches from the first event that is kept. */
    private static WatchedRun watchTheRest(ResumeLog log, String id) {
        var watched = new WatchedRun(event -> {});
        for (long after = 0; ; after++) {
            try {
                log.subscribe(id, ALICE, after, watched);
                return watched;
            } catch (RelayException e) {
                assertThat(e.code()).isEqualTo(RelayException.Code.EXPIRED);
            }
        }
    }

    private static List<String> questions(WatchedRun watched) {
        return watched.events.stream()
                .filter(event -> event.type().equals("approval_asked"))
                .map(event -> String.valueOf(Json.readObject(event.json()).get("call_key")))
                .toList();
    }

    @Test
    void aQuestionThatIsAskedAgainAfterACrashInTheToolIsAnsweredAgain() throws Exception {
        MemoryResumeLog log = MemoryResumeLog.builder().build();
        String id = park(relay(journal, log), ALICE);
        WatchedRun watched = watch(log, id);
        String first = questions(watched).getFirst();
        var dead = new MortalJournal(journal);
        var over = new CountDownLatch(1);
        onCharge = () -> {
            Thread.ofVirtual().start(dead::die);
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        Relay dying = relay(dead, log);
        dying.recoverWith(this::run);
        assertThat(dying.answer(ALICE, id, first, ToolApproval.allow())).isTrue();
        await().until(() -> dying.running() == 0 && charged.size() == 1);
        onCharge = () -> {};
        Relay last = relay(journal, log);
        last.recoverWith(this::run);
        await().until(() -> questions(watched).size() == 2);
        assertThat(last.answer(ALICE, id, questions(watched).getLast(), ToolApproval.allow()))
                .isTrue();
        assertThat(watched.awaitEnd().types()).endsWith("stream_complete");
        assertThat(questions(watched)).doesNotHaveDuplicates().hasSize(2);
        assertThat(charged).hasSize(2).containsOnly(first);
        over.countDown();
    }

    @Test
    void runsThatWaitLetOthersBegin() throws Exception {
        MemoryResumeLog log = MemoryResumeLog.builder().streams(2).build();
        Relay relay = relay(journal, log);
        relay.recoverWith(this::run);
        String oldest = park(relay, ALICE);
        String question = questions(watch(log, oldest)).getFirst();
        park(relay, ALICE);
        park(relay, BOB);
        assertThat(log.streams()).isEqualTo(2);
        assertThat(relay.answer(ALICE, oldest, question, ToolApproval.allow())).isTrue();
        await().until(() -> journal.firstRecord(oldest).isEmpty()); // it has ended
        assertThat(watch(log, oldest).types()).contains("approval_asked").endsWith("stream_complete");
    }

    @Test
    void aRunWhoseFirstEventsAreGoneGoesOnWithItsAnswer() throws Exception {
        MemoryResumeLog log = MemoryResumeLog.builder().eventsPerStream(10).build();
        Relay relay = relay(journal, log);
        relay.recoverWith(this::run);
        String id = park(relay, ALICE);
        WatchedRun watched = watchTheRest(log, id);
        assertThat(watched.types()).endsWith("run_parked");
        assertThat(relay.answer(ALICE, id, questions(watched).getFirst(), ToolApproval.allow()))
                .isTrue();
        assertThat(watched.end()).as("its events are of the dropped stream").isEqualTo(ResumeLog.End.EXPIRED);
        await().until(() -> journal.firstRecord(id).isEmpty());
        assertThat(charged).containsExactly(questions(watched).getFirst());
    }
}
