package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.cite;
import static dev.sluice.aggregate.Events.close;
import static dev.sluice.aggregate.Events.delta;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.open;
import static dev.sluice.aggregate.Events.openText;
import static dev.sluice.aggregate.Events.openThinking;
import static dev.sluice.aggregate.Events.openTool;
import static dev.sluice.aggregate.Events.signature;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.stop;
import static dev.sluice.aggregate.Events.text;
import static dev.sluice.aggregate.Events.thinking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.claude.Claude;
import dev.sluice.sse.SseReader;
import dev.sluice.test.peer.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The law of snapshots: one that is read late, or by pieces, is the one that was taken. */
class SnapshotLawTest {
    private static final List<String> WORDS =
            List.of("a", "river ", "gr\u00fcn", "\u6cb3\u5ddd", "\ud83c\udf0a", "\ud83c", "\n", "\"");

    static Stream<String> transcripts() {
        var expected = Json.readObject(new String(Script.transcriptBytes("expected.json"), StandardCharsets.UTF_8));
        return expected.keySet().stream().filter(name -> name.startsWith("claude-"));
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void aSnapshotReadAtTheEndIsTheOneThatWasTaken(String name) throws IOException {
        List<StreamEvent> events = decode(name);
        assertThat(events).hasSizeGreaterThan(1);
        assertLaw(events, new Random(1));
    }

    @RepeatedTest(8)
    void soItIsForBlocksThatInterleaveAndWhoeverReadsThemMeanwhile(RepetitionInfo run) {
        var random = new Random(run.getCurrentRepetition());
        assertLaw(answer(random), random);
    }

    /** Takes a snapshot after each event and reads some of them at once, some meanwhile, and all at the end. */
    private static void assertLaw(List<StreamEvent> events, Random random) {
        var answer = new ChunkAggregator();
        var taken = new ArrayList<Message>();
        var thatTime = new ArrayList<Message>();
        for (StreamEvent event : events) {
            answer.accept(event);
            taken.add(answer.snapshot());
            thatTime.add(eager(events.subList(0, taken.size())));
            if (random.nextInt(4) == 0) {
                read(taken.get(random.nextInt(taken.size())), random);
            }
        }
        for (int i = 0; i < taken.size(); i++) {
            Message snapshot = taken.get(i);
            Message expected = thatTime.get(i);
            assertThat(snapshot).as("after event " + i).isEqualTo(expected).hasSameHashCodeAs(expected);
            assertThat(snapshot).hasToString(expected.toString());
            assertThat(snapshot.text()).isEqualTo(expected.text());
            assertThat(expected).isEqualTo(snapshot);
        }
    }

    private static void read(Message snapshot, Random random) {
        List<ContentBlock> blocks = snapshot.content();
        if (!blocks.isEmpty()) {
            ContentBlock block = blocks.get(random.nextInt(blocks.size()));
            assertThat(block.toString()).isNotEmpty();
        }
    }

    /** The message after the events, by an aggregator that nobody has looked at before, with every block made at once. */
    private static Message eager(List<StreamEvent> events) {
        Message message = fold(events).snapshot();
        return new Message(
                message.id(),
                message.role(),
                message.model(),
                message.provider(),
                new ArrayList<>(message.content()),
                message.finishReason(),
                message.stopReason(),
                message.stopSequence(),
                message.usage(),
                message.extra());
    }

    private static List<StreamEvent> decode(String name) throws IOException {
        var events = new ArrayList<StreamEvent>();
        var sse = new SseReader(new ByteArrayInputStream(Script.transcriptBytes(name)), Limits.defaults());
        var decoder = Claude.builder().apiKey("k").build().decoder();
        try {
            while (sse.next()) {
                decoder.decode(sse, events::add);
            }
        } catch (StreamException e) {
            return events; // TranscriptLawTest says which streams end so
        }
        return events;
    }

    /** An answer of six blocks that grow by turns, each by more pieces than are joined at a time. */
    private static List<StreamEvent> answer(Random random) {
        var events = new ArrayList<StreamEvent>();
        events.add(start("msg_1", new ContentBlock.Text("before ")));
        events.add(openText(1));
        events.add(openThinking(2));
        events.add(openTool(3, "{}"));
        events.add(open(4, new ContentBlock.ServerToolUse("srvtoolu_1", "search", "{\"q\":1}", Map.of())));
        events.add(open(5, new ContentBlock.Unknown("zz", "{\"type\":\"zz\",\"text\":\"t\"}")));
        events.add(openText(7));
        for (int i = 0; i < 400; i++) {
            events.add(grow(random));
        }
        events.add(close(1));
        for (int i = 0; i < 5; i++) {
            events.add(text(7, word(random)));
        }
        events.add(close(3));
        events.add(delta(FinishReason.LENGTH, "max_tokens", 300));
        events.add(stop());
        return events;
    }

    private static StreamEvent grow(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> cite(1, word(random));
            case 1, 2 -> thinking(2, word(random));
            case 3 -> signature(random.nextInt(5) + 1, word(random));
            case 4, 5 -> json(3, word(random));
            case 6 -> json(4, random.nextInt(5) == 0 ? word(random) : " ");
            case 7 -> text(5, word(random));
            case 8 -> json(5, word(random));
            case 9 -> text(7, word(random).repeat(random.nextInt(100)));
            default -> text(1, word(random));
        };
    }

    private static String word(Random random) {
        return WORDS.get(random.nextInt(WORDS.size()));
    }
}
