package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaScannerTest {
    private static final String START = "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'";

    private final DeltaScanner scanner = new DeltaScanner();

    @Test
    void theThreeKindsAreTaken() {
        assertThat(scan("{'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'a'}}"))
                .isEqualTo(new ContentBlockDelta(0, new TextDelta("a")));
        assertThat(
                        scan(
                                "{'type':'content_block_delta','index':12,'delta':{'type':'input_json_delta','partial_json':'{'}}"))
                .isEqualTo(new ContentBlockDelta(12, new InputJsonDelta("{")));
        assertThat(
                        scan(
                                "{'type':'content_block_delta','index':999999999,'delta':{'type':'thinking_delta','thinking':'a'}}"))
                .isEqualTo(new ContentBlockDelta(999_999_999, new ThinkingDelta("a")));
    }

    @ParameterizedTest
    @CsvSource({
        "text, 13",
        "thinking-text, 8",
        "parallel-tool-use, 12",
        "tool-use-fragments, 132",
        "unicode, 67",
        "web-search-citations, 14",
        "pings-multi-text, 12",
        "truncated, 4",
        "midstream-overloaded, 3",
        "max-tokens, 10",
    })
    void everyDeltaOfTheThreeKindsInARecordingIsTaken(String name, int deltas) {
        var taken = new ArrayList<StreamEvent>();
        var expected = new ArrayList<StreamEvent>();
        try (InputStream in = getClass().getResourceAsStream("/transcripts/claude-" + name + ".sse")) {
            var sse = new SseReader(in, Limits.defaults());
            var parser = new ClaudeDecoder(null);
            while (sse.next() && !sse.type().equals("error")) {
                ContentBlockDelta delta = scanner.scan(sse);
                if (delta != null) {
                    taken.add(delta);
                }
                parser.decode(sse, expected::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        expected.removeIf(event -> !(event instanceof ContentBlockDelta(int index, Delta delta)
                && (delta instanceof TextDelta || delta instanceof InputJsonDelta || delta instanceof ThinkingDelta)));
        assertThat(taken).isEqualTo(expected).hasSize(deltas);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " {'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a b'}} ",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a b'}       }",
                "{'type': 'content_block_delta', 'index': 3, 'delta': {'type': 'text_delta', 'text': 'a b'}}",
                " { 'type' : 'content_block_delta' , 'index' : 3 , 'delta' : { 'type' : 'text_delta' , 'text' : 'a b'"
                        + " } } ",
                "{\n'type':\t'content_block_delta',\r'index':3\n,'delta':{'type':'text_delta','text':\n'a b'\n}\n}\n",
            })
    void blanksBetweenTokensMeanNothing(String data) {
        assertThat(scan(data)).isEqualTo(new ContentBlockDelta(3, new TextDelta("a b")));
    }

    @Test
    void aStringIsWhatItsEscapesStandFor() {
        assertThat(text("\\\"")).isEqualTo("\"");
        assertThat(text("\\\\ \\/")).isEqualTo("\\ /");
        assertThat(text("\\n.\\t.\\r.\\b.\\f")).isEqualTo("\n.\t.\r.\b.\f");
        assertThat(text("{\\\"a\\\": \\\"\\\\ud83d")).isEqualTo("{\"a\": \"\\ud83d");
        assertThat(text("\\u0000\\u001f\\u0041\\u007f\\u0080\\u07fF\\u0800\\uffff"))
                .isEqualTo("\0\u001fA\u007f\u0080\u07ff\u0800\uffff");
        assertThat(text("\\ud83d\\ude0a\\uD800\\uDC00\\udbff\\udfff"))
                .isEqualTo("😊" + Character.toString(0x10000) + Character.toString(0x10FFFF));
        assertThat(text("é \\n é 漢字 😊 \u2028")).isEqualTo("é \n é 漢字 😊 \u2028");
        assertThat(text("é 漢字 😊 \u2028\u007f")).isEqualTo("é 漢字 😊 \u2028\u007f");
    }

    /** Bytes are looked at eight at a time: nothing may hang on where in the eight they stand. */
    @Test
    void aStringMayHaveAnyLengthAndAnEscapeAnyPlace() {
        for (int length = 1; length < 40; length++) {
            String text = "é".repeat(length % 3) + "x".repeat(length);
            assertThat(text(text)).isEqualTo(text);
            for (int at = 0; at <= length; at++) {
                assertThat(text(text.substring(0, at) + "\\n" + text.substring(at)))
                        .isEqualTo(text.substring(0, at) + "\n" + text.substring(at));
                assertThat(text(text.substring(0, at) + "\u001f" + text.substring(at)))
                        .isNull();
            }
        }
    }

    @Test
    void aLongStringIsTakenAndLeavesNothingBehind() {
        assertThat(text("a\\n".repeat(20_000))).isEqualTo("a\n".repeat(20_000));
        assertThat(text("\\\"b")).isEqualTo("\"b");
        assertThat(text("\\u00e9".repeat(43))).isEqualTo("é".repeat(43));
        assertThat(text("c")).isEqualTo("c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{'type':'ping'}",
                "{'type':'content_block_stop','index':3}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'signature_delta','signature':'a'}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'tool_delta','text':'a'}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','thinking':'a'}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta'}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':null}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':''}}",
                "{'type':'content_block_delta','index':3,'delta':{}}",
                "{'type':'content_block_delta','delta':{'type':'text_delta','text':'a'}}",
                // another order
                "{'index':3,'type':'content_block_delta','delta':{'type':'text_delta','text':'a'}}",
                "{'type':'content_block_delta','delta':{'type':'text_delta','text':'a'},'index':3}",
                "{'type':'content_block_delta','index':3,'delta':{'text':'a','type':'text_delta'}}",
                // more than the three fields
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a','x':1}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'},'x':1}",
                "{'type':'content_block_delta','x':1,'index':3,'delta':{'type':'text_delta','text':'a'}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a','text':'b'}}",
                "{'type':'content_block_delta','index':3,'index':4,'delta':{'type':'text_delta','text':'a'}}",
                // more than an object
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'}}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'}} {}",
                "x{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'}}",
                // less than one
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'} ",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a",
                "{'type':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a\\",
                "{'type':'content_block_delta','index':3,'delta':{'type':'t",
                "{'type':'content_block_delta','index':3",
                // blanks inside of a token
                "{'type':'content_block _delta','index':3,'delta':{'type':'text_delta','text':'a'}}",
                "{'type':' content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'}}",
                "{'type':'content_block_delta ','index':3,'delta':{'type':'text_delta','text':'a'}}",
                "{'type':'content_block_delta','index':3,'delta':{'type':' text_delta','text':'a'}}",
                "{'type':'content_block_delta','index':3 4,'delta':{'type':'text_delta','text':'a'}}",
                // names with escapes
                "{'\\u0074ype':'content_block_delta','index':3,'delta':{'type':'text_delta','text':'a'}}",
            })
    void anotherEventIsDeclined(String data) {
        assertThat(scan(data)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "-0", "03", "00", "3.0", "3e0", "1000000000", "99999999999999999999", "null", "'3'"})
    void anIndexThatIsNotPlainlyOneIsDeclined(String index) {
        assertThat(scan(START.replace(":3", ":" + index) + "a'}}")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\t",
                "\u0000",
                "\u001f",
                "\\x",
                "\\U0041",
                "\\'",
                "\\\n",
                "\\u12",
                "\\u00g0",
                "\\u+123",
                "\\ud83d",
                "\\ude0a",
                "\\ud83da",
                "\\ud83d\\n",
                "\\ud83d\\u0041",
                "\\ud83d\\ud83d",
                "\\ude0a\\ud83d",
                "\\ude0a\\ude0a",
                "\\ufffd",
                "\uFFFD"
            })
    void aStringThatIsDoubtfulIsDeclined(String json) {
        assertThat(text(json)).isNull();
        assertThat(text("a\\n" + json + "zzzzzzzzzzzzz")).isNull();
    }

    // Parsers take some of these.
    @ParameterizedTest
    @ValueSource(strings = {"80", "c3", "c080", "eda0bd", "eda0bdedb88a", "f4908080", "f09f98", "ff"})
    void malformedUtf8IsDeclined(String hex) {
        for (String before : List.of("", "é", "\\n")) {
            var data = new ByteArrayOutputStream();
            data.writeBytes((START.replace('\'', '"') + before).getBytes(StandardCharsets.UTF_8));
            data.writeBytes(HexFormat.of().parseHex(hex));
            data.writeBytes("\"}}".getBytes(StandardCharsets.UTF_8));
            assertThat(scan(data.toByteArray())).isNull();
        }
    }

    /** A count, not a time: the parser needs about 960 bytes for it. */
    @Test
    void aTextEventTakesLittleMoreThanItsRecordsTake() throws IOException {
        int events = 10_000;
        byte[] stream = ("data: " + (START + "twelve chars'}}").replace('\'', '"') + "\n\n")
                .repeat(events)
                .getBytes(StandardCharsets.UTF_8);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Long.MAX_VALUE;
        for (int round = 0; round < 3; round++) { // the first one loads classes
            int[] deltas = {0};
            Consumer<StreamEvent> count = event -> deltas[0]++;
            long before = threads.getCurrentThreadAllocatedBytes();
            var sse = new SseReader(new ByteArrayInputStream(stream), Limits.defaults());
            var decoder = new ClaudeDecoder();
            while (sse.next()) {
                decoder.decode(sse, count);
            }
            bytes = Math.min(bytes, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(deltas[0]).isEqualTo(events);
        }
        assertThat(bytes / events).isLessThanOrEqualTo(150);
    }

    /** The text that this inside of a JSON string is; null if it is declined. */
    private @Nullable String text(String json) {
        ContentBlockDelta event = scan((START.replace('\'', '"') + json + "\"}}").getBytes(StandardCharsets.UTF_8));
        return event == null ? null : ((TextDelta) event.delta()).text();
    }

    private @Nullable ContentBlockDelta scan(String singleQuoted) {
        return scan(singleQuoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private @Nullable ContentBlockDelta scan(byte[] data) {
        var stream = new ByteArrayOutputStream();
        stream.writeBytes("event: x\ndata:".getBytes(StandardCharsets.UTF_8));
        for (byte b : data) {
            stream.write(b);
            if (b == '\n' || b == '\r') {
                stream.writeBytes("data:".getBytes(StandardCharsets.UTF_8));
            }
        }
        stream.writeBytes("\n\ndata: \"}}\n\n".getBytes(StandardCharsets.UTF_8));
        var sse = new SseReader(new ByteArrayInputStream(stream.toByteArray()), Limits.defaults());
        try {
            assertThat(sse.next()).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return scanner.scan(sse);
    }
}
