package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What belongs to no event is passed over, as the standard says, and kept for who wants to know. */
class SseReaderUnparsedLinesTest {
    private static final String ERROR = "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"Grüße\"\n  }\n}";

    @ParameterizedTest
    @EnumSource(names = {"LF", "CR", "CRLF", "MIXED_FROM_LF"})
    void bareJsonAfterTheEventsIsKeptWhateverItsLineEndsAndWhereverItIsCut(LineEnding ending) throws IOException {
        for (String end : List.of("", "\n", "\n\n")) {
            byte[] stream = ending.of(ScriptedInputStream.utf8("data: x\n\n" + ERROR + end));
            for (int at = 0; at <= stream.length; at++) {
                assertThat(unparsedLines(ScriptedInputStream.cut(stream, at)))
                        .as("cut at " + at)
                        .isEqualTo(ERROR);
            }
            for (int size = 1; size <= 3; size++) {
                assertThat(unparsedLines(ScriptedInputStream.ofSize(size, stream)))
                        .isEqualTo(ERROR);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.sluice.sse.Streams#transcripts")
    void aStreamOfEventsLeavesNothing(String name) throws IOException {
        String left = unparsedLines(ScriptedInputStream.of(Streams.transcript(name)));
        if (name.equals("gemini-midstream-error.sse")) {
            assertThat(left).startsWith("{\n").endsWith("\n}").contains("\"UNAVAILABLE\"");
        } else {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "data: x\n\n",
                "data: x\n",
                "data: x",
                "data",
                "event: a\nid: 1\nretry: 5",
                ": comment",
                ": comment\n:\n",
                "\uFEFFdata: x\n\n",
                "{\n\ndata: x\n\n",
                "foo: 1\ndata: x\nbar: 2\n\n",
                "foo: 1\ndata: x\n\n: end"
            })
    void whatIsAFieldOrACommentOrStandsBeforeTheLastEventIsNotKept(String stream) throws IOException {
        assertThat(unparsedLines(ScriptedInputStream.of(stream))).isEmpty();
    }

    @Test
    void aLastLineThatNothingEndsIsKept() throws IOException {
        assertThat(unparsedLines(ScriptedInputStream.of("data: x\n\ninvalid chunk")))
                .isEqualTo("invalid chunk");
        assertThat(unparsedLines(ScriptedInputStream.of("data: x\n\n{\n", "}"))).isEqualTo("{\n}");
        assertThat(unparsedLines(ScriptedInputStream.of("dat"))).isEqualTo("dat");
    }

    @Test
    void blankLinesAndFieldsBetweenThemDoNotEndThem() throws IOException {
        assertThat(unparsedLines(ScriptedInputStream.of("{\n\n\"a\": 1\n: comment\nid: 7\n\n}\n")))
                .isEqualTo("{\n\"a\": 1\n}");
        assertThat(unparsedLines(ScriptedInputStream.of("{\ndata: dropped\n}\n")))
                .isEqualTo("{\n}");
    }

    @Test
    void noMoreIsKeptThanTheLimit() throws IOException {
        String line = "é".repeat(500);
        String left = unparsedLines(ScriptedInputStream.of((line + "\n\n").repeat(1000) + "end"));
        assertThat(left).startsWith(line + "\n" + line);
        assertThat(left.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(65_000, SseReader.MAX_UNFRAMED + 2);
    }

    private static String unparsedLines(ScriptedInputStream in) throws IOException {
        var reader = new SseReader(in, Limits.defaults());
        while (reader.next()) {
            assertThat(reader.data()).isNotNull();
        }
        return reader.unparsedLines();
    }
}
