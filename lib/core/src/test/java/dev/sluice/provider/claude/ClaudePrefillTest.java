package dev.sluice.provider.claude;

import static dev.sluice.provider.wire.Requests.CLAUDE;
import static dev.sluice.provider.wire.Requests.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudePrefillTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "claude-3-haiku-20240307",
                "claude-3-7-sonnet-latest",
                "claude-opus-4-20250514",
                "claude-sonnet-4-0",
                "claude-opus-4-1",
                "claude-opus-4-5",
                "claude-opus-4-5-20251101",
                "claude-sonnet-4-5-20250929",
                "claude-haiku-4-5-20251001"
            })
    void olderModelsTakeTheBeginningOfTheAnswer(String model) {
        assertThat(isTaken(minimal().model(model))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claude-opus-4-6",
                "claude-sonnet-4-6",
                "claude-opus-4-8",
                "claude-opus-5",
                "claude-sonnet-5",
                "claude-sonnet-5-20260801",
                "claude-fable-5",
                "claude-mythos-preview",
                "claude-haiku-4-50",
                "gateway/claude-sonnet-4-5",
                "m"
            })
    void newerAndUnknownOnesDoNot(String model) {
        assertThat(isTaken(minimal().model(model))).isFalse();
    }

    @Test
    void itIsNotTakenWithThinkingOrASchema() {
        assertThat(isTaken(older().thinking(new ThinkingMode.Off()))).isTrue();
        assertThat(isTaken(older().thinking(new ThinkingMode.Adaptive(true)))).isFalse();
        assertThat(isTaken(older().thinking(new ThinkingMode.Budget(2000, true))))
                .isFalse();
        assertThat(isTaken(older().outputSchema("{}"))).isFalse();
        assertThat(isTaken(older().effort("low"))).isTrue();
    }

    @Test
    void itIsNotTakenWhereTheCallerWritesTheRequest() {
        assertThat(isTaken(older().put("top_p", 1))).isTrue();
        for (String field : List.of("model", "messages", "thinking", "output_config", "output_format")) {
            assertThat(isTaken(older().put(field, Map.of()))).as(field).isFalse();
        }
    }

    private static MessageRequest.Builder older() {
        return minimal().model("claude-sonnet-4-5");
    }

    private static boolean isTaken(MessageRequest.Builder request) {
        return CLAUDE.takesPrefill(request.build());
    }
}
