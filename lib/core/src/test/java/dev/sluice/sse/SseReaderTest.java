package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each field of a stream means. The numbers are those of ADR 6, part 4a. */
class SseReaderTest {
    /** What is tested, the stream, the events: {@code type|data}, in order. */
    static final List<List<String>> MEANINGS = List.of(
            List.of("1 event and data", "event: completion\ndata: {\"foo\":true}\n\n", "completion|{\"foo\":true}"),
            List.of("2 data without a name", "data: {\"foo\":true}\n\n", "message|{\"foo\":true}"),
            List.of("3 a name without data is no event", "event: ping\n\nevent: ping\n\n"),
            List.of("3 its name is not kept for the next", "event: ping\n\ndata: x\n\n", "message|x"),
            List.of(
                    "4 nothing leaks",
                    "event: a\ndata: 1\n\ndata: 2\n\nevent: c\ndata: 3\n\n",
                    "a|1",
                    "message|2",
                    "c|3"),
            List.of(
                    "5 lines of data, some empty",
                    "data: {\ndata: \"foo\":\ndata:  \ndata:\ndata: true}\n\n\n",
                    "message|{\n\"foo\":\n \n\ntrue}"),
            List.of("6 an extra blank line", "data: 1\ndata: 2\ndata: 3\n\n\n", "message|1\n2\n3"),
            List.of("7, 13 escapes are no line ends", "data: a\\n\\nb\\r\\rc\n\n", "message|a\\n\\nb\\r\\rc"),
            List.of(
                    "8 other line ends of Unicode",
                    "data: \u2028\u2029\u0085\u000B\f\n\n",
                    "message|\u2028\u2029\u0085\u000B\f"),
            List.of("20 blank lines around", "\n\ndata: Simple message\n\n\n", "message|Simple message"),
            List.of("21 a block of comments", ": a\n:b\n:\n\n"),
            List.of("22 one leading blank goes", "data:   indented\n\n", "message|  indented"),
            List.of("22 trailing ones stay", "data: trailing  \n\n", "message|trailing  "),
            List.of("22 none is needed", "data:nospace\n\n", "message|nospace"),
            List.of("22 a tab is none", "data:\ttab\n\n", "message|\ttab"),
            List.of("22 also before a name", "event:  two\ndata: x\n\n", " two|x"),
            List.of("23 nothing", ""),
            List.of("25 leading blank lines, CR", "\r\rdata: {}\r\r", "message|{}"),
            List.of("25 CR LF", "data: {}\r\n\r\n", "message|{}"),
            List.of("26 an end without an event", "invalid chunk\n\ndata: invalid chunk"),
            List.of("27 JSON without a field", "data: 1\n\n{\"error\":{\"code\":500}}\n\n", "message|1"),
            List.of("28 a byte order mark", "\uFEFFdata: x\n\n", "message|x"),
            List.of("28 only one", "\uFEFF\uFEFFdata: x\n\n"),
            List.of(
                    "28 only at the start",
                    "data: 1\n\n\uFEFFdata: 2\n\ndata: \uFEFF3\n\n",
                    "message|1",
                    "message|\uFEFF3"),
            List.of("28 half of one is data", "\u00EFdata: x\n\n"),
            List.of("29 a blank line of two kinds", "data: 1\n\r\ndata: 2\r\n\n", "message|1", "message|2"),
            List.of("30 no blank line at the end", "data: 1\n\ndata: 2\n", "message|1"),
            List.of("30 no line end at the end", "data: 1\n\ndata: 2", "message|1"),
            List.of("31 CR at the end", "data: 1\r\r", "message|1"),
            List.of("31 LF CR at the end", "data: 1\n\r", "message|1"),
            List.of(
                    "32 padding",
                    "event: ping\ndata: {\"type\": \"ping\"}      \n\n",
                    "ping|{\"type\": \"ping\"}      "),
            List.of("33 no names", "data: {\"type\":\"ping\"}\n\n", "message|{\"type\":\"ping\"}"),
            List.of("no colon", "data\n\ndata\ndata\n\ndata:", "message|", "message|\n"),
            List.of("an empty name", "event:\ndata: x\n\n", "message|x"),
            List.of("the last name counts", "event: a\nevent: b\ndata: x\n\n", "b|x"),
            List.of("an empty name takes one back", "event: a\nevent\ndata: x\n\n", "message|x"),
            List.of("a name after the data", "data: x\nevent: a\n\n", "a|x"),
            List.of("comments between fields", ":\nevent: a\n: x\ndata: 1\n:\ndata: 2\n\n", "a|1\n2"),
            List.of(
                    "names as they are written",
                    "Data: 1\n data: 2\ndata : 3\nDATA: 4\ndat: 5\ndatas: 6\ndata: x\n\n",
                    "message|x"),
            List.of("unknown fields", "x: 1\nevenx: 1\nretrx: 1\nix: 1\ndata: x\nfoo\n\n", "message|x"),
            List.of("a colon in the value", "data: a:b: c\n\n", "message|a:b: c"),
            List.of("NUL is data", "event: \0\ndata: \0\n\n", "\0|\0"));

