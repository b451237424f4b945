package dev.sluice.client;

import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.answer;
import static dev.sluice.client.Wires.call;
import static dev.sluice.client.Wires.thinking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Completed;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.Conversation;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.sse.NoWaitTime;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.ToolOrphaned;
import dev.sluice.tools.RunEvent.ToolStart;
import dev.sluice.tools.RunEvent.TurnReset;
import dev.sluice.tools.RunReport;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs of random shape whose turns break off at any event and are asked again, with some calls made again and others not. No tool
 * starts twice for the same call, each result serves one call or is reported as orphaned, and what is sent is valid.
 */
@Timeout(120)
class SeededTurnRetriesTest {
    private static final int RETRIES = 3;

    static LongStream seeds() {
        return LongStream.range(0, 90);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noToolStartsTwiceAndWhatIsSentIsValid(long seed) {
        var random = new Random(seed);
        Wire wire = Wires.ALL.get((int) (seed % Wires.ALL.size()));
        var scripts = new ArrayList<Script>();
        int turns = 1 + random.nextInt(3);
        for (int turn = 0; turn < turns; turn++) {
            int broken = random.nextInt(RETRIES + 1);
            for (int attempt = 0; attempt < broken; attempt++) {
                scripts.add(brokenOff(wire, random, turn));
            }
            scripts.add(Script.stream(wire.stream(turn(random, turn))));
        }
        scripts.add(Script.stream(wire.stream(PROSE))); // and so on, for whoever asks again
        Map<String, Integer> started = new ConcurrentHashMap<>();
        var executions = new AtomicInteger();
        Tool work = Tool.of("work", "does it", "{\"type\":\"object\"}", (input, context) -> {
            started.merge(key(context.call().input()), 1, Integer::sum);
            int execution = executions.incrementAndGet();
            for (int i = 0; i < execution % 5; i++) {
                context.progress("step", i * 20);
                Thread.yield();
            }
            return "execution " + execution;
        });
        try (var fixture =
                ClientFixture.in(wire, settings -> settings.time(new NoWaitTime()), scripts.toArray(Script[]::new))) {
            Conversation said;
            try (ToolLoop run = ToolLoop.builder(fixture.client, REQUEST)
                    .tools(work)
                    .retryTurns(RETRIES)
                    .queueCapacity(1 + random.nextInt(20))
                    .start()) {
                List<RunEvent> events = run.events().toList();
                new RunEventOrder().of(events, run.endReason().orElseThrow());
                assertThat(run.endReason()).contains(new Completed());
                assertThat(run.turns()).isEqualTo(scripts.size());
                said = run.conversation();
                assertThat(said.unanswered()).isEmpty();
                mostStartsOfAnAttempt(events)
                        .forEach((input, most) ->
                                assertThat(started.getOrDefault(input, 0)).isLessThanOrEqualTo(most));
                assertEachExecutionHasOneFate(executions.get(), events, said);
                assertThat(run.metrics().calls())
                        .filteredOn(RunReport.ToolCall::isOrphaned)
                        .hasSize(of(ToolOrphaned.class, events).size());
            }
            for (int n = 1; n <= scripts.size(); n++) {
                assertValid(wire.read(fixture.peer.awaitRequest(n)).messages());
            }
            Wire other = Wires.ALL.get(random.nextInt(Wires.ALL.size()));
            try (var elsewhere = ClientFixture.in(other, Script.stream(other.stream(PROSE)))) {
                MessageRequest next =
                        REQUEST.toBuilder().conversation(said.user("And now?")).build();
                elsewhere.client.stream(next).finalMessage();
                assertValid(other.read(elsewhere.peer.awaitRequest(1)).messages());
            }
        }
    }

    private static void assertValid(List<Message> told) {
        assertThat(new Conversation(List.of(), told).unanswered()).isEmpty();
        assertThat(told).allSatisfy(message -> assertThat(message.content()).isNotEmpty());
    }

    /** Each execution's result went to one call, or was reported as orphaned; a stopped one's is not known by its words. */
    private static void assertEachExecutionHasOneFate(int executions, List<RunEvent> events, Conversation said) {
        List<String> used = said.messages().stream()
                .flatMap(message -> message.content().stream())
                .filter(ToolResult.class::isInstance)
                .map(result -> ((Text) ((ToolResult) result).content().getFirst()).text())
                .toList();
        List<String> orphaned = of(ToolOrphaned.class, events).stream()
                .map(ToolOrphaned::output)
                .toList();
        assertThat(used.size() + orphaned.size()).isEqualTo(executions);
        var all = new ArrayList<>(used);
        orphaned.stream().filter(output -> output.startsWith("execution")).forEach(all::add);
        assertThat(all).doesNotHaveDuplicates().allMatch(output -> output.startsWith("execution"));
    }

    /** For each input, how often it was called in that attempt of its turn which called it most. */
    private static Map<String, Integer> mostStartsOfAnAttempt(List<RunEvent> events) {
        var most = new HashMap<String, Integer>();
        var now = new HashMap<String, Integer>();
        for (RunEvent event : events) {
            if (event instanceof ToolStart start) {
                String input = key(start.input());
                most.merge(input, now.merge(input, 1, Integer::sum), Math::max);
            } else if (event instanceof TurnReset) {
                now.clear();
            }
        }
        return most;
    }

    private static <E extends RunEvent> List<E> of(Class<E> type, List<RunEvent> events) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static String key(String input) {
        return input.replaceAll("\\s", "").replace(".0", "");
    }

    /** A turn that breaks off behind its beginning and before its end. */
    private static Script brokenOff(Wire wire, Random random, int turn) {
        Message said = turn(random, turn);
        List<String> begun = wire.begun(said);
        int some = 1 + (begun.size() == 1 ? 0 : random.nextInt(begun.size()));
        String[] part = begun.subList(0, Math.min(some, begun.size())).toArray(String[]::new);
        Script script = Script.stream().sse(part);
        return switch (random.nextInt(3)) {
            case 0 -> script.cut();
            case 1 -> script.end();
            default -> script.sse(wire.error(true, "overloaded")).end();
        };
    }

    /** An attempt at a turn: some of the same calls, in any order, some of them twice. */
    private static Message turn(Random random, int turn) {
        var content = new ArrayList<ContentBlock>();
        content.add(random.nextBoolean() ? thinking("Let me think.") : new Text("Let me look."));
        int calls = 1 + random.nextInt(4);
        for (int i = 0; i < calls; i++) {
            String[] spellings = {"{\"t\":%d,\"x\":%d}", "{ \"t\" : %d, \"x\" : %d.0 }"};
            String input = spellings[random.nextInt(2)].formatted(turn, random.nextInt(3));
            content.add(call("call_" + random.nextInt(1_000_000) + "_" + i, "work", input));
        }
        return answer(FinishReason.TOOL_CALLS, content.toArray(ContentBlock[]::new));
    }
}
