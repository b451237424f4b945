package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.Ping;
import dev.sluice.message.Usage;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.ApprovalAsked;
import dev.sluice.tools.RunEvent.MessageDelta;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.StreamComplete;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run of two turns that goes on after each of its events: its watchers read the same, however the answers come the second time. */
class ToldEventsTest {
    private static final String TEXT = "Let me look. Rivers run downhill.";
    private static final List<RunEvent> RUN = run(turn -> "msg" + turn, false);

    /** How the answers come the second time. */
    private enum Again {
        /** In the same events: a server has kept them. */
        SAME(RUN),
        /** In fewer events: from the journal, or their rest from the model. */
        FEWER(run(turn -> "msg" + turn, true)),
        /** From the model, which says the same words under other ids. */
        OTHER(run(turn -> "other" + turn, true));

        private final List<RunEvent> events;

        Again(List<RunEvent> events) {
            this.events = events;
        }
    }

    private static List<RunEvent> run(IntFunction<String> ids, boolean inFewEvents) {
        var events = new ArrayList<RunEvent>();
        events.add(start(ids.apply(1)));
        block(
                events,
                0,
                new Thinking("", null, Map.of()),
                inFewEvents,
                ThinkingDelta::new,
                "Rivers?",
                " What",
                " of them?");
        block(events, 1, new Text(""), inFewEvents, TextDelta::new, "Let me ", "look. ");
        events.add(new MessageDelta(new Ping()));
        String call = ids.apply(1) + "-call";
        block(
                events,
                2,
                new ToolUse(call, "look", "{}", Map.of()),
                inFewEvents,
                InputJsonDelta::new,
                "{\"at\"",
                ":\"rivers\"}");
        events.add(new ToolStart(call, "look", "{}")); // early: the turn is not complete
        events.add(new ToolComplete(call, "water"));
        events.add(end(FinishReason.TOOL_CALLS));
        events.add(new MessageStop(Message.EMPTY));
        events.add(start(ids.apply(2)));
        block(events, 0, new Text(""), inFewEvents, TextDelta::new, "Ri", "vers run ", "down", "hill.");
        events.add(end(FinishReason.STOP));
        events.add(new MessageStop(Message.EMPTY));
        events.add(new StreamComplete());
        return List.copyOf(events);
    }

    private static RunEvent start(String id) {
        return new MessageStart(new Message(
                id, Role.ASSISTANT, "m", "p", List.of(), FinishReason.UNKNOWN, null, null, Usage.NONE, Map.of()));
    }

    private static RunEvent end(FinishReason reason) {
        return new MessageDelta(new StreamEvent.MessageDelta(reason, null, null, Usage.NONE, Map.of()));
    }

    private static void block(
            List<RunEvent> events,
            int index,
            dev.sluice.message.ContentBlock block,
            boolean inOne,
            java.util.function.Function<String, Delta> delta,
            String... pieces) {
        events.add(new MessageDelta(new ContentBlockStart(index, block)));
        for (String piece : inOne ? new String[] {String.join("", pieces)} : pieces) {
            events.add(new MessageDelta(new ContentBlockDelta(index, delta.apply(piece))));
        }
        events.add(new MessageDelta(new ContentBlockStop(index)));
    }