    @ParameterizedTest(name = "{0}")
    @FieldSource("MEANINGS")
    void readsWhatTheStandardSays(List<String> meaning) throws IOException {
        assertThat(Streams.read(ScriptedInputStream.of(meaning.get(1))))
                .as(meaning.getFirst())
                .extracting(event -> event.type() + "|" + event.data())
                .isEqualTo(meaning.subList(2, meaning.size()));
    }

    @Test
    void putsCharactersTogetherThatWereCut() throws IOException {
        for (String text : List.of("известни", "こんにちは😊", "👩‍👩‍👧")) {
            byte[] stream = ScriptedInputStream.utf8("event: " + text + "\nid: " + text + "\ndata: " + text + "\n\n");
            for (int at = 0; at <= stream.length; at++) {
                assertThat(Streams.read(ScriptedInputStream.cut(stream, at)))
                        .containsExactly(new SseEvent(text, text, text, null));
            }
        }
    }

    @Test
    void readsALargeEventInSmallReads() throws IOException {
        String payload = "0123456789abcdef".repeat(640);
        byte[] stream = ScriptedInputStream.utf8("data: {\"p\":\"" + payload + "\"}\r\n\r\n");
        assertThat(Streams.read(ScriptedInputStream.ofSize(1024, stream)))
                .containsExactly(SseEvent.of("{\"p\":\"" + payload + "\"}"));
    }

