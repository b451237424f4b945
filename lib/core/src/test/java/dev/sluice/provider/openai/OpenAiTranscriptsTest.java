package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.ApiError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.Delta;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStop;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Answers of the servers that speak chat completions event by event; what they come to is the law test's to say. */
class OpenAiTranscriptsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "openai-text | MessageStart ContentBlockStart TextDelta*11 ContentBlockStop MessageDelta MessageStop",
                "openai-truncated | MessageStart ContentBlockStart TextDelta*2",
                "gateway-no-done | MessageStart ContentBlockStart TextDelta*3 ContentBlockStop MessageDelta"
                        + " MessageStop",
                "vllm-reasoning | MessageStart ContentBlockStart ThinkingDelta*6 ContentBlockStop ContentBlockStart"
                        + " TextDelta*3 ContentBlockStop MessageDelta MessageStop",
                "deepseek-reasoning-tool | MessageStart ContentBlockStart ThinkingDelta*2 ContentBlockStop"
                        + " ContentBlockStart TextDelta ContentBlockStop ContentBlockStart InputJsonDelta*2"
                        + " ContentBlockStop MessageDelta MessageStop",
                "ollama-whole-tools | MessageStart ContentBlockStart ThinkingDelta ContentBlockStop ContentBlockStart"
                    + " InputJsonDelta ContentBlockStop ContentBlockStart InputJsonDelta ContentBlockStop MessageDelta"
                    + " MessageStop",
                "openrouter-reasoning-details | MessageStart ContentBlockStart ThinkingDelta*2 ContentBlockStop"
                    + " ContentBlockStart TextDelta*2 CitationsDelta TextDelta Unknown ContentBlockStop MessageDelta"
                    + " MessageStop",
            })
    void eachEventIsHandedOutInItsOrder(String name, String expected) {
        assertThat(kinds(OpenAiWire.transcript(name))).isEqualTo(expected);
    }

    /** The kinds of the events, with a count where one follows itself. */
    private static String kinds(List<StreamEvent> events) {
        var kinds = new ArrayList<String>();
        int count = 0;
        for (StreamEvent event : events) {
            Object what = event instanceof ContentBlockDelta(int index, Delta delta) ? delta : event;
            String kind = what.getClass().getSimpleName();
            count = !kinds.isEmpty() && kinds.getLast().split("\\*", -1)[0].equals(kind) ? count + 1 : 1;
            if (count > 1) {
                kinds.removeLast();
            }
            kinds.add(count > 1 ? kind + "*" + count : kind);
        }
        return String.join(" ", kinds);
    }

    static Stream<String> names() {
        return Json.readObject(new String(bytes("expected.json"), StandardCharsets.UTF_8)).keySet().stream();
    }

    /**
     * A stream that ends anywhere gives the first of its events. One that ends between the reason and the end marker is
     * complete: it lacks its usage at most.
     */
    @ParameterizedTest
    @MethodSource("names")
    void aStreamThatEndsAnywhereGivesTheFirstOfItsEvents(String name) {
        byte[] bytes = bytes(name);
        var whole = new ArrayList<StreamEvent>();
        read(bytes, bytes.length, whole);
        for (int end = 0; end < bytes.length; end++) {
            var events = new ArrayList<StreamEvent>();
            read(bytes, end, events);
            boolean complete = events.contains(new MessageStop());
            if (complete) {
                Message said = OpenAiWire.message(events);
                Message expected = OpenAiWire.message(whole);
                assertThat(said.content()).isEqualTo(expected.content());
                assertThat(said.stopReason()).isEqualTo(expected.stopReason()).isNotNull();
                events.removeIf(event -> event instanceof MessageDelta
                        || event instanceof MessageStop
                        || event instanceof ContentBlockStop);
                assertThat(whole).containsAll(events);
            } else {
                assertThat(whole.subList(0, events.size())).as("up to %d", end).isEqualTo(events);
            }
        }
    }

    private static void read(byte[] bytes, int length, List<StreamEvent> events) {
        try {
            OpenAiWire.read(new ByteArrayInputStream(bytes, 0, length), events);
        } catch (ApiError e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static byte[] bytes(String name) {
        try (InputStream in = OpenAiTranscriptsTest.class.getResourceAsStream("/transcripts/openai/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
