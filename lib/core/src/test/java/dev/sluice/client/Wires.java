package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.Usage;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The wires that there are, and what is said over each of them. A provider joins the suite with one line here. */
final class Wires {
    static final List<Wire> ALL = List.of(
            new WireOfClaude(),
            new WireOfGemini(),
            new WireOfInteractions(),
            new WireOfOpenAi(),
            new WireOfResponses(),
            new WireOfToy());

    static final MessageRequest REQUEST = MessageRequest.builder()
            .model("model-1")
            .maxTokens(100)
            .user("Tell me about rivers")
            .build();

    static final Message PROSE = answer(FinishReason.STOP, new Text("Rivers run to the sea."));

    static final Message THOUGHTFUL =
            answer(FinishReason.STOP, thinking("They ask about rivers."), new Text("Rivers run to the sea."));

    static final Message CALLS = answer(
            FinishReason.TOOL_CALLS,
            thinking("I have to look."),
            new Text("Let me look."),
            call("call_1", "level", "{\"river\":\"Tejo\",\"days\":3}"),
            call("call_2", "rain", "{\"places\":[\"Porto\",\"Évora\"],\"deep\":{\"a\":null}}"));

    /** Signs of one to four bytes, some that JSON escapes, and some that are made of several. */
    static final Message SIGNS = answer(
            FinishReason.TOOL_CALLS,
            thinking("ñ → 川"),
            new Text("é e\u0301 \"\\\n\t\u0001 \u2028 川 \uD834\uDD1E \uD83D\uDC69\u200D\uD83D\uDCBB \u0000."),
            call("call_1", "level", "{\"río\":\"川\\n\uD83C\uDF0A\"}"));

    static final List<Message> ANSWERS = List.of(PROSE, THOUGHTFUL, CALLS, SIGNS);

    private Wires() {}

    static Stream<Named<Wire>> all() {
        return ALL.stream().map(wire -> Named.of(name(wire), wire));
    }

    static String name(Wire wire) {
        return wire.at(URI.create("http://localhost")).name();
    }

    static ToolUse call(String id, String name, String input) {
        return new ToolUse(id, name, input, Map.of());
    }

    static Thinking thinking(String words) {
        return new Thinking(words, null, Map.of());
    }

    /** What a model says; its vendor's word for why it stopped is the wire's to choose, unless nobody knows the reason. */
    static Message answer(FinishReason why, ContentBlock... content) {
        return new Message(
                "answer-1",
                Role.ASSISTANT,
                "model-1",
                List.of(content),
                why,
                "brand_new",
                null,
                new Usage(10, 7, 4, 0, 0, Map.of()),
                Map.of());
    }

    /** What the library makes of a reason on a wire that may have no word for it. */
    static FinishReason toldBy(Wire wire, FinishReason why) {
        return why == FinishReason.CONTENT_FILTER && !wire.tellsRefusals() ? FinishReason.UNKNOWN : why;
    }

    /** That the library understood what the model said. */
    static void assertSame(Message understood, Message said, Wire wire) {
        assertThat(ReceivedFields.bare(understood.content())).isEqualTo(said.content());
        assertThat(understood.finishReason()).isEqualTo(toldBy(wire, said.finishReason()));
        assertThat(understood.id()).isEqualTo(said.id());
        assertThat(understood.model()).isEqualTo(said.model());
        assertThat(understood.provider()).isEqualTo(name(wire));
        assertThat(understood.usage()).isEqualTo(said.usage());
    }
}
