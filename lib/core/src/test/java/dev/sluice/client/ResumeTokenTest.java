package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.StreamController;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.client.KeptAnswerServer.Cut;
import dev.sluice.client.KeptAnswerServer.Wire;
import dev.sluice.message.MessageChunk;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer in the background goes from one client to another, in a text. */
@Timeout(60)
class ResumeTokenTest {
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("gpt-\u00e4")
            .user("a secret question")
            .header("x-secret", "of-mine")
            .put("background", true)
            .build();

    private final List<AutoCloseable> open = new ArrayList<>();
    private KeptAnswerServer server = new KeptAnswerServer(Wire.RESPONSES, Wire.RESPONSES.transcripts.getFirst());
    private final ScriptedPeer peer = ScriptedPeer.answering(request -> server.apply(request));

    private LlmClient client(Wire wire) {
        LlmClient client = ClientFixture.client(wire.at(peer.uri("")), settings -> {});
        open.add(client);
        return client;
    }

    private LlmClient client() {
        return client(Wire.RESPONSES);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        peer.close();
    }

    private long cancels() {
        return peer.requests().stream()
                .filter(request -> request.path().endsWith("/cancel"))
                .count();
    }

    private static List<StreamEvent> take(MessageStream stream, int count) {
        Iterator<StreamEvent> events = stream.iterator();
        var taken = new ArrayList<StreamEvent>();
        for (int i = 0; i < count; i++) {
            taken.add(events.next());
        }
        return taken;
    }

    @ParameterizedTest
    @EnumSource
    void anotherClientGoesOnBehindTheLastEventThatWasHandedOut(Wire wire) {
        server = new KeptAnswerServer(wire, wire.transcripts.getFirst());
        server.cuts.add(new Cut(server.length(0, 9), Script::stall));
        MessageStream first = client(wire).stream(REQUEST);
        List<StreamEvent> events = take(first, 4);
        String token = first.detach();
        assertThat(first.endReason()).contains(new Cancelled("detached"));
        assertThat(ClientFixture.collect(client(wire).stream(REQUEST)).failure())
                .isNull(); // of its own
        server.begun--;

        MessageStream second = client(wire).resume(token, StreamController.withCancellation());
        List<String> handled = new ArrayList<>();
        second.on(Signal.TEXT, (delta, whole) -> handled.add(delta));
        ClientFixture.CollectedEvents rest = ClientFixture.collect(second);
        events.addAll(rest.events());
        assertThat(events).isEqualTo(server.uncut().events());
        assertThat(String.join("", handled)).isEqualTo(textOf(rest.events()));
        assertThat(second.endReason()).contains(new Completed());
        assertThat(second.resumeToken()).isEmpty();
        assertThat(server.begun).isOne();
        close(first, second);
        assertThat(cancels()).isZero();
    }

    static String textOf(List<StreamEvent> events) {
        var text = new StringBuilder();
        events.stream().map(MessageChunk::of).filter(Objects::nonNull).forEach(chunk -> text.append(chunk.text()));
        return text.toString();
    }

    private static void close(MessageStream... streams) {
        for (MessageStream stream : streams) {
            stream.close();
        }
    }

