package dev.sluice.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.message.StreamEvent;
import dev.sluice.test.peer.Script;
import dev.sluice.test.server.Answer;
import dev.sluice.test.server.Fault;
import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is recorded of a live stream is what is replayed of it, to the event. */
@Timeout(30)
class RecordingTest {
    private static final TransportRequest ASKED = new TransportRequest(
            "POST",
            URI.create("https://key@api.invalid/p?key=secret"),
            Map.of("x-api-key", "secret"),
            "secret".getBytes(StandardCharsets.UTF_8));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void aReplayedStreamHasTheEventsOfTheLiveOne(Providers provider) throws Exception {
        Path file = folder.resolve("live.jsonl");
        Answer answer = Answer.thinking("Hm").thenText("Grüße", " 👋").thenToolCall("t", "{}");
        List<StreamEvent> live;
        try (var server = ScriptedServer.start(answer);
                var transport =
                        RecordingTransport.to(file, JdkHttpTransport.builder().build())) {
            live = events(provider, server.uri(), transport);
        }

        Recording recording = Recording.read(file).atOnce();
        assertThat(recording.exchanges()).isEqualTo(1);
        assertThat(events(provider, URI.create("http://api.invalid"), recording.transport()))
                .isEqualTo(live);
        try (var server = recording.serve();
                var transport = JdkHttpTransport.builder().build()) {
            assertThat(events(provider, server.uri("/"), transport)).isEqualTo(live);
        }
    }

