package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.client.KeptAnswerServer.Cut;
import dev.sluice.client.KeptAnswerServer.Wire;
import dev.sluice.message.MessageRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.MessageStart;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.ToolLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A run with a journal whose process stops within an answer that the server keeps: another one gets all of that answer. */
@Timeout(60)
class ResumedRunTest {
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("gpt-5")
            .maxTokens(1000)
            .user("Tell me about rivers")
            .put("background", true)
            .build();

    private final KeptAnswerServer server = new KeptAnswerServer(Wire.RESPONSES, "responses-text");
    private final RunJournal journal = RunJournal.inMemory();

    private String runUntilItsClientIsClosed(ScriptedPeer peer) {
        server.cuts.add(new Cut(server.length(0, 12), Script::stall));
        LlmClient client = ClientFixture.client(server.wire.at(peer.uri("")), settings -> {});
        var words = new StringBuilder();
        try (ToolLoop loop =
                ToolLoop.builder(client, REQUEST).journal(journal.claim("r")).start()) {
            for (RunEvent event : loop) {
                if (event instanceof RunEvent.MessageDelta delta
                        && !delta.text().isEmpty()) {
                    words.append(delta.text());
                    client.close();
                }
            }
        } catch (dev.sluice.StreamException.Cancelled expected) {
            // the client was closed
        }
        return words.toString();
    }

    @Test
    void allOfItIsFetchedAndNothingIsPaidForTwice() {
        try (var peer = ScriptedPeer.answering(server)) {
            assertThat(runUntilItsClientIsClosed(peer)).isNotEmpty();
            RunJournal.Claim claim = org.awaitility.Awaitility.await()
                    .until(journal::claimAbandoned, java.util.Optional::isPresent)
                    .orElseThrow();
            try (var client = ClientFixture.client(server.wire.at(peer.uri("")), settings -> {});
                    ToolLoop loop =
                            ToolLoop.builder(client, REQUEST).journal(claim).start()) {
                var words = new StringBuilder();
                int starts = 0;
                for (RunEvent event : loop) {
                    if (event instanceof RunEvent.MessageDelta delta) {
                        words.append(delta.text());
                    }
                    starts += event instanceof MessageStart ? 1 : 0;
                }
                assertThat(words.toString())
                        .isEqualTo(ResumeTokenTest.textOf(server.uncut().events()));
                assertThat(loop.finalText()).isEqualTo(words.toString());
                assertThat(starts).isOne();
                assertThat(loop.turns()).isOne();
            }
            assertThat(server.begun).isOne();
            assertThat(peer.requests()).noneMatch(request -> request.path().endsWith("/cancel"));
        }
    }

    @Test
    void ifItIsGoneTheModelIsAskedAgain() {
        try (var peer = ScriptedPeer.answering(server)) {
            assertThat(runUntilItsClientIsClosed(peer)).isNotEmpty();
            server.instead = request -> Script.json(404, "{\"error\":{\"message\":\"no\"}}");
            RunJournal.Claim claim = org.awaitility.Awaitility.await()
                    .until(journal::claimAbandoned, java.util.Optional::isPresent)
                    .orElseThrow();
            try (var client = ClientFixture.client(server.wire.at(peer.uri("")), settings -> {});
                    ToolLoop loop =
                            ToolLoop.builder(client, REQUEST).journal(claim).start()) {
                assertThat(loop.finalText())
                        .isEqualTo(ResumeTokenTest.textOf(server.uncut().events()));
                assertThat(loop.turns()).isEqualTo(2);
            }
            assertThat(server.begun).isEqualTo(2);
        }
    }
}
