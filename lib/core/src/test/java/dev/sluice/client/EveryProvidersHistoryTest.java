package dev.sluice.client;

import static dev.sluice.client.Wires.CALLS;
import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.answer;
import static dev.sluice.client.Wires.call;
import static dev.sluice.client.Wires.thinking;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.Usage;
import dev.sluice.test.peer.Script;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A conversation goes back to whoever made its answers as it came, and to everybody else without what only its maker can read.
 * What arrives is read as the vendor's server would, which takes no field that it does not know.
 */
@ForEveryProvider
@Timeout(60)
record EveryProvidersHistoryTest(Wire wire) {
    private static final Conversation ASKED = Conversation.EMPTY.user("How high are the rivers?");
    private static final String RESULT = "2.41 m";

    /** What the vendor says next, understood by the library. */
    private static Conversation grown(Conversation so, Wire speaker, Message answer) {
        try (var fixture = ClientFixture.in(speaker, Script.stream(speaker.stream(answer)));
                var stream = fixture.client.stream(
                        REQUEST.toBuilder().conversation(so).build())) {
            Message message = stream.finalMessage();
            return so.message(message)
                    .results(message.toolUses().stream()
                            .map(call -> new ToolResult(call.id(), RESULT))
                            .toList());
        }
    }

    /** What a vendor's server reads when it is told the conversation. */
    private static List<Message> told(Conversation conversation, Wire listener) {
        try (var fixture = ClientFixture.in(listener, Script.stream(listener.stream(PROSE)));
                var stream = fixture.client.stream(
                        REQUEST.toBuilder().conversation(conversation).build())) {
            stream.done();
            return listener.read(fixture.peer.awaitRequest(1)).messages();
        }
    }

    private static List<Message> fixture(List<ContentBlock> answer, List<ContentBlock> results) {
        return List.of(
                Message.user("How high are the rivers?"), ReceivedFields.model(answer), ReceivedFields.user(results));
    }

    private static List<ContentBlock> results(String... ids) {
        return Stream.of(ids)
                .<ContentBlock>map(id -> new ToolResult(id, RESULT))
                .toList();
    }

    @Test
    void anAnswerGoesBackToItsMakerAsItCame() {
        assertThat(told(grown(ASKED, wire, CALLS), wire))
                .isEqualTo(fixture(CALLS.content(), results("call_1", "call_2")));
    }

    @Test
    void soItDoesAfterItWasStored() {
        Conversation stored = Conversation.fromJson(grown(ASKED, wire, CALLS).toJson());
        assertThat(told(stored, wire)).isEqualTo(fixture(CALLS.content(), results("call_1", "call_2")));
    }

    static Stream<Named<Wire>> speakers() {
        return Wires.all();
    }

    Stream<Wire> others() {
        return Wires.ALL.stream().filter(other -> other != wire);
    }

    @Test
    void toOthersGoItsWordsAndItsCalls() {
        others().forEach(listener -> {
            List<ContentBlock> words = CALLS.content().stream()
                    .filter(block -> !(block instanceof Thinking))
                    .toList();
            assertThat(told(grown(ASKED, wire, CALLS), listener))
                    .isEqualTo(fixture(words, results("call_1", "call_2")));
        });
    }

    @ParameterizedTest
    @MethodSource("speakers")
    void callsAndResultsMatchWhateverTheIds(Wire speaker) {
        String longId = "chatcmpl-tool-" + "0123456789abcdef".repeat(4);
        Message calls = answer(
                FinishReason.TOOL_CALLS,
                call("functions.level:0", "level", "{}"),
                call("functions level 0", "level", "{}"),
                call(longId, "rain", "{}"));
        // Ids that only their maker takes are his own affair.
        List<Wire> listeners =
                Wires.ALL.stream().filter(listener -> listener != speaker).toList();
        for (Wire listener : listeners) {
            List<Message> told = told(grown(ASKED, speaker, calls), listener);
            List<String> called =
                    told.get(1).toolUses().stream().map(ToolUse::id).toList();
            List<String> answered = told.get(2).content().stream()
                    .map(result -> ((ToolResult) result).toolUseId())
                    .toList();
            assertThat(answered).isEqualTo(called).hasSize(3);
            assertThat(new HashSet<>(called)).hasSize(3);
        }
    }

    @Test
    void aConversationMayWanderFromOneToTheNext() {
        Conversation fixture = ASKED;
        var expected = new ArrayList<Message>(List.of(Message.user("How high are the rivers?")));
        for (Wire speaker : Wires.ALL) {
            String id = "call_of_" + Wires.name(speaker);
            var words = new Text("Let me look.");
            ToolUse call = call(id, "level", "{\"river\":\"Tejo\"}");
            fixture = grown(fixture, speaker, answer(FinishReason.TOOL_CALLS, thinking("Hm."), words, call));
            expected.add(ReceivedFields.model(
                    speaker == wire ? List.of(thinking("Hm."), words, call) : List.of(words, call)));
            expected.add(ReceivedFields.user(results(id)));
        }
        assertThat(told(fixture, wire)).isEqualTo(expected);
    }

    /** All that an answer may hold, by a provider that is not known here. */
    @Test
    void whateverElseAnAnswerHoldsStaysBehind() {
        Map<String, String> raw = Map.of("strange", "{\"field\":1}");
        Message strange = new Message(
                "id",
                Role.ASSISTANT,
                "model",
                "somebody",
                List.of(
                        new Thinking("Hm.", "signed", raw),
                        new ContentBlock.RedactedThinking("secret", raw),
                        new Text("Look:", List.of(new Citation("page", "w", null, null, "{}")), raw),
                        new Text(""),
                        new ContentBlock.ServerToolUse("srv", "search", "{}", raw),
                        new ContentBlock.ServerToolResult("found", "srv", "{}", raw),
                        new ContentBlock.Image(MediaSource.bytes("image/png", new byte[1])),
                        new ContentBlock.Document(new MediaSource.PlainText("A page")),
                        new ContentBlock.Unknown("zz", "{\"type\":\"zz\"}"),
                        new ToolUse("call_1", "level", "{\"river\":\"Tejo\"}", raw)),
                FinishReason.TOOL_CALLS,
                "why",
                "stop",
                Usage.NONE,
                raw);
        Conversation fixture = ASKED.message(strange).results(new ToolResult("call_1", RESULT));
        assertThat(told(fixture, wire))
                .isEqualTo(fixture(
                        List.of(new Text("Look:"), call("call_1", "level", "{\"river\":\"Tejo\"}")),
                        results("call_1")));
    }

    @Test
    void anAnswerOfNothingElseLeavesNoTrace() {
        Message thoughts = new Message(
                "id",
                Role.ASSISTANT,
                "model",
                "somebody",
                List.of(new Thinking("Hm.", "signed", Map.of())),
                FinishReason.LENGTH,
                "why",
                null,
                Usage.NONE,
                Map.of());
        assertThat(told(ASKED.message(thoughts).user("Well?"), wire))
                .isEqualTo(
                        List.of(ReceivedFields.user(List.of(new Text("How high are the rivers?"), new Text("Well?")))));
    }
}
