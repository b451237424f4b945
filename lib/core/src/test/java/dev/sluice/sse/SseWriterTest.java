package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseWriterTest {
    private static final String[] NASTY = {
        "",
        " ",
        "  ",
        "\n",
        "\r",
        "\r\n",
        "\n\r",
        "\n\n",
        "data: x",
        "event: x",
        "id: 1",
        "retry: 1",
        ":",
        "\n:",
        "\uFEFF",
        "\u2028",
        "\u2029",
        "\u0085",
        "\u000B",
        "\t",
        "\0",
        "é",
        "😊",
        "известни",
        "{\"a\":1}",
        "message",
        "ping",
        "\nevent: evil\n\n",
        "x"
    };

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final SseWriter writer = new SseWriter(out);

    @Test
    void writesFieldsAsTheStandardReadsThem() throws IOException {
        writer.write(new SseEvent("a", "1\n2", "7", Duration.ofSeconds(2)));
        writer.write(new SseEvent("message", "", "7", null));
        writer.comment("keep-alive");
        writer.retry(Duration.ofMillis(1500));
        writer.write(new SseEvent("", " x", "", null));
        assertThat(written()).isEqualTo("""
            retry: 2000
            event: a
            id: 7
            data: 1
            data: 2

            data:\s

            : keep-alive
            retry: 1500
            id:\s
            data:  x

            """);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        var random = new Random(42);
        for (int round = 0; round < 5_000; round++) {
            var bytes = new ByteArrayOutputStream();
            var eventWriter = new SseWriter(bytes);
            var expected = new ArrayList<SseEvent>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                var event = new SseEvent(
                        orElse(oneLine(nasty(random)), "message"),
                        nasty(random),
                        oneLine(nasty(random)).replace("\0", ""),
                        random.nextInt(3) == 0 ? Duration.ofMillis(random.nextInt(100_000)) : null);
                if (random.nextInt(4) == 0) {
                    eventWriter.comment(nasty(random));
                }
                eventWriter.write(event);
                expected.add(new SseEvent(
                        event.type(),
                        event.data().replace("\r\n", "\n").replace('\r', '\n'),
                        event.id(),
                        event.retry()));
            }
            assertThat(Streams.read(ScriptedInputStream.of(bytes.toByteArray())))
                    .isEqualTo(expected);
            assertThat(SpecReader.events(bytes.toByteArray())).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.sluice.sse.Streams#transcripts")
    void aTranscriptThatIsReadAndWrittenIsTheSame(String name) throws IOException {
        List<SseEvent> events = Streams.read(ScriptedInputStream.of(Streams.transcript(name)));
        for (SseEvent event : events) {
            writer.write(event);
        }
        assertThat(Streams.read(ScriptedInputStream.of(out.toByteArray()))).isEqualTo(events);
    }

    @Test
    void relaysReconnectionTimesIdsAndComments() throws IOException {
        writer.comment("keep-alive");
        writer.write(new SseEvent("message", "x", "42", Duration.ofMillis(1500)));
        assertThat(written()).isEqualTo(": keep-alive\nretry: 1500\nid: 42\ndata: x\n\n");
    }

    @Test
    void anIdIsWrittenWhenItChanges() throws IOException {
        for (String id : List.of("", "1", "1", "2", "", "")) {
            writer.write(new SseEvent("message", "x", id, null));
        }
        assertThat(Streams.read(ScriptedInputStream.of(out.toByteArray())))
                .extracting(SseEvent::id)
                .containsExactly("", "1", "1", "2", "", "");
        assertThat(written().lines().filter(line -> line.startsWith("id"))).containsExactly("id: 1", "id: 2", "id: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "a\nb", "a\rdata: x", "a\n\ndata: x\n\n", "\na"})
    void noTypeOrIdGoesOnOnANewLine(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(new SseEvent(text, "x", "", null)))
                .withMessage("type: must not have a line break");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(new SseEvent("a", "x", text, null)))
                .withMessage("id: must not have a line break");
        assertThat(out.size()).isZero();
    }

    @Test
    void refusesWhatReadersWouldIgnore() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(new SseEvent("a", "x", "1\0", null)))
                .withMessageStartingWith("id: ");
        for (Duration time :
                List.of(Duration.ofMillis(-1), SseReader.MAX_RETRY.plusMillis(1), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.write(new SseEvent("a", "x", "1", time)))
                    .withMessageStartingWith("retry: ");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> writer.retry(time))
                    .withMessageStartingWith("retry: ");
        }
        assertThat(out.size()).isZero();
    }

    @Test
    void aRefusedEventLeavesNoTrace() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.write(new SseEvent("a", "x", "1", Duration.ofMillis(-1))));
        writer.write(new SseEvent("message", "x", "1", null));
        assertThat(written()).isEqualTo("id: 1\ndata: x\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "a\ndata: x\n\n", "a\r\rdata: x\r\r", "a\r\n\r\nevent: x\r\n", "\n\n\n"})
    void aCommentStaysAComment(String text) throws IOException {
        writer.comment(text);
        assertThat(written().lines()).isNotEmpty().allMatch(line -> line.startsWith(": "));
        assertThat(written()).endsWith("\n");
        assertThat(Streams.read(ScriptedInputStream.of(written() + "data: y\n\n")))
                .containsExactly(SseEvent.of("y"));
    }

    @Test
    void theLongestReconnectionTimeIsReadAgain() throws IOException {
        for (Duration time : List.of(Duration.ZERO, SseReader.MAX_RETRY)) {
            writer.retry(time);
            writer.write(SseEvent.of("x"));
        }
        assertThat(Streams.read(ScriptedInputStream.of(out.toByteArray())))
                .extracting(SseEvent::retry)
                .containsExactly(Duration.ZERO, SseReader.MAX_RETRY);
    }

    @Test
    void whatHasNoUtf8BecomesAQuestionMark() throws IOException {
        writer.write(SseEvent.of("a\uD83Db"));
        assertThat(written()).isEqualTo("data: a?b\n\n");
    }

    @Test
    void writesEachEventInOnePieceAndDoesNotFlush() throws IOException {
        var pieces = new ArrayList<String>();
        var each = new SseWriter(new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("byte by byte");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                pieces.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
            }

            @Override
            public void flush() {
                throw new AssertionError("flushed");
            }
        });
        each.write(new SseEvent("a", "1\n2", "", null));
        each.comment("x\ny");
        each.retry(Duration.ZERO);
        assertThat(pieces).containsExactly("event: a\ndata: 1\ndata: 2\n\n", ": x\n: y\n", "retry: 0\n");
    }

    @Test
    void aFailureToWriteIsPassedOn() {
        var failure = new IOException("gone");
        var broken = new SseWriter(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw failure;
            }
        });
        assertThatThrownBy(() -> broken.write(SseEvent.of("x"))).isSameAs(failure);
    }

    private String written() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String nasty(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(NASTY[random.nextInt(NASTY.length)]);
        }
        return text.toString();
    }

    private static String oneLine(String text) {
        return text.replace("\n", "").replace("\r", "");
    }

    private static String orElse(String text, String other) {
        return text.isEmpty() ? other : text;
    }
}
