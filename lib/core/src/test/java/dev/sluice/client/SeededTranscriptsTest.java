package dev.sluice.client;

import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.answer;
import static dev.sluice.client.Wires.call;
import static dev.sluice.client.Wires.thinking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamException;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.Conversation;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.sse.NoWaitTime;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.Threads;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs in which the model says anything: turns of one to five calls, refused, paused, out of tokens, broken off or failed
 * anywhere, with inputs that are cut, to tools that are unknown, forbidden or broken. Whatever it says, the run ends, its
 * events are in the order that {@link RunEvent} promises, and the conversation can be gone on with.
 */
@Timeout(60)
class SeededTranscriptsTest {
    private static final String[] NAMES = {"level", "rain", "broken", "forbidden", "nobody"};
    private static final String[] INPUTS = {"{\"x\":1}", "{}", "", "{\"x\":", "[1]", "{\"deep\":{\"a\":[null]}}"};

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyRunEndsInOrderAndCanBeGoneOnWith(long seed) {
        var random = new Random(seed);
        Wire wire = Wires.ALL.get((int) (seed % Wires.ALL.size()));
        Script[] scripts = new Script[1 + random.nextInt(4)];
        for (int i = 0; i < scripts.length - 1; i++) {
            scripts[i] = turn(wire, random);
        }
        scripts[scripts.length - 1] = Script.stream(wire.stream(PROSE)); // and so on, for whoever asks again
        try (var fixture = ClientFixture.in(wire, settings -> settings.time(new NoWaitTime()), scripts)) {
            Conversation said;
            try (ToolLoop run = run(fixture.client, random)) {
                var events = new ArrayList<RunEvent>();
                StreamException failure = null;
                try {
                    run.forEach(events::add);
                } catch (StreamException e) {
                    failure = e;
                }
                EndReason end = run.endReason().orElseThrow();
                assertThat(end instanceof Failed).isEqualTo(failure != null);
                new RunEventOrder().of(events, end);
                said = run.conversation();
                if (!(end instanceof LimitReached)) {
                    assertThat(said.unanswered()).isEmpty();
                }
                Awaitility.await()
                        .pollDelay(Duration.ZERO)
                        .until(() -> run.stillRunning().isEmpty());
            }
            goOn(fixture, wire, said);
        }
    }

    @AfterAll
    static void nothingIsLeft() {
        Awaitility.await()
                .until(() -> Threads.named("sluice-run", "sluice-call", "sluice-tool")
                        .isEmpty());
    }

    /** A turn of the model's, which may not come to its end. */
    private static Script turn(Wire wire, Random random) {
        var content = new ArrayList<ContentBlock>();
        if (random.nextBoolean()) {
            content.add(thinking("Let me think."));
        }
        if (random.nextBoolean()) {
            content.add(new Text("Let me look."));
        }
        int calls = random.nextInt(6);
        for (int i = 0; i < calls; i++) {
            String input = INPUTS[random.nextInt(3) == 0 ? random.nextInt(INPUTS.length) : 0];
            content.add(
                    call("call_" + random.nextInt(1_000_000) + "_" + i, NAMES[random.nextInt(NAMES.length)], input));
        }
        FinishReason[] reasons = FinishReason.values();
        FinishReason why = random.nextBoolean() ? FinishReason.TOOL_CALLS : reasons[random.nextInt(reasons.length)];
        String[] events = wire.stream(answer(why, content.toArray(ContentBlock[]::new)));
        int some = random.nextInt(events.length);
        Script part = Script.stream().sse(Arrays.copyOf(events, some));
        return switch (random.nextInt(12)) {
            case 0 -> part.cut();
            case 1 -> part.end();
            case 2 -> part.sse(wire.error(random.nextBoolean(), "that is all")).end();
            case 3 -> Script.json(400, wire.refusal(400, "not like this"));
            default -> Script.stream(events);
        };
    }

    private static ToolLoop run(LlmClient client, Random random) {
        var order = new Random(random.nextLong());
        Tool level = Tool.of("level", "tells it", "{\"type\":\"object\"}", (input, context) -> {
            for (int i = 0; i < 3; i++) {
                context.progress("step", i * 50);
                Thread.yield();
            }
            return "2.41 m";
        });
        Tool rain = Tool.of("rain", "tells it", "{\"type\":\"object\"}", (input, context) -> {
            context.log("looking");
            return null;
        });
        Tool broken = Tool.of("broken", "breaks", "{\"type\":\"object\"}", (input, context) -> {
            throw new IllegalStateException("under water");
        });
        Tool forbidden = Tool.of("forbidden", "may not", "{\"type\":\"object\"}", (input, context) -> "never");
        return ToolLoop.builder(client, REQUEST)
                .tools(level, rain, broken, forbidden)
                .approval((tool, call) ->
                        tool.name().equals("forbidden") ? ToolApproval.deny("forbidden") : ToolApproval.allow())
                .startEarly(order.nextBoolean())
                .parallelism(1 + order.nextInt(4))
                .queueCapacity(1 + order.nextInt(20))
                .maxTurns(1 + order.nextInt(5))
                .retryTurns(order.nextInt(3))
                .start();
    }

    /** What was said is said again, and the vendor takes it. */
    private static void goOn(ClientFixture fixture, Wire wire, Conversation said) {
        Conversation whole = said.results(said.unanswered().stream()
                .map(call -> new ToolResult(call.id(), "not run"))
                .toList());
        int asked = fixture.peer.requests().size();
        MessageRequest next =
                REQUEST.toBuilder().conversation(whole.user("And now?")).build();
        try (MessageStream stream = fixture.client.stream(next)) {
            ClientFixture.collect(stream);
            List<Message> told = wire.read(fixture.peer.awaitRequest(asked + 1)).messages();
            assertThat(new Conversation(List.of(), told).unanswered()).isEmpty();
            assertThat(told).allSatisfy(message -> assertThat(message.content()).isNotEmpty());
        }
    }
}
