package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.inputJson;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.signature;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.thinking;
import static dev.sluice.test.peer.ClaudeWire.thinkingStart;
import static dev.sluice.test.peer.ClaudeWire.toolStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Completed;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.Truncated;
import dev.sluice.message.StreamEvent;
import dev.sluice.test.peer.Script;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An answer is whole with its end marker and cut without, wherever the cut is. */
@Timeout(60)
class CutAnswersTest {
    private static final String[] ANSWER = {
        messageStart(),
        thinkingStart(0),
        thinking(0, "hm"),
        signature(0, "sig"),
        blockStop(0),
        textStart(1),
        text(1, "Let me "),
        text(1, "look."),
        blockStop(1),
        toolStart(2, "toolu_1", "weather"),
        inputJson(2, "{\"city\":"),
        inputJson(2, "\"Porto\"}"),
        blockStop(2),
        messageDelta("tool_use", 3),
        messageStop()
    };

    @Test
    void anEndBeforeTheEndMarkerIsTruncatedWhereverItIs() {
        for (int end = 0; end < ANSWER.length; end++) {
            assertCut(end, Script.stream(Arrays.copyOf(ANSWER, end)), Truncated.class);
        }
    }

    @Test
    void aConnectionThatBreaksIsAFailureWhereverItDoes() {
        for (int end = 0; end < ANSWER.length; end++) {
            String part = ANSWER[end].substring(0, ANSWER[end].length() / 2);
            Script cut = Script.stream().sse(Arrays.copyOf(ANSWER, end)).cutInsideChunk(part);
            assertCut(end, cut, ConnectionFailed.class);
        }
    }

    // After the end marker the connection's fate is nobody's business.
    @Test
    void withItsEndMarkerItIsWholeHoweverTheConnectionEnds() {
        Script all = Script.stream().sse(ANSWER);
        for (Script script : List.of(all.end(), all.cut(), all.reset(), all.stall(), all.cutInsideChunk("data: "))) {
            try (var fixture = ClientFixture.with(script);
                    var stream = fixture.stream()) {
                assertThat(stream.finalText()).isEqualTo("Let me look.");
                assertThat(stream.endReason()).contains(new Completed());
            }
        }
    }

    /** What was received is handed out, then one failure of the type is thrown and told; MESSAGE is not. */
    private static void assertCut(int end, Script script, Class<? extends StreamException> type) {
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.stream()) {
            List<String> told = new ArrayList<>();
            stream.on(Signal.MESSAGE, message -> told.add("message"))
                    .on(Signal.FINAL_MESSAGE, message -> told.add("final message"))
                    .on(Signal.ABORT, why -> told.add("abort"))
                    .on(Signal.ERROR, failure -> told.add(failure.getClass().getSimpleName()))
                    .on(Signal.END, () -> told.add("end"));
            ClientFixture.CollectedEvents collected = ClientFixture.collect(stream);
            assertThat(collected.events()).as("cut after %d events", end).hasSize(end);
            assertThat(collected.events()).noneMatch(StreamEvent.MessageStop.class::isInstance);
            assertThat(collected.failure()).isInstanceOfSatisfying(type, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.getCause() instanceof IOException).isEqualTo(e instanceof ConnectionFailed);
                assertThat(e.partial()).isEqualTo(stream.snapshot());
                assertThat(e.partial().text()).isEqualTo(end < 7 ? "" : end < 8 ? "Let me " : "Let me look.");
                assertThat(e.partial().toolUses()).hasSize(end < 10 ? 0 : 1);
            });
            assertThatThrownBy(stream::finalText).isSameAs(collected.failure());
            assertThat(told).containsExactly(type.getSimpleName(), "end");
        }
    }
}
