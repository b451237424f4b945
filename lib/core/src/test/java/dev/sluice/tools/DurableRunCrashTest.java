package dev.sluice.tools;

import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.collect;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.Tool.AfterCrash;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A run of four tools whose process dies at each of its records, and that goes on from its journal: it comes to the same end, and
 * nothing that was recorded is done again.
 */
@Timeout(120)
class DurableRunCrashTest {
    /** What has become of one run, over all of its processes. */
    private static final class World implements AutoCloseable {
        final RunJournal journal = RunJournal.inMemory();
        final ScriptedPeer peer = ScriptedPeer.answering(World::turn);
        final LlmClient client = LlmClient.builder(Claude.builder()
                        .apiKey("test-key")
                        .baseUrl(peer.uri("").toString())
                        .build())
                .resilience(Resilience.none())
                .build();

        /** How often each call of a tool has run, by tool and key. */
        final Map<String, Integer> effects = new ConcurrentHashMap<>();

        final List<String> asked = new CopyOnWriteArrayList<>();

        private static Script turn(ReceivedRequest request) {
            int said = ((List<?>) Json.readObject(request.bodyText()).get("messages")).size();
            return switch (said) {
                case 1 -> calls(use(0, "a", "report", "{\"n\":1}"), use(1, "b", "again", "{\"n\":2}"));
                case 3 -> calls(use(0, "c", "ask", "{\"n\":3}"), use(1, "d", "report", "{\"n\":4}"));
                case 5 -> says("Rivers", " run");
                default -> throw new AssertionError("messages: " + said);
            };
        }

        private Tool counted(String name, AfterCrash fate) {
            return tool(name, (input, context) -> {
                        effects.merge(name + " " + context.callKey() + " " + input, 1, Integer::sum);
                        return "done";
                    })
                    .afterCrash(fate);
        }

        ToolLoop start(Claim claim) {
            return ToolLoop.builder(client, Runs.REQUEST)
                    .tools(
                            counted("report", AfterCrash.REPORT),
                            counted("again", AfterCrash.RUN_AGAIN),
                            counted("ask", AfterCrash.ASK))
                    .approval((tool, context) -> {
                        if (context.mayHaveRun()) {
                            asked.add(tool.name());
                        }
                        return ToolApproval.allow();
                    })
                    .journal(claim)
                    .start();
        }

        @Override
        public void close() {
            client.close();
            peer.close();
        }
    }

    private record Uncut(List<Message> said, int records) {}

    private static List<Message> said(ToolLoop loop) {
        return loop.conversation().messages().stream()
                .filter(message -> message.role() == Role.ASSISTANT)
                .toList();
    }

    private static Uncut uncut() {
        try (var world = new World()) {
            DyingClaim claim = DyingClaim.at(world.journal.claim("run"), record -> false, true);
            try (ToolLoop loop = world.start(claim)) {
                assertThat(loop.finalText()).isEqualTo("Rivers run");
                assertThat(world.effects)
                        .hasSize(4)
                        .allSatisfy((call, times) -> assertThat(times).isOne());
                return new Uncut(said(loop), claim.appends());
            }
        }
    }

    /** Lets a process die at that record. */
    private static void runUntil(World world, DyingClaim claim) {
        try (ToolLoop loop = world.start(claim)) {
            var events = collect(loop);
            if (!claim.isDead()) { // it was the last one
                assertThat(events.failure()).isNull();
                return;
            }
            assertThat(events.failure()).isInstanceOf(StreamException.Cancelled.class);
            assertThat(loop.endReason())
                    .hasValueSatisfying(end -> assertThat(end).isInstanceOf(EndReason.Cancelled.class));
            assertThat(loop.isParked()).isFalse();
        }
    }

    private static void goesOn(World world, Uncut uncut, boolean startedAgain) {
        try (ToolLoop loop = world.start(world.journal.claimAbandoned().orElseThrow())) {
            var events = collect(loop);
            assertThat(events.failure()).isNull();
            assertThat(events.events().getLast()).isInstanceOf(StreamComplete.class);
            assertThat(said(loop)).isEqualTo(uncut.said());
            assertThat(loop.conversation().unanswered()).isEmpty();
            List<String> told = events.aboutTools().stream()
                    .filter(event -> !event.startsWith("progress"))
                    .map(event -> event.replace("error", "complete"))
                    .toList();
            assertThat(told)
                    .containsExactlyInAnyOrder(
                            "start a",
                            "complete a",
                            "start b",
                            "complete b",
                            "start c",
                            "complete c",
                            "start d",
                            "complete d");
        }
        assertThat(world.journal.claimAbandoned()).isEmpty();
        world.effects.forEach((call, times) ->
                assertThat(times).as(call).isLessThanOrEqualTo(call.startsWith("report") ? 1 : startedAgain ? 3 : 2));
        Map<String, Long> keys = world.effects.keySet().stream()
                .collect(Collectors.groupingBy(call -> call.split(" ")[1], Collectors.counting()));
        assertThat(keys.values()).as("calls of one key").containsOnly(1L);
        Map<String, Long> inputs = world.effects.keySet().stream()
                .collect(Collectors.groupingBy(call -> call.split(" ")[2], Collectors.counting()));
        assertThat(inputs.values()).as("keys of one call").containsOnly(1L);
    }

    @Test
    void aProcessMayDieAtEachRecord() {
        Uncut uncut = uncut();
        assertThat(uncut.records()).isEqualTo(3 + 3 + 4 * 3);
        boolean askedOnce = false;
        boolean ranAgain = false;
        for (boolean written : new boolean[] {false, true}) {
            for (int k = 1; k <= uncut.records(); k++) {
                try (var world = new World()) {
                    runUntil(world, DyingClaim.at(world.journal.claim("run"), k, written));
                    goesOn(world, uncut, false);
                    askedOnce |= !world.asked.isEmpty();
                    ranAgain |= world.effects.containsValue(2);
                }
            }
        }
        assertThat(askedOnce).isTrue();
        assertThat(ranAgain).isTrue();
    }

    @Test
    void severalProcessesMayDieOneAfterAnother() {
        Uncut uncut = uncut();
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            try (var world = new World()) {
                runUntil(world, DyingClaim.at(world.journal.claim("run"), 1 + random.nextInt(8), random.nextBoolean()));
                for (int i = 0; i < 2; i++) {
                    runUntil(
                            world,
                            DyingClaim.at(
                                    world.journal.claimAbandoned().orElseThrow(),
                                    1 + random.nextInt(3),
                                    random.nextBoolean()));
                }
                goesOn(world, uncut, true);
            }
        }
    }
}
