package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.provider.wire.Decoding;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded answers event by event; what they come to is the law test's to say. */
public class ClaudeTranscriptsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text             | MessageStart ContentBlockStart TextDelta Ping TextDelta*12 ContentBlockStop"
                        + " MessageDelta MessageStop",
                "thinking-text    | MessageStart ContentBlockStart Ping ThinkingDelta*6 SignatureDelta ContentBlockStop"
                        + " ContentBlockStart TextDelta*2 ContentBlockStop MessageDelta MessageStop",
                "parallel-tool-use | MessageStart ContentBlockStart TextDelta*2 ContentBlockStop"
                        + " ContentBlockStart InputJsonDelta*5 ContentBlockStop Ping ContentBlockStart InputJsonDelta*5"
                        + " ContentBlockStop ContentBlockStart ContentBlockStop MessageDelta MessageStop",
                "web-search-citations | MessageStart ContentBlockStart InputJsonDelta*8 ContentBlockStop"
                        + " ContentBlockStart ContentBlockStop ContentBlockStart TextDelta*2 ContentBlockStop"
                        + " ContentBlockStart CitationsDelta*2 TextDelta*3 ContentBlockStop ContentBlockStart TextDelta"
                        + " ContentBlockStop MessageDelta MessageStop",
                "truncated        | MessageStart ContentBlockStart TextDelta*4",
                "max-tokens       | MessageStart ContentBlockStart TextDelta*10 ContentBlockStop MessageDelta"
                        + " MessageStop",
            })
    void eachEventIsHandedOutInItsOrder(String name, String expected) {
        assertThat(kinds(Decoding.transcript("claude-" + name))).isEqualTo(expected);
    }

    /** The kinds of the events, with a count where one follows itself. */
    public static String kinds(List<StreamEvent> events) {
        var kinds = new StringBuilder();
        String last = "";
        int count = 0;
        for (StreamEvent event : events) {
            Object what = event instanceof ContentBlockDelta(int index, Delta delta) ? delta : event;
            String kind = what.getClass().getSimpleName();
            if (kind.equals(last)) {
                count++;
                continue;
            }
            kinds.append(count > 1 ? "*" + count : "").append(' ').append(kind);
            last = kind;
            count = 1;
        }
        return kinds.append(count > 1 ? "*" + count : "").substring(1);
    }

    @Test
    void pingsAreHandedOutWhereverTheyStand() {
        var counts = Decoding.transcript("claude-pings-multi-text").stream()
                .collect(Collectors.groupingBy(event -> event.getClass().getSimpleName(), Collectors.counting()));
        assertThat(counts)
                .isEqualTo(Map.of(
                        "MessageStart", 1L,
                        "ContentBlockStart", 4L,
                        "ContentBlockDelta", 12L,
                        "ContentBlockStop", 4L,
                        "MessageDelta", 1L,
                        "MessageStop", 1L,
                        "Ping", 7L));
    }

    @Test
    void usageIsTheLastWordOfEachKey() {
        var delta = (MessageDelta)
                Decoding.transcript("claude-web-search-citations").reversed().get(1);
        assertThat(delta.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(delta.usage().inputTokens()).isEqualTo(9874);
        assertThat(delta.usage().outputTokens()).isEqualTo(214);
        assertThat(delta.usage().extra())
                .containsEntry("service_tier", "\"standard\"")
                .containsEntry("server_tool_use", "{\"web_search_requests\":1,\"web_fetch_requests\":0}");
        var thinking = (MessageDelta)
                Decoding.transcript("claude-thinking-text").reversed().get(1);
        assertThat(thinking.usage().thinkingTokens()).isEqualTo(49);
    }

    /** Fragments are cut inside escapes and surrogate pairs; they concatenate to what was written. */
    @Test
    void fragmentsOfToolInputConcatenate() {
        for (String name : List.of("claude-tool-use-fragments", "claude-unicode")) {
            String input = Decoding.transcript(name).stream()
                    .map(event ->
                            event instanceof ContentBlockDelta(int i, Delta.InputJsonDelta(String json)) ? json : "")
                    .collect(Collectors.joining());
            assertThat(Json.isObject(input)).as(input).isTrue();
        }
    }
}