    @ParameterizedTest
    @CsvSource({
        // in hex: lone, cut, overlong, a surrogate, out of range
        "ff",
        "c3",
        "e282",
        "f09f98",
        "c0af",
        "80",
        "eda080",
        "f8808080",
        "61ff62",
        "c328",
        "efbb"
    })
    void replacesWhatIsNotUtf8(String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);
        byte[] stream = concat(
                ScriptedInputStream.utf8("data: <"),
                bytes,
                ScriptedInputStream.utf8(">\ndata: next\nevent: "),
                bytes,
                ScriptedInputStream.utf8("\n\n"));
        SseEvent event = Streams.read(ScriptedInputStream.of(stream)).getFirst();
        assertThat(event.data()).startsWith("<").endsWith(">\nnext").contains("\uFFFD");
        assertThat(event.type()).contains("\uFFFD");
        assertThat(event.data()).isEqualTo("<" + new String(bytes, StandardCharsets.UTF_8) + ">\nnext");
    }

    @Test
    void handsOutTheBytesAsTheyCame() throws IOException {
        byte[] odd = {'d', 'a', 't', 'a', ':', (byte) 0xFF, 0, (byte) 0xC3, '\n', '\n'};
        var reader = reader(ScriptedInputStream.of(odd));
        assertThat(reader.next()).isTrue();
        assertThat(slice(reader)).containsExactly(0xFF, 0, 0xC3);
    }

    @Test
    void handsOutDataWhereItArrived() throws IOException {
        var reader = reader(ScriptedInputStream.of("event: a\ndata: one\n\ndata: two\n\n"));
        reader.next();
        byte[] array = reader.array();
        assertThat(reader.offset()).isEqualTo("event: a\ndata: ".length());
        reader.next();
        assertThat(reader.array()).isSameAs(array);
        assertThat(reader.offset()).isEqualTo("event: a\ndata: one\n\ndata: ".length());
        assertThat(slice(reader)).asString(StandardCharsets.UTF_8).isEqualTo("two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "message_start",
                "message_delta",
                "message_stop",
                "content_block_start",
                "content_block_delta",
                "content_block_stop",
                "ping",
                "error"
            })
    void makesNoStringForTheNameOfAClaudeEvent(String name) throws IOException {
        var reader = reader(ScriptedInputStream.of(("event: " + name + "\ndata: x\n\n").repeat(2)));
        reader.next();
        String first = reader.type();
        reader.next();
        assertThat(reader.type()).isEqualTo(name).isSameAs(first);
    }

    @Test
    void knowsWhetherTheServerNamedTheType() throws IOException {
        var reader = reader(ScriptedInputStream.of(
                "data: 1\n\nevent: message\ndata: 2\n\nevent:\ndata: 3\n\nevent: a\n\ndata: 4\n\n"));
        assertThat(List.of(reader.next(), reader.hasType())).containsExactly(true, false);
        assertThat(List.of(reader.next(), reader.hasType())).containsExactly(true, true);
        assertThat(List.of(reader.next(), reader.hasType())).containsExactly(true, false);
        assertThat(List.of(reader.next(), reader.hasType())).containsExactly(true, false);
    }

    /** The stream, and the id at each of its events. */
    static final List<List<String>> IDS = List.of(
            List.of("data: 1\n\n", ""),
            List.of("id: a\ndata: 1\n\ndata: 2\n\n", "a", "a"),
            List.of("id: a\ndata: 1\n\nid\ndata: 2\n\n", "a", ""),
            List.of("id: a\ndata: 1\n\nid:\ndata: 2\n\ndata: 3\n\n", "a", "", ""),
            List.of("id: a\n\ndata: 1\n\n", "a"),
            List.of("id: a\ndata: 1\n\nid: b\0\ndata: 2\n\n", "a", "a"),
            List.of("id: a\0\nid: b\ndata: 1\n\n", "b"),
            List.of("id: a\nid: b\ndata: 1\n\n", "b"),
            List.of("id:  a \ndata: 1\n\n\n\n", " a "),
            List.of("data: 1\nid: a\n\n", "a"));

    @ParameterizedTest
    @FieldSource("IDS")
    void keepsTheLastIdUntilThereIsAnother(List<String> ids) throws IOException {
        assertThat(Streams.read(ScriptedInputStream.of(ids.getFirst())))
                .extracting(SseEvent::id)
                .isEqualTo(ids.subList(1, ids.size()));
    }

    @Test
    void doesNotTakeTheIdOfAnEventThatWasCut() throws IOException {
        var reader = reader(ScriptedInputStream.of("id: 1\ndata: x\n\nid: 2\nevent: a\ndata: y\n"));
        assertThat(Streams.read(reader)).hasSize(1);
        assertThat(reader.lastEventId()).isEqualTo("1");
    }

    @Test
    void takesTheIdOfABlockWithoutDataAtItsBlankLine() throws IOException {
        var reader = reader(ScriptedInputStream.of("id: 1\ndata: x\n\nid: 2\n\n"));
        assertThat(Streams.read(reader)).extracting(SseEvent::id).containsExactly("1");
        assertThat(reader.lastEventId()).isEqualTo("2");
    }

    @ParameterizedTest
    @CsvSource({
        "retry: 1500, 1500",
        "retry:0, 0",
        "retry: 007, 7",
        "retry: 2073600000, 2073600000",
        "retry: 2073600001,",
        "retry: 00000000000000000000000000000000000000000001, 1",
        "retry: 99999999999999999999999999999999999,",
        "retry: 18446744073709551617,",
        "retry: -1,",
        "retry: +1,",
        "retry: 1.5,",
        "'retry: 1 ',",
        "retry:  1,",
        "retry: 1s,",
        "retry:,",
        "retry,",
        "retry: ١,",
        "retries: 1,"
    })
    void takesAReconnectionTimeOfDigitsOnly(String line, @Nullable Long millis) throws IOException {
        SseEvent event =
                Streams.read(ScriptedInputStream.of(line + "\ndata: x\n\n")).getFirst();
        assertThat(event.retry()).isEqualTo(millis == null ? null : Duration.ofMillis(millis));
    }

    @Test
    void tellsAReconnectionTimeOnce() throws IOException {
        var reader = reader(ScriptedInputStream.of(
                "retry: 1\nretry: no\ndata: a\n\ndata: b\n\nretry: 2\n\n: alone\n\ndata: c\n\nretry: 3\ndata: cut"));
        assertThat(Streams.read(reader))
                .extracting(SseEvent::retry)
                .containsExactly(Duration.ofMillis(1), null, Duration.ofMillis(2));
        assertThat(reader.retry()).isEqualTo(Duration.ofMillis(3));
    }

    @Test
    void standsOnNothingBeforeTheFirstEventAndAfterTheLast() throws IOException {
        var reader = reader(ScriptedInputStream.of("event: a\ndata: x\n\nevent: cut\ndata: y\n"));
        assertThat(reader.event()).isEqualTo(SseEvent.of(""));
        assertThat(Streams.read(reader)).hasSize(1);
        for (int i = 0; i < 2; i++) {
            assertThat(reader.next()).isFalse();
            assertThat(reader.event()).isEqualTo(SseEvent.of(""));
            assertThat(reader.length()).isZero();
            assertThat(reader.hasType()).isFalse();
        }
    }

    @Test
    void passesAReadFailureOnAndLosesNothingByIt() throws IOException {
        byte[] stream = ScriptedInputStream.utf8("event: a\ndata: 1\nid: 7\ndata: 2\nretry: 5\n\ndata: 3\r\n\r\n");
        for (int at = 0; at <= stream.length; at++) {
            var in = ScriptedInputStream.of(Arrays.copyOf(stream, at))
                    .thenFail()
                    .then(Arrays.copyOfRange(stream, at, stream.length));
            var reader = reader(in);
            var events = new ArrayList<SseEvent>();
            assertThatThrownBy(() -> {
                        while (reader.next()) {
                            events.add(reader.event());
                        }
                    })
                    .isExactlyInstanceOf(ScriptedInputStream.Broken.class);
            events.addAll(Streams.read(reader));
            assertThat(events)
                    .containsExactly(
                            new SseEvent("a", "1\n2", "7", Duration.ofMillis(5)),
                            new SseEvent("message", "3", "7", null));
        }
    }

    @Test // what has been read goes no further than the caller does
    void readsNoFurtherThanItIsMoved() throws IOException {
        var in = ScriptedInputStream.of("data: a\n\n", "data: bb\n\n", "data: ccc\n\n");
        var reader = reader(in);
        assertThat(in.bytesRead()).isZero();
        reader.next();
        assertThat(in.bytesRead()).isEqualTo(9);
        reader.next();
        assertThat(in.bytesRead()).isEqualTo(19);
    }

    private static SseReader reader(ScriptedInputStream in) {
        return new SseReader(in, Limits.defaults());
    }

    private static byte[] slice(SseReader reader) {
        return Arrays.copyOfRange(reader.array(), reader.offset(), reader.offset() + reader.length());
    }

    private static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        Stream.of(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }
}
