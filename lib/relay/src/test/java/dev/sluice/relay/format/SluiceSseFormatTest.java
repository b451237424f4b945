package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SluiceSseFormatTest {
    private final SluiceSseFormat format = new SluiceSseFormat();

    @Test
    void anEventIsItsJsonWithItsNameAndPlace() {
        assertThat(RunScript.answer("Hi").frames(format))
                .startsWith(
                        "id: 1\n"
                            + "event: message_start\n"
                            + "data:"
                            + " {\"type\":\"message_start\",\"id\":\"msg_1\",\"model\":\"claude-sonnet-5\",\"provider\":\"claude\"}\n\n")
                .contains("id: 3\n"
                        + "event: message_delta\n"
                        + "data: {\"type\":\"message_delta\",\"index\":0,\"text\":\"Hi\"}\n\n")
                .endsWith("id: 6\nevent: stream_complete\ndata: {\"type\":\"stream_complete\"}\n\n");
        assertThat(format.resumesByEventId()).isTrue();
    }

    @Test
    void aReaderGetsTheEventsAsTheyWere() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            RunScript run = RandomRun.of(seed).script();
            SseReader reader = reader(run.frames(format));
            for (RelayEvent event : run.events) {
                assertThat(reader.next()).isTrue();
                assertThat(reader.event().data()).isEqualTo(event.json());
                assertThat(reader.event().type()).isEqualTo(event.type());
                assertThat(reader.event().id()).isEqualTo(Long.toString(event.id()));
            }
            assertThat(reader.next()).isFalse();
        }
    }

    /** The same JSON, written with line breaks between its tokens, as another writer may. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "\ndata: x\n\nid: 9\n"})
    void jsonOnSeveralLinesIsStillOneLine(String end) throws IOException {
        var run = new RunScript().raw("debug", "{\"type\":" + end.substring(0, 1) + "\"debug\"}" + end);
        SseReader reader = reader(run.frames(format));
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().id()).isEqualTo("1");
        assertThat(reader.event().data()).startsWith("{\"type\": \"debug\"}");
        assertThat(reader.next()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "error", "", "a\nid: 7", "a b", "Message"})
    void aNameThatABrowserTakesForSomethingElseIsLeftOut(String type) throws IOException {
        SseReader reader = reader(new RunScript().raw(type, "{}").frames(format));
        assertThat(reader.next()).isTrue();
        assertThat(reader.event().type()).isEqualTo("message");
        assertThat(reader.event().id()).isEqualTo("1");
        assertThat(reader.next()).isFalse();
    }

    @Test
    void aFailureHasNoPlaceSoThatWhoComesBackMissesNothing() throws IOException {
        SseReader reader = reader(RunScript.answer("Hi").framesAndFailure(format, 3));
        for (int i = 0; i < 4; i++) {
            assertThat(reader.next()).isTrue();
        }
        assertThat(reader.event().type()).isEqualTo("stream_error");
        assertThat(reader.event().id()).isEqualTo("3"); // that of the event before
        assertThat(Json.readObject(reader.event().data()))
                .containsEntry("type", "stream_error")
                .containsEntry("error", "The server stops.")
                .containsEntry("details", Map.of("code", "server_shutdown", "retryable", true));
        assertThat(reader.next()).isFalse();
    }

    @Test
    void aHeartbeatIsNoEvent() throws IOException {
        var frames = new ArrayList<String>();
        format.encoder("s1").heartbeat(frames::add);
        assertThat(frames).hasSize(1);
        assertThat(reader(frames).next()).isFalse();
    }

    static SseReader reader(List<String> frames) {
        byte[] bytes = String.join("", frames).getBytes(StandardCharsets.UTF_8);
        return new SseReader(new ByteArrayInputStream(bytes), Limits.defaults());
    }
}
