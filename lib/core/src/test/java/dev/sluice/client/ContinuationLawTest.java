package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.Truncated;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.continuation.Continuation;
import dev.sluice.internal.continuation.ContinuationJoiner;
import dev.sluice.internal.continuation.JoinerFixture;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The law of continuation: an answer that is cut anywhere, several times, and gone on with by either way is the answer that
 * would have come uncut: no text lost, none twice, no block started or ended twice, and its usage that of all requests.
 */
class ContinuationLawTest {
    private static final List<String> TRANSCRIPTS = List.of(
            "claude-text.sse",
            "claude-unicode.sse",
            "claude-pings-multi-text.sse",
            "claude-max-tokens.sse",
            "claude-thinking-text.sse");
    private static final int STREAMS = 1000;

    @Test
    void anAnswerCutAnywhereIsTheUncutOne() {
        int cuts = 0;
        for (int seed = 0; seed < STREAMS; seed++) {
            InterruptedAnswerServer server = server(seed);
            var joiner = new ContinuationJoiner(3, request(seed), JoinerFixture.CLAUDE);
            List<StreamEvent> events = new ArrayList<>();
            MessageRequest next = request(seed);
            while (next != null) {
                byte[] sent =
                        server.answer(JoinerFixture.CLAUDE.streamRequest(next).body());
                InterruptedAnswerServer.decode(sent, event -> joiner.accept(event, events::add));
                next = server.hasCut()
                        ? joiner.continuationRequest(new Truncated("cut")).orElse(null)
                        : null;
            }
            assertUncut("seed " + seed, server, events);
            cuts += server.cuts;
        }
        assertThat(cuts).isGreaterThan(STREAMS);
    }

    @Test
    void aStreamCutAnywhereIsTheUncutOne() {
        var server = new AtomicReference<InterruptedAnswerServer>();
        try (var peer = ScriptedPeer.answering(request -> script(server.get(), request.body()));
                var client = ClientFixture.client(
                        peer.uri(""),
                        settings -> settings.continuation(Continuation.upTo(3)).resilience(Resilience.none()))) {
            for (int seed = STREAMS; seed < STREAMS + STREAMS / 2; seed++) {
                server.set(server(seed));
                try (MessageStream stream = client.stream(request(seed))) {
                    ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
                    assertThat(collected.failure()).as("seed %d", seed).isNull();
                    assertUncut("seed " + seed, server.get(), collected.events());
                    assertThat(stream.metrics().continuations()).isEqualTo(server.get().cuts);
                }
            }
        }
    }

    /** The end of the body, or where the answer was cut sometimes the end of the connection. */
    private static Script script(InterruptedAnswerServer server, byte[] request) {
        Script script = Script.stream().sse(server.answer(request));
        return !server.hasCut() || server.requests() % 2 == 0 ? script.end() : script.cut();
    }

    private static InterruptedAnswerServer server(int seed) {
        var random = new Random(seed);
        return new InterruptedAnswerServer(TRANSCRIPTS.get(seed % TRANSCRIPTS.size()), random, 1 + random.nextInt(3));
    }

    /** Every second of a model that takes the beginning of its answer, the others of one that has to be asked. */
    private static MessageRequest request(int seed) {
        return JoinerFixture.request(seed % 2 == 0 ? JoinerFixture.TAKES_PREFILL : JoinerFixture.TAKES_NONE)
                .build();
    }

    private static void assertUncut(String which, InterruptedAnswerServer server, List<StreamEvent> events) {
        var whole = new ChunkAggregator();
        events.forEach(whole::accept); // throws if an event is out of order
        Message message = whole.snapshot();
        assertThat(message.text()).as(which).isEqualTo(server.uncut.text());
        assertThat(whole.isComplete()).as(which).isTrue();
        assertThat(message.stopReason()).as(which).isEqualTo(server.uncut.stopReason());
        assertThat(message.id()).as(which).isEqualTo(server.uncut.id());
        assertThat(message.toolUses()).as(which).isEqualTo(server.uncut.toolUses());
        assertThat(message.usage()).as(which).isEqualTo(server.usage());
        assertThat(server.requests()).as(which).isEqualTo(1 + server.cuts);
        assertThat(message.content().stream().filter(Thinking.class::isInstance))
                .as(which)
                .containsExactlyElementsOf(server.uncut.content().stream()
                        .filter(Thinking.class::isInstance)
                        .toList());
        List<Integer> all = IntStream.range(0, message.content().size()).boxed().toList();
        assertThat(events.stream()
                        .filter(ContentBlockStart.class::isInstance)
                        .map(event -> ((ContentBlockStart) event).index()))
                .as(which)
                .containsExactlyElementsOf(all);
        assertThat(events.stream()
                        .filter(ContentBlockStop.class::isInstance)
                        .map(event -> ((ContentBlockStop) event).index()))
                .as(which)
                .containsExactlyElementsOf(all);
    }
}
