package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.close;
import static dev.sluice.aggregate.Events.delta;
import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.open;
import static dev.sluice.aggregate.Events.openTool;
import static dev.sluice.aggregate.Events.start;
import static dev.sluice.aggregate.Events.stop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.FinishReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tool calls, whose input comes in fragments that may be cut, invalid or missing. */
class ToolCallsTest {

    @Test
    void parallelToolCallsMayInterleave() {
        var answer = fold(
                start("msg_1"),
                openTool(1, "{}"),
                json(1, "{\"city\":"),
                openTool(2, "{}"),
                json(2, "{\"unit\":"),
                json(1, "\"Porto\"}"),
                json(2, "\"celsius\"}"),
                close(1),
                close(2));
        assertThat(answer.snapshot().toolUses())
                .extracting(ToolUse::input)
                .containsExactly("{\"city\":\"Porto\"}", "{\"unit\":\"celsius\"}");
        assertThat(answer.toolCalls()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # start's input | fragments                  | input                     | valid | parsed
        {}              |                            | {}                        | true  | {}
        ``              |                            | {}                        | true  | {}
        not json        |                            | not json                  | false | {}
        null            |                            | {}                        | true  | {}
        []              |                            | {}                        | true  | {}
        {"a": 1}        |                            | {"a": 1}                  | true  | {a=1}
        {"a": 1}        | <>                         | {"a": 1}                  | true  | {a=1}
        {"a": 1}        | <>;<_>;<_>                 | {"a": 1}                  | true  | {a=1}
        {"a": 1}        | {;"b":;2};                 | {"b":2}                   | true  | {b=2}
        {}              | {;}                        | {}                        | true  | {}
        {}              | {"location": "San Fr       | {"location": "San Fr      | false | {}
        {}              | {"a": [1, 2;, 3            | {"a": [1, 2, 3            | false | {a=[1, 2, 3]}
        {}              | {invalid"json}             | {invalid"json}            | false | {}
        {}              | {"a": 1; garbage}          | {"a": 1 garbage}          | false | {a=1}
        {}              | null                       | {}                        | true  | {}
        {}              | [1]                        | [1]                       | false | [1]
        """)
    void aToolsInputIsWhatItsFragmentsJoinTo(
            String begun, String fragments, String input, boolean valid, String parsed) {
        for (boolean server : new boolean[] {false, true}) {
            ContentBlock block = server
                    ? new ServerToolUse("id", "name", begun, Map.of("zz", "1"))
                    : new ToolUse("id", "name", begun, Map.of("zz", "1"));
            var answer = fold(start("msg_1"), open(0, block));
            for (String fragment : fragments == null ? new String[0] : fragments.split(";")) {
                answer.input(0);
                answer.accept(json(0, fragment.replace("<>", "").replace("<_>", " \n")));
            }
            ContentBlock expected = server
                    ? new ServerToolUse("id", "name", input, Map.of("zz", "1"))
                    : new ToolUse("id", "name", input, Map.of("zz", "1"));
            assertThat(answer.block(0)).isEqualTo(expected);
            assertThat(answer.input(0)).hasToString(parsed);
            answer.accept(close(0));
            answer.accept(stop());
            assertThat(answer.snapshot().content()).containsExactly(expected);
            assertThat(answer.snapshot().toolUses()).allMatch(call -> call.isInputValid() == valid);
        }
    }

    @Test
    void aCutToolCallThatNeverStoppedIsStillAMessage() {
        String cut = "{\"filename\": \"a.txt\", \"lines\": [\"1\", \"2\", \"3\", \"4\", \"5";
        var answer = fold(
                start("msg_1"), openTool(0, "{}"), json(0, cut), delta(FinishReason.LENGTH, "max_tokens", 9), stop());
        assertThat(answer.input(0)).isEqualTo(Map.of("filename", "a.txt", "lines", List.of("1", "2", "3", "4")));
        assertThat(answer.finalResponse().toolCalls()).singleElement().matches(call -> !call.isInputValid());
        assertThat(answer.finalResponse().finishReason()).isEqualTo(FinishReason.LENGTH);
    }
}
