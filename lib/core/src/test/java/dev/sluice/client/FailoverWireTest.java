package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real connections that break at any byte: a recorded answer of Claude's, gone on with over each other wire in turn. */
@Timeout(60)
class FailoverWireTest {
    private static final Pattern ANCHOR = Pattern.compile("<last_words>(.+)</last_words>", Pattern.DOTALL);
    private static final String REST = "… and so on, says another one.";

    /** Each other wire gets a share of the bytes; 19 and the number of wires have no common divisor. */
    private static final int STEP = 19;

    @Test
    void anAnswerThatBreaksAtAnyByteGoesOnAtAnotherVendor() {
        byte[] whole = Script.transcriptBytes("claude-text.sse");
        int gone = 0;
        for (int cut = 1; cut < whole.length; cut += STEP) {
            Wire wire = Wires.ALL.get(1 + cut % (Wires.ALL.size() - 1));
            byte[] part = Arrays.copyOf(whole, cut);
            try (var first = ScriptedPeer.serving(Script.stream().sse(part).cut());
                    var second = ScriptedPeer.answering(request -> goesOn(wire, request.bodyText()));
                    var a = ClientFixture.client(first.uri(""), settings -> {});
                    var b = ClientFixture.client(wire.at(second.uri("")), settings -> settings.model("model-1"));
                    var both = Failover.builder(a, b).midAnswer().build();
                    var stream = both.stream(FailoverFixture.REQUEST)) {
                var said = new StringBuilder();
                InterruptedAnswerServer.decode(part, event -> {
                    if (event instanceof ContentBlockDelta(int index, TextDelta(String text))) {
                        said.append(text);
                    }
                });
                var came = ClientFixture.collect(stream);
                if (came.failure() == null) {
                    assertThat(stream.snapshot().text())
                            .as("%d bytes, then %s", cut, Wires.name(wire))
                            .isEqualTo(said + REST);
                    gone++;
                } else { // all was said
                    assertThat(stream.snapshot().text()).isEqualTo(said.toString());
                    assertThat(stream.snapshot().finishReason()).isEqualTo(FinishReason.STOP);
                }
            }
        }
        assertThat(gone).isGreaterThan(100);
    }

    private static Script goesOn(Wire wire, String request) {
        Matcher anchor = ANCHOR.matcher(request);
        String words = anchor.find() ? (String) Json.readAny("\"" + anchor.group(1) + "\"") : "";
        return Script.stream(wire.stream(Wires.answer(FinishReason.STOP, new Text(words + REST))));
    }
}
