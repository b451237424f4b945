package dev.sluice.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ToolOutputTest {
    record Reading(String place, double degrees) {}

    record Unreadable(int degrees) {
        @Override
        public int degrees() {
            throw new IllegalStateException("no sensor");
        }
    }

    private static final Image IMAGE = new Image(MediaSource.bytes("image/png", new byte[] {1, 2, 3}));

    static Stream<Arguments> results() {
        return Stream.of(
                Arguments.of(null, List.of(new Text(""))),
                Arguments.of("words", List.of(new Text("words"))),
                Arguments.of(new Text("words"), List.of(new Text("words"))),
                Arguments.of(IMAGE, List.of(IMAGE)),
                Arguments.of(List.of(new Text("a"), IMAGE), List.of(new Text("a"), IMAGE)),
                Arguments.of(Message.assistant("said"), List.of(new Text("said"))),
                Arguments.of(new Reading("Porto", 17.5), List.of(new Text("{\"place\":\"Porto\",\"degrees\":17.5}"))),
                Arguments.of(List.of(), List.of(new Text("[]"))),
                Arguments.of(List.of("a", 1), List.of(new Text("[\"a\",1]"))),
                Arguments.of(Arrays.asList("a", null), List.of(new Text("[\"a\",null]"))),
                Arguments.of(Optional.empty(), List.of(new Text("null"))),
                Arguments.of(42, List.of(new Text("42"))),
                Arguments.of(true, List.of(new Text("true"))));
    }

    @ParameterizedTest
    @MethodSource("results")
    void whatAToolReturnsIsWhatTheModelIsTold(@Nullable Object result, List<ContentBlock> expected) throws Exception {
        Tool tool = Tool.of("t", "", "{\"type\":\"object\"}", (input, context) -> result);

        assertThat(tool.call("{}", new BareToolContext("{}"))).isEqualTo(new ToolOutput(expected, false));
    }

    @Test
    void anOutputIsTakenAsItIs() {
        ToolOutput failed = ToolOutput.error("no such file");

        assertThat(ToolOutputConverter.of(failed)).isSameAs(failed);
        assertThat(failed.isError()).isTrue();
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToolOutputConverter.of(new Unreadable(1)))
                .withMessageContaining("not writable as JSON");
    }

    @Test
    void blocksThatNoToolGivesBackAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToolOutput.of(new ToolUse("1", "t", "{}", Map.of())))
                .withMessageContaining("ToolUse");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToolOutput.error(new ToolResult("1", "text")))
                .withMessageContaining("ToolResult");
    }

    @Test
    void wordsAreShownAsWords() {
        assertThat(ToolOutputConverter.shown(ToolOutput.of(new Text("one "), new Text("two"))))
                .isEqualTo("one two");
        assertThat(ToolOutputConverter.shown(ToolOutput.of())).isEmpty();
    }

    /** In the form that a stored conversation has, so whoever reads the one can read the other. */
    @Test
    void blocksAreShownAsTheyAreStored() {
        ToolOutput output = ToolOutput.of(new Text("see"), IMAGE);
        var stored = new Conversation(List.of(), List.of(Message.of(Role.USER, List.of(new Text("see"), IMAGE))));

        assertThat(Json.readAny(ToolOutputConverter.shown(output)))
                .isEqualTo(
                        ((Map<?, ?>) ((List<?>) Json.readObject(stored.toJson()).get("messages")).getFirst())
                                .get("content"));
    }
}
