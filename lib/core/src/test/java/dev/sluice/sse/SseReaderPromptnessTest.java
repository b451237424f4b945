package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An event is handed out as soon as its blank line is there: a read that might block comes after it. */
class SseReaderPromptnessTest {

    @ParameterizedTest
    @ValueSource(strings = {"\n\n", "\r\r", "\r\n\r\n", "\n\r\n", "\r\n\n", "\n\r", "\r\n\r", "\r\r\n"})
    void anEventWaitsForNoByteAfterItsBlankLine(String ends) throws IOException {
        var in = ScriptedInputStream.of("data: x" + ends).thenFail();
        var reader = new SseReader(in, Limits.defaults());
        assertThat(reader.next()).isTrue();
        assertThat(reader.data()).isEqualTo("x");
        assertThatThrownBy(reader::next).isInstanceOf(ScriptedInputStream.Broken.class);
    }

    @Test
    void theLineFeedThatComesLateIsNoBlankLineOfItsOwn() throws IOException {
        var in = ScriptedInputStream.of("id: 1\ndata: x\r\n\r", "\n", "data: y\r", "\n\r", "\n", "data: z\r", "\r");
        assertThat(Streams.read(in)).extracting(SseEvent::data).containsExactly("x", "y", "z");
        // Were the LF behind "data: y\r" a blank line, z would have none to join.
        in = ScriptedInputStream.of("data: y\r", "", "\ndata: z\r", "", "\n\r", "", "\n", "data: after\n\n");
        assertThat(Streams.read(in)).extracting(SseEvent::data).containsExactly("y\nz", "after");
    }

    @ParameterizedTest
    @EnumSource
    void whereverAStreamFallsSilentAllIsThereThatIsWhole(LineEnding ending) throws IOException {
        Stream<byte[]> transcripts =
                Stream.of("claude-text.sse", "gemini-text.sse").map(Streams::transcript);
        for (byte[] source : Stream.concat(Streams.awkward().filter(s -> s.length < 1000), transcripts)
                .toList()) {
            byte[] stream = ending.of(source);
            List<SseEvent> all = SpecReader.events(stream);
            int whole = 0;
            for (int at = 0; at <= stream.length; at++) {
                boolean mayComplete = at > 0 && (stream[at - 1] == '\n' || stream[at - 1] == '\r');
                whole = mayComplete
                        ? SpecReader.events(Arrays.copyOf(stream, at)).size()
                        : whole;
                assertAllThereAt(at, stream, whole, all);
            }
        }
    }

    private static void assertAllThereAt(int at, byte[] stream, int whole, List<SseEvent> all) throws IOException {
        var in = ScriptedInputStream.of(Arrays.copyOf(stream, at))
                .thenFail()
                .then(Arrays.copyOfRange(stream, at, stream.length));
        var reader = new SseReader(in, Limits.defaults());
        var events = new ArrayList<SseEvent>();
        try {
            while (reader.next()) {
                events.add(reader.event());
            }
            throw new AssertionError("no read at " + at);
        } catch (ScriptedInputStream.Broken silence) {
            if (events.size() != whole) {
                assertThat(events).as("at " + at).isEqualTo(all.subList(0, whole));
            }
        }
        events.addAll(Streams.read(reader));
        if (!events.equals(all)) {
            assertThat(events).as("silent at " + at).isEqualTo(all);
        }
    }
}