    /** A real one: what a token needs is in it, and in nothing else. */
    @Test
    void anotherProcessDoes() throws Exception {
        server.cuts.add(new Cut(server.length(0, 12), Script::stall));
        MessageStream first = client().stream(REQUEST);
        take(first, 5);
        String before = first.snapshot().text();
        String token = first.detach();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        peer.uri("").toString(),
                        token)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).isZero();
        String whole = textOf(server.uncut().events());
        assertThat(said).isEqualTo(whole.substring(before.length()) + "|" + whole);
        assertThat(server.begun).isOne();
        assertThat(cancels()).isZero();
    }

    /** Prints the words that it is handed, and those of the message. */
    static final class OtherProcess {
        public static void main(String[] args) {
            try (var client = ClientFixture.client(Wire.RESPONSES.at(URI.create(args[0])), settings -> {});
                    var stream = client.resume(args[1])) {
                var words = new StringBuilder();
                stream.on(Signal.TEXT, (delta, whole) -> words.append(delta));
                String whole = stream.finalText();
                new PrintStream(System.out, true, StandardCharsets.UTF_8).print(words + "|" + whole);
            }
        }
    }

    @Test
    void aFailedStreamCanBeTakenUp() {
        server.instead = request -> Script.json(404, "{\"error\":{\"message\":\"no\"}}");
        server.cuts.add(Cut.after(server.length(0, 9)));
        MessageStream first = client().stream(REQUEST);
        ClientFixture.CollectedEvents before = ClientFixture.collect(first);
        assertThat(before.failure()).isNotNull();
        server.instead = request -> null;
        var events = new ArrayList<>(before.events());
        events.addAll(ClientFixture.collect(client().resume(first.resumeToken().orElseThrow()))
                .events());
        assertThat(events).isEqualTo(server.uncut().events());
    }

    @Test
    void beforeTheFirstEventIsTakenTheTokenIsOfAllOfIt() {
        MessageStream first = client().stream(REQUEST);
        first.response();
        await().until(() -> first.resumeToken().isPresent());
        String token = first.detach();
        assertThat(ClientFixture.collect(client().resume(token)).events())
                .isEqualTo(server.uncut().events());
    }

    @Test
    void whoClosesAStreamThatTookOverStopsTheAnswer() {
        server.cuts.add(new Cut(server.length(0, 12), Script::stall));
        MessageStream first = client().stream(REQUEST);
        take(first, 5);
        String token = first.detach();
        server.cuts.add(new Cut(server.length(0, 14), Script::stall));
        LlmClient other = client();
        MessageStream second = other.resume(token);
        take(second, 1);
        second.close();
        other.close();
        assertThat(cancels()).isOne();
    }

    @Test
    void anAnswerThatIsGoneIsTheServersError() {
        server.cuts.add(new Cut(server.length(0, 12), Script::stall));
        MessageStream first = client().stream(REQUEST);
        take(first, 5);
        String token = first.detach();
        server.instead = request -> Script.json(404, "{\"error\":{\"message\":\"no\"}}");
        MessageStream second = client().resume(token);
        assertThatThrownBy(second::done)
                .isInstanceOfSatisfying(
                        ApiError.class, e -> assertThat(e.status()).isEqualTo(404));
    }

    @Test
    void aTokenOfMoreThanTheAnswerHasIsAFailure() {
        var real = new ResumeToken("openai-responses", "m", "resp_1", "7", 0);
        var longer = new ResumeToken("openai-responses", "m", "resp_1", "7777", 0);
        assertThat(ClientFixture.collect(client().resume(real.text())).failure())
                .isNull();
        MessageStream stream = client().resume(longer.text());
        assertThatThrownBy(stream::done)
                .isInstanceOfSatisfying(
                        ProtocolError.class,
                        e -> assertThat(e.partial().text())
                                .isEqualTo(textOf(server.uncut().events())));
    }

    @Test
    void aTokenOfAnotherProviderIsRefused() {
        String token = new ResumeToken("gemini-interactions", "m", "v1_a", "", 0).text();
        assertThatThrownBy(() -> client().resume(token))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gemini-interactions")
                .hasMessageContaining("openai-responses");
        LlmClient claude = ClientFixture.client(
                Claude.builder()
                        .apiKey("test-key")
                        .baseUrl(peer.uri("").toString())
                        .build(),
                settings -> {});
        open.add(claude);
        String own = new ResumeToken("claude", "m", "msg_1", "", 0).text();
        assertThatThrownBy(() -> claude.resume(own)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(peer.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.",
                "1......",
                "1.x.YQ.YQ.YQ.YQ.",
                "1.-1.YQ.YQ.YQ.YQ.",
                "2.1.YQ.YQ.YQ.YQ.",
                "1.1.%.YQ.YQ.YQ."
            })
    void whatIsNoTokenIsRefused(String text) {
        assertThatThrownBy(() -> client().resume(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("token: ")
                .hasMessageContaining("resumeToken()");
    }

    /** Nor is any part of one. */
    @Test
    void aTokenThatWasCutIsRefused() {
        String whole = new ResumeToken("openai-responses", "m", "resp_1", "7", 3).text();
        assertThat(ResumeToken.parse(whole).text()).isEqualTo(whole);
        for (int length = 0; length < whole.length(); length++) {
            String part = whole.substring(0, length);
            assertThatThrownBy(() -> ResumeToken.parse(part))
                    .as(part)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("token: ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "a\nb"})
    void anIdThatCannotBeAnAnswersIsRefused(String id) {
        String token = new ResumeToken("openai-responses", "m", id, "", 0).text();
        assertThatThrownBy(() -> client().resume(token)).isInstanceOf(IllegalArgumentException.class);
    }

    /** An id from a stranger stays in its place in the address. */
    @Test
    void anIdIsOneSegmentOfTheAddress() {
        server.instead = request -> Script.json(404, "{}");
        String token = new ResumeToken("openai-responses", "m", "../files?x=1#", "", 0).text();
        assertThatThrownBy(() -> client().resume(token).done()).isInstanceOf(ApiError.class);
        assertThat(peer.requests().getFirst().path()).isEqualTo("/v1/responses/..%2Ffiles%3Fx%3D1%23?stream=true");
    }

    @Test
    void aTokenHoldsNoKeyAndNoWord() {
        server.cuts.add(new Cut(server.length(0, 12), Script::stall));
        MessageStream first = client().stream(REQUEST);
        take(first, 5);
        String token = first.resumeToken().orElseThrow();
        String words = Stream.of(token.split("\\."))
                .skip(2)
                .map(part -> new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8))
                .collect(Collectors.joining(" "));
        assertThat(words)
                .contains("resp_", "openai-responses", "gpt-\u00e4")
                .doesNotContain(
                        "test-key",
                        "secret",
                        "of-mine",
                        "tide",
                        first.snapshot().text());
    }
}
