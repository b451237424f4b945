package dev.sluice.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForeignHistoryTest {
    private static final Map<String, String> OWN = Map.of("signature", "\"sig\"");
    private static final Citation CITATION = new Citation("char_location", "w", null, null, "{}");

    private static Message by(String provider, ContentBlock... content) {
        return new Message(
                "id",
                Role.ASSISTANT,
                "model",
                provider,
                List.of(content),
                FinishReason.STOP,
                "end",
                null,
                Usage.of(1, 2),
                Map.of("container", "{}"));
    }

    private static ToolUse call(String id) {
        return new ToolUse(id, "level", "{}", Map.of());
    }

    @Test
    void whatTheCallerSaidAndWhatTheProviderDidItselfGoAsTheyAre() {
        Message own = by(
                "claude",
                new Thinking("hm", "sig", Map.of()),
                new Text("a", List.of(CITATION), OWN),
                new ServerToolUse("s", "n", "{}", Map.of()),
                call("any id:1"),
                new ContentBlock.Unknown("zz", "{}"));
        Message unknownMaker = by("", new Thinking("hm", "sig", OWN), call("any id:2"));
        Message result = Message.user(new ToolResult("any id:1", "x"), new ToolResult("any id:2", "y"));
        List<Message> messages = List.of(Message.user("Hi"), own, unknownMaker, result);
        assertThat(ForeignHistory.of(messages, "claude")).isSameAs(messages);

        var mixed = new ArrayList<>(messages);
        mixed.add(by("gemini", new Thinking("hm", null, Map.of()), new Text("b")));
        List<Message> told = ForeignHistory.of(mixed, "claude");
        for (int i = 0; i < messages.size(); i++) {
            assertThat(told.get(i)).isSameAs(messages.get(i));
        }
        assertThat(told.getLast().content()).containsExactly(new Text("b"));
    }

    @Test
    void ofAnotherProvidersAnswerTheWordsAndTheCallsAreLeft() {
        Message foreign = by(
                "gemini",
                new Thinking("hm", "sig", Map.of()),
                new RedactedThinking("x", Map.of()),
                new Text("a", List.of(CITATION), OWN),
                new Text(""),
                new ServerToolUse("s", "search", "{}", Map.of()),
                new ServerToolResult("t", "s", "{}", Map.of()),
                new Image(MediaSource.bytes("image/png", new byte[1])),
                new ContentBlock.Unknown("zz", "{\"type\":\"zz\"}"),
                new ToolUse("c1", "level", "{\"cu", OWN));
        assertThat(ForeignHistory.of(List.of(foreign), "claude"))
                .containsExactly(new Message(
                        "id",
                        Role.ASSISTANT,
                        "model",
                        "gemini",
                        List.of(new Text("a"), new ToolUse("c1", "level", "{\"cu", Map.of())),
                        FinishReason.STOP,
                        "end",
                        null,
                        Usage.of(1, 2),
                        Map.of("container", "{}")));
    }

    @Test
    void anAnswerOfPlainWordsIsTheSameObject() {
        Message plain = by("openai", new Text("a"), call("c1"));
        assertThat(ForeignHistory.of(List.of(plain), "claude").getFirst()).isSameAs(plain);
    }

    @Test
    void anAnswerOfWhichNothingIsLeftIsLeftOut() {
        Message thoughts = by("gemini", new Thinking("hm", null, Map.of()));
        assertThat(ForeignHistory.of(List.of(Message.user("a"), thoughts, by("gemini"), Message.user("b")), "claude"))
                .containsExactly(Message.user("a"), Message.user("b"));
    }

    @Test
    void anIdThatSomeProviderRejectsIsChangedInTheCallAndItsResult() {
        String longId = "chatcmpl-tool-0123456789abcdef0123456789abcdef";
        Message calls = by("openai", call("functions.level:0"), call("functions level:0"), call(""), call(longId));
        Message results = Message.user(
                new ToolResult("functions.level:0", "1"),
                ToolResult.error("functions level:0", "2"),
                new ToolResult("", "3"),
                new ToolResult(longId, "4"),
                new Text("Well?"));
        List<Message> told = ForeignHistory.of(List.of(calls, results), "claude");
        assertThat(told.get(0).toolUses().stream().map(ToolUse::id))
                .containsExactly(
                        "functions_level_0", "functions_level_0_2", "call", "0123456789abcdef0123456789abcdef");
        assertThat(told.get(1).content())
                .containsExactly(
                        new ToolResult("functions_level_0", "1"),
                        ToolResult.error("functions_level_0_2", "2"),
                        new ToolResult("call", "3"),
                        new ToolResult("0123456789abcdef0123456789abcdef", "4"),
                        new Text("Well?"));
    }

    @Test
    void anIdThatComesInEveryTurnIsAnotherOneEachTime() {
        List<Message> fixture = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            fixture.add(by("openai", call("call_0")));
            fixture.add(Message.user(new ToolResult("call_0", "" + i)));
        }
        fixture.add(by("claude", call("call_0")));
        fixture.add(Message.user(new ToolResult("call_0", "own")));
        assertThat(ForeignHistory.of(fixture, "claude").stream().map(ForeignHistoryTest::id))
                .containsExactly(
                        "call_0", "call_0", "call_0_2", "call_0_2", "call_0_3", "call_0_3", "call_0", "call_0");
    }

    private static String id(Message message) {
        return message.content().getFirst() instanceof ToolUse call
                ? call.id()
                : ((ToolResult) message.content().getFirst()).toolUseId();
    }

    @Test
    void whatIsToldFirstDoesNotDependOnWhatFollows() {
        List<Message> fixture = new ArrayList<>();
        for (String id : List.of("a.b", "a_b", "a:b", "a_b_2", "", "call", "a.b")) {
            fixture.add(by("openai", call(id)));
            fixture.add(Message.user(new ToolResult(id, "x")));
        }
        List<Message> whole = ForeignHistory.of(fixture, "claude");
        for (int end = 0; end <= fixture.size(); end++) {
            assertThat(ForeignHistory.of(fixture.subList(0, end), "claude")).isEqualTo(whole.subList(0, end));
        }
        assertThat(whole.stream().filter(m -> m.role() == Role.ASSISTANT).map(ForeignHistoryTest::id))
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-zA-Z0-9_-]{1,40}"));
    }

    @Test
    void claudeIsNotSentWhatAnotherProviderMade() {
        MessageRequest.Builder request = Requests.minimal()
                .message(by("gemini", new Thinking("hm", "sig", Map.of()), new ToolUse("a.b", "level", "{}", OWN)))
                .user(new ToolResult("a.b", "2 m"));
        assertThat(Requests.field(request, "messages"))
                .isEqualTo(Requests.json("{'m':[{'role':'user','content':'Hi'},{'role':'assistant','content':"
                               + "[{'type':'tool_use','id':'a_b','name':'level','input':{}}]},{'role':'user','content':[{'type':'tool_result','tool_use_id':'a_b','content':'2"
                               + " m'}]}]}")
                        .get("m"));
        MessageRequest nothing = MessageRequest.builder()
                .model("m")
                .maxTokens(1)
                .message(by("gemini", new Thinking("hm", "sig", Map.of())))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Requests.body(nothing))
                .withMessage("messages: no message has content that can be sent");
    }
}