    @Test
    void aBrokenStreamBreaksAgainAndABrokenConnectionDoes() throws Exception {
        Path file = folder.resolve("broken.jsonl");
        try (var transport = RecordingTransport.to(
                file, InMemoryTransport.answering(Answer.text("one", "two").failing(Fault.CUT)))) {
            assertThatThrownBy(() -> events(Providers.CLAUDE, URI.create("http://api.invalid"), transport))
                    .isInstanceOf(StreamException.ConnectionFailed.class);
        }
        try (var transport = Recording.read(file).atOnce().transport()) {
            assertThatThrownBy(() -> events(Providers.CLAUDE, URI.create("http://api.invalid"), transport))
                    .isInstanceOfSatisfying(
                            StreamException.ConnectionFailed.class,
                            e -> assertThat(e.partial().text()).isEqualTo("one"));
        }
        Path refused = folder.resolve("refused.jsonl");
        try (var transport = RecordingTransport.to(
                refused, InMemoryTransport.scripted(r -> Script.empty().cut()))) {
            assertThatThrownBy(() -> transport.open(ASKED)).isInstanceOf(IOException.class);
        }
        try (var transport = Recording.read(refused).transport()) {
            assertThatThrownBy(() -> transport.open(ASKED)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void noSecretIsWritten() throws Exception {
        Path file = folder.resolve("secrets.jsonl");
        Script script = Script.json(
                200,
                "{}",
                "set-cookie",
                "secret",
                "Anthropic-Organization-Id",
                "secret",
                "openai-project",
                "secret",
                "request-id",
                "req_1");
        try (var transport = RecordingTransport.to(file, InMemoryTransport.scripted(request -> script));
                TransportResponse response = transport.open(ASKED)) {
            assertThat(response.body().readAllBytes()).hasSize(2);
            assertThat(response.header("set-cookie")).contains("secret");
        }
        assertThat(file)
                .content()
                .contains("req_1", "POST https://api.invalid/p")
                .doesNotContain("secret", "key@");
    }

    @Test
    void thePaceIsTheRecordedOneUnlessAnotherIsWanted() throws Exception {
        Path file = folder.resolve("paced.jsonl");
        Answer slow = Answer.text("a", "b", "c").pace(Pace.every(Duration.ofMillis(30)));
        try (var transport = RecordingTransport.to(file, InMemoryTransport.answering(slow))) {
            events(Providers.CLAUDE, URI.create("http://api.invalid"), transport);
        }
        assertThat(took(Recording.read(file))).isGreaterThanOrEqualTo(Duration.ofMillis(80));
        Path anHour = folder.resolve("hour.jsonl");
        Files.writeString(
                anHour,
                Files.readString(file)
                        .replaceFirst(
                                "[\\d.]+,\"text\":\"event: message_delta", "3600000,\"text\":\"event: message_delta"));
        Recording recording = Recording.read(anHour);
        assertThat(took(recording.atSpeed(36_000))).isGreaterThanOrEqualTo(Duration.ofMillis(90));
        took(recording.atOnce()); // or this test takes an hour
        assertThatThrownBy(() -> recording.atSpeed(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRequestTooManyIsToldSo() throws Exception {
        Path file = folder.resolve("empty.jsonl");
        Files.writeString(file, "");
        try (var client = LlmClient.builder(Providers.CLAUDE.at(URI.create("http://api.invalid")))
                .transport(Recording.read(file).transport())
                .build()) {
            assertThatThrownBy(() -> client.send(Providers.REQUEST)).hasMessageContaining("has 0 exchanges");
        }
    }

    @Test
    void aRecordingThatWasCutOffEndsThereAndWhatIsNoneIsRefused() throws Exception {
        Path file = folder.resolve("cut.jsonl");
        try (var transport =
                RecordingTransport.to(file, InMemoryTransport.scripted(request -> Script.stream("a", "b")))) {
            try (TransportResponse response = transport.open(ASKED)) {
                assertThat(response.body().available()).isNotNegative();
                assertThat(response.body().read()).isEqualTo('a');
            }
            transport.open(ASKED).close();
        }
        Files.writeString(file, "{\"exchange\":3,\"mil", StandardOpenOption.APPEND);
        Recording recording = Recording.read(file).atOnce();
        assertThat(recording.exchanges()).isEqualTo(2);
        try (var transport = recording.transport();
                TransportResponse response = transport.open(ASKED)) {
            assertThat(response.body().read()).isEqualTo('a');
            assertThatThrownBy(() -> response.body().read()).isInstanceOf(IOException.class);
        }
        Files.writeString(file, "{}\n");
        assertThatThrownBy(() -> Recording.read(file)).hasMessageContaining("line 1");
        Files.writeString(file, "no\n{}\n");
        assertThatThrownBy(() -> Recording.read(file)).hasMessageContaining("line 1");
        Files.writeString(file, "{\"exchange\":1,\"status\":200,\"headers\":{}}\n{\"exchange\":1,\"text\":\"a\"}\n");
        try (var transport = Recording.read(file).transport();
                TransportResponse response = transport.open(ASKED)) {
            assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void bytesThatAreNoTextAreKept() throws Exception {
        Path file = folder.resolve("bytes.jsonl");
        byte[] half = {(byte) 0xc3};
        Script script = Script.stream().sse(half).end();
        try (var transport = RecordingTransport.to(file, InMemoryTransport.scripted(request -> script));
                TransportResponse response = transport.open(ASKED)) {
            assertThat(response.body().readAllBytes()).isEqualTo(half);
        }
        try (var transport = Recording.read(file).transport();
                TransportResponse response = transport.open(ASKED)) {
            assertThat(response.body().readAllBytes()).isEqualTo(half);
        }
    }

    @Test
    void whatCannotBeWrittenFailsAndIsNotSwallowed() throws Exception {
        assertThatThrownBy(() -> RecordingTransport.to(
                        folder.resolve("none/file"), JdkHttpTransport.builder().build()))
                .isInstanceOf(IOException.class);
        Path file = folder.resolve("interrupted.jsonl");
        try (var transport = RecordingTransport.to(file, InMemoryTransport.answering())) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> transport.open(ASKED)).isInstanceOf(InterruptedException.class);
        }
        assertThat(file).content().contains("\"end\":\"closed\"");
    }

    private static Duration took(Recording recording) {
        long start = System.nanoTime();
        events(Providers.CLAUDE, URI.create("http://api.invalid"), recording.transport());
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static List<StreamEvent> events(Providers provider, URI server, HttpTransport transport) {
        List<StreamEvent> events = new ArrayList<>();
        try (var client = LlmClient.builder(provider.at(server))
                        .transport(transport)
                        .build();
                var stream = client.stream(Providers.REQUEST)) {
            stream.forEach(events::add);
        }
        return events;
    }
}
