package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.TimeSource;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SluiceWebSocketFormatTest {
    private static final TimeSource STILL = new TimeSource() {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.ofEpochMilli(1_700_000_000_123L);
        }

        @Override
        public Scheduled schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }
    };

    private final SluiceWebSocketFormat format = new SluiceWebSocketFormat(STILL);

    @Test
    void wordsOfTheAnswerAreChunks() {
        assertThat(new RunScript().text(2, "Hi \"you\"\n").frames(format))
                .containsExactly(
                        "{\"type\":\"chunk\",\"event_id\":1,\"index\":2,\"timestamp\":1700000000123,\"content\":\"Hi"
                                + " \\\"you\\\"\\n"
                                + "\"}");
    }

    @Test
    void allElseIsTheEventWithItsPlace() {
        var run = new RunScript()
                .add("tool_progress", "id", "toolu_1", "message", "reading", "percentage", 40)
                .thinking(0, "hm")
                .raw("stream_complete", " { } ");
        assertThat(run.frames(format).stream().map(Json::readObject))
                .containsExactly(
                        Map.of(
                                "event_id",
                                1,
                                "type",
                                "tool_progress",
                                "id",
                                "toolu_1",
                                "message",
                                "reading",
                                "percentage",
                                40),
                        Map.of("event_id", 2, "type", "message_delta", "index", 0, "thinking", "hm"),
                        Map.of("event_id", 3));
    }

    @Test
    void nothingIsLostOfAnyRun() {
        for (long seed = 0; seed < 200; seed++) {
            RunScript run = RandomRun.of(seed).script();
            List<String> frames = run.frames(format);
            assertThat(frames).hasSameSizeAs(run.events);
            for (int i = 0; i < frames.size(); i++) {
                RelayEvent event = run.events.get(i);
                Map<String, Object> message = Json.readObject(frames.get(i));
                Map<String, Object> was = Json.readObject(event.json());
                assertThat(message).containsEntry("event_id", (int) event.id());
                if (was.get("text") != null) {
                    assertThat(message)
                            .containsEntry("type", "chunk")
                            .containsEntry("content", was.get("text"))
                            .containsEntry("index", was.get("index"));
                } else {
                    assertThat(message).containsAllEntriesOf(was).hasSize(was.size() + 1);
                }
            }
        }
    }

    @Test
    void aFailureHasNoPlaceAndThereIsNoHeartbeat() {
        List<String> frames = RunScript.answer("Hi").framesAndFailure(format, 1);
        assertThat(Json.readObject(frames.getLast()))
                .containsEntry("type", "stream_error")
                .containsEntry("details", Map.of("code", "server_shutdown", "retryable", true))
                .doesNotContainKey("event_id");
        var beats = new ArrayList<String>();
        format.encoder("s1").heartbeat(beats::add);
        assertThat(beats).isEmpty();
        assertThat(format.headers()).isEmpty();
        assertThat(format.resumesByEventId()).isTrue();
    }
}
