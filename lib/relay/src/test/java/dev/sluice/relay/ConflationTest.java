package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConflationTest {

    private static RelayEvent delta(long id, String json) {
        return new RelayEvent(id, "message_delta", "{\"type\":\"message_delta\"," + json + "}");
    }

    @Test
    void piecesOfOneTextBecomeOneWithTheIdOfTheLast() {
        assertThat(Conflation.merge(List.of(
                        delta(1, "\"index\":0,\"text\":\"a\\n\""),
                        delta(2, "\"index\":0,\"text\":\"\""),
                        delta(3, "\"index\":0,\"text\":\"\\\"b\""))))
                .containsExactly(delta(3, "\"index\":0,\"text\":\"a\\n\\\"b\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"index\":1,\"text\":\"b\"",
                "\"index\":0,\"thinking\":\"b\"",
                "\"index\":0,\"input_json\":\"b\"",
                "\"index\":0,\"text\":\"b\",\"event\":\"content_block_start\"",
                "\"index\":0,\"text\":7",
                "\"index\":0,\"event\":\"content_block_stop\"",
                "\"text\":\"b\"",
            })
    void whatIsNoPieceOfTheSameTextStaysApart(String other) {
        var events = List.of(
                delta(1, "\"index\":0,\"text\":\"a\""), delta(2, other), delta(3, "\"index\":0,\"text\":\"c\""));
        assertThat(Conflation.merge(events)).isEqualTo(events);
    }

    @Test
    void nothingIsMergedAcrossAReset() {
        var events = List.of(
                delta(1, "\"index\":0,\"text\":\"a\""),
                new RelayEvent(2, "turn_reset", "{\"type\":\"turn_reset\",\"turn\":1}"),
                delta(3, "\"index\":0,\"text\":\"a\""));
        assertThat(Conflation.merge(events)).isEqualTo(events);
    }

    @Test
    void eventsOfAnotherTypeStayApart() {
        var events = List.of(
                new RelayEvent(1, "tool_progress", "{\"type\":\"tool_progress\",\"index\":0,\"text\":\"a\"}"),
                new RelayEvent(2, "tool_progress", "{\"type\":\"tool_progress\",\"index\":0,\"text\":\"a\"}"));
        assertThat(Conflation.merge(events)).isEqualTo(events);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theWordsOfEachKindAreTheSameAndInTheSamePlaces(long seed) {
        var random = new Random(seed);
        var events = new ArrayList<RelayEvent>();
        var kinds = List.of("text", "thinking", "input_json");
        for (int id = 1; id <= 300; id++) {
            String kind = kinds.get(random.nextInt(20) % 3 == 0 ? random.nextInt(3) : 0);
            events.add(
                    random.nextInt(10) == 0
                            ? new RelayEvent(id, "tool_progress", "{}")
                            : delta(id, "\"index\":" + random.nextInt(20) / 19 + ",\"" + kind + "\":\"" + id + " \""));
        }
        List<RelayEvent> merged = Conflation.merge(events);
        assertThat(told(merged)).isEqualTo(told(events));
        assertThat(merged)
                .hasSizeLessThan(events.size())
                .extracting(RelayEvent::id)
                .isSorted();
        assertThat(merged.getLast().id()).isEqualTo(300);
    }

    /** Each character that is said, with the field and the index that it is said in, and whatever else there is. */
    private static List<String> told(List<RelayEvent> events) {
        var told = new ArrayList<String>();
        for (RelayEvent event : events) {
            var fields = Json.readObject(event.json());
            if (fields.isEmpty()) {
                told.add("progress");
            }
            for (String kind : List.of("text", "thinking", "input_json")) {
                String words = (String) fields.getOrDefault(kind, "");
                words.chars().forEach(word -> told.add(kind + fields.get("index") + (char) word));
            }
        }
        return told;
    }
}
