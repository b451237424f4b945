package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextDeltaTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\"", "\\", "\\\"", "a\\", "\n\r\u2028\u0000", "ü𝄞", "\",\"x\":\"", "\"}"})
    void theUsualLookIsFoundWithoutAParser(String words) {
        RelayEvent text = event(new RunScript().text(12, words));
        assertThat(TextDelta.at(text)).isEqualTo(new TextDelta("12", false, Json.write(words)));
        RelayEvent thought = event(new RunScript().thinking(0, words));
        assertThat(TextDelta.at(thought)).isEqualTo(new TextDelta("0", true, Json.write(words)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":\"a\",\"more\":1}",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":\"a\"",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":\"a",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":\"a\\\"}",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":\"a\nb\"}",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":\"a\"}}",
                "{\"type\":\"message_delta\",\"index\":-1,\"text\":\"a\"}",
                "{\"type\":\"message_delta\",\"index\":0,\"text\":7}",
                "{\"type\":\"message_delta\",\"index\":0,\"input_json\":\"a\"}",
                "{\"type\":\"message_delta\",\"index\":0, \"text\":\"a\"}"
            })
    void whatLooksAnyOtherWayIsLeftToTheParser(String json) {
        assertThat(TextDelta.at(new RelayEvent(1, "message_delta", json))).isNull();
    }

    @Test
    void theParserFindsTheSame() {
        for (long seed = 0; seed < 100; seed++) {
            for (RelayEvent event : RandomRun.of(seed).script().events) {
                TextDelta found = TextDelta.at(event);
                if (found != null) {
                    assertThat(TextDelta.in(Json.readObject(event.json()))).isEqualTo(found);
                }
            }
        }
    }

    private static RelayEvent event(RunScript run) {
        return run.events.getFirst();
    }
}