    private static List<RelayEvent> told(int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        i -> new RelayEvent(i + 1, RUN.get(i).type(), RUN.get(i).toJson()))
                .toList();
    }

    /** What its watchers have received when it has come to its end after this many events of before. */
    private static WatchedRun goOn(int known, List<RunEvent> again) {
        var watched = new WatchedRun(event -> {});
        watched.events(told(known));
        var told = new ToldEvents(told(known));
        for (RunEvent event : again) {
            for (RunEvent untold : told.toTell(event)) {
                watched.events(List.of(new RelayEvent(watched.events.size() + 1, untold.type(), untold.toJson())));
            }
        }
        return watched;
    }

    @ParameterizedTest
    @EnumSource(Again.class)
    void whereverItBrokeOffItsWatchersReadTheSame(Again again) {
        int all = again == Again.OTHER
                ? RUN.size() - 2
                : RUN.size(); // the last answer is recorded before its end is told
        for (int known = 0; known <= all; known++) {
            // the answers that are complete are recorded, so they are never other ones
            List<RunEvent> events = new ArrayList<>(again.events);
            int firstTurn = RUN.indexOf(RUN.stream()
                            .filter(MessageStop.class::isInstance)
                            .findFirst()
                            .orElseThrow())
                    + 1;
            if (again == Again.OTHER && known >= firstTurn) {
                events = new ArrayList<>(RUN.subList(0, firstTurn));
                events.addAll(Again.OTHER.events.subList(
                        Again.OTHER.events.indexOf(start("other2")), Again.OTHER.events.size()));
            }
            boolean isOpen = !told(known).isEmpty() && lastOf(known, "message_start") > lastOf(known, "message_stop");
            WatchedRun watched = goOn(known, events);
            assertThat(watched.text()).as("after %s events", known).isEqualTo(TEXT);
            assertThat(watched.types().getLast()).isEqualTo("stream_complete");
            assertThat(watched.types().stream().filter("turn_reset"::equals))
                    .as("resets after %s events", known)
                    .hasSize(isOpen && again == Again.OTHER ? 1 : 0);
        }
    }

    private static int lastOf(int known, String type) {
        return told(known).stream().map(RelayEvent::type).toList().lastIndexOf(type);
    }

    @Test
    void anAnswerThatBeginsTheSameAndThenDiffersIsToldWholeAfterAReset() {
        List<RunEvent> other = new ArrayList<>(RUN);
        other.replaceAll(event -> event.equals(new MessageDelta(new ContentBlockDelta(0, new TextDelta("down"))))
                ? new MessageDelta(new ContentBlockDelta(0, new TextDelta("up")))
                : event);
        int known = RUN.size() - 3; // all text
        WatchedRun watched = goOn(known, other);
        assertThat(watched.types()).containsOnlyOnce("turn_reset");
        assertThat(watched.text()).isEqualTo("Let me look. Rivers run uphill.");
    }

    @Test
    void anAnswerThatEndsBeforeWhatIsKnownIsToldWholeAfterAReset() {
        List<RunEvent> shorter = new ArrayList<>(RUN);
        shorter.remove(new MessageDelta(new ContentBlockDelta(0, new TextDelta("hill."))));
        WatchedRun watched = goOn(RUN.size() - 3, shorter);
        assertThat(watched.types()).containsOnlyOnce("turn_reset");
        assertThat(watched.text()).isEqualTo("Let me look. Rivers run down");
    }

    @Test
    void callsOfATurnThatIsTakenBackAreToldAgain() {
        List<RunEvent> other = new ArrayList<>(RUN);
        int end = RUN.indexOf(end(FinishReason.TOOL_CALLS));
        other.set(end, end(FinishReason.LENGTH));
        WatchedRun watched = goOn(end + 1, other);
        assertThat(watched.types()).containsOnlyOnce("turn_reset");
        List<String> after = watched.types()
                .subList(watched.types().indexOf("turn_reset"), watched.types().size());
        assertThat(after).containsOnlyOnce("tool_start").containsOnlyOnce("tool_complete");
    }

    @Test
    void aQuestionIsToldOnceAndASecondOneOfTheSameCallIsToldToo() {
        int ask = RUN.indexOf(new ToolComplete("msg1-call", "water"));
        var first = new ApprovalAsked("msg1-call", "look", "{}", "r-1");
        var second = new ApprovalAsked("msg1-call", "look", "{}", "r-1.1");
        var known = new ArrayList<>(told(ask));
        known.add(new RelayEvent(ask + 1, first.type(), first.toJson()));
        var told = new ToldEvents(known);
        RUN.subList(0, ask).forEach(event -> assertThat(told.toTell(event)).isEmpty());
        assertThat(told.toTell(first)).isEmpty();
        assertThat(told.toTell(second)).containsExactly(second);
        assertThat(told.toTell(second)).isEmpty();
    }

    @Test
    void onlyTextThatWasCutWithinABlockCanBeContinued() {
        for (int known = 0; known <= RUN.size(); known++) {
            var told = new ToldEvents(told(known));
            Optional<Message> begun = told.toContinue();
            boolean isText = known > 0
                    && RUN.get(known - 1) instanceof MessageDelta delta
                    && !delta.text().isEmpty();
            boolean hasThinking = told.openTurn() == 1;
            assertThat(begun.isPresent()).as("after %s events", known).isEqualTo(isText && !hasThinking);
            begun.ifPresent(answer -> {
                assertThat(answer.id()).isEqualTo("msg2");
                assertThat("Rivers run downhill.").startsWith(answer.text());
                assertThat(told.openTurn()).isEqualTo(2);
            });
        }
    }
}
