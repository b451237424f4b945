package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How a stream is cut and how its lines end makes no difference. */
class SseReaderLawTest {
    /** Bytes. The places to cut longer streams at are shared out among the line endings, for the time grows with the square. */
    private static final int LONG = 2 << 10;

    static Stream<Arguments> transcripts() {
        return Streams.transcripts()
                .flatMap(name -> Stream.of(LineEnding.LF, LineEnding.CR, LineEnding.CRLF, LineEnding.MIXED_FROM_CR)
                        .map(ending -> Arguments.of(name, ending)));
    }

    @ParameterizedTest
    @EnumSource
    void anAwkwardStreamIsTheSameHoweverItIsCutAndItsLinesEnd(LineEnding ending) throws IOException {
        for (byte[] stream : Streams.awkward().toList()) {
            assertSameHoweverCut(ending.of(stream), SpecReader.events(stream), 0, 1);
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void aTranscriptIsTheSameHoweverItIsCutAndItsLinesEnd(String name, LineEnding ending) throws IOException {
        byte[] stream = Streams.transcript(name);
        List<SseEvent> expected = SpecReader.events(stream);
        assertThat(expected).hasSizeGreaterThan(1);
        int step = stream.length > LONG ? LineEnding.values().length : 1;
        assertSameHoweverCut(ending.of(stream), expected, ending.ordinal() % step, step);
    }

    @ParameterizedTest
    @MethodSource("dev.sluice.sse.Streams#transcripts")
    void aTranscriptHasAnEventForEachOfItsDataLinesThatABlankLineFollows(String name) throws IOException {
        String[] blocks = new String(Streams.transcript(name), StandardCharsets.UTF_8)
                .replace("\r\n", "\n")
                .split("\n\n", -1);
        var data = new ArrayList<String>();
        for (int i = 0; i < blocks.length - 1; i++) {
            data.add(blocks[i].substring(blocks[i].indexOf("data: ") + 6));
        }
        assertThat(Streams.read(ScriptedInputStream.of(Streams.transcript(name))))
                .extracting(SseEvent::data)
                .isEqualTo(data);
    }

    private static void assertSameHoweverCut(byte[] stream, List<SseEvent> expected, int first, int step)
            throws IOException {
        assertThat(Streams.read(ScriptedInputStream.of(stream))).as("whole").isEqualTo(expected);
        for (int at = first; at <= stream.length; at += step) {
            assertSame(Streams.read(ScriptedInputStream.cut(stream, at)), expected, "cut at ", at);
        }
        for (int size = 1; size <= 7; size++) {
            assertSame(Streams.read(ScriptedInputStream.ofSize(size, stream)), expected, "reads of ", size);
        }
    }

    private static void assertSame(List<SseEvent> events, List<SseEvent> expected, String how, int number) {
        if (!events.equals(expected)) { // an assertion each costs more than the reading
            assertThat(events).as(how + number).isEqualTo(expected);
        }
    }
}
