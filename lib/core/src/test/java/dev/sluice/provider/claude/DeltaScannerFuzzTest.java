package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever an event is, it means the same with the scanner and without it, and fails in the same words. */
class DeltaScannerFuzzTest {
    private static final String[] RECORDINGS = {
        "text", "thinking-text", "parallel-tool-use", "tool-use-fragments", "unicode", "web-search-citations"
    };

    private static final String[] INDEXES = {
        "1",
        "7",
        "10",
        "999999999",
        "1000000000",
        "2147483647",
        "2147483648",
        "99999999999999999999",
        "00",
        "01",
        "-0",
        "-1",
        "+1",
        "1.0",
        "1e0",
        "1E2",
        ".5",
        "0x1",
        "0a",
        "1 2",
        "",
        "null",
        "true",
        "\"0\"",
        "[0]",
        "{}",
        "NaN",
        "٣"
    };

    private static final String[] WORDS = {
        "a",
        " ",
        "twelve chars",
        "{",
        "}}",
        ":",
        ",",
        "'",
        "/",
        "\u007f",
        "é",
        "ÿ",
        "Ā",
        "漢字",
        "\u2028",
        "\uFEFF",
        "😊",
        "\uFFFD",
        "\uFFFE",
        "\\n",
        "\\\"",
        "\\\"",
        "\\\\",
        "\\/",
        "\\t",
        "\\r",
        "\\b",
        "\\f",
        "\\u0041",
        "\\u0000",
        "\\u001f",
        "\\u0022",
        "\\u005C",
        "\\u007f",
        "\\u0080",
        "\\u00e9",
        "\\u07ff",
        "\\u0800",
        "\\u2028",
        "\\uFFFD",
        "\\uffff",
        "\\uD83D\\uDE0A",
        "\\ud800\\udc00",
        "\\udbff\\udfff"
    };

    private static final String[] TROUBLE = {
        "\\ud83d",
        "\\ude0a",
        "\\ude0a\\ud83d",
        "\\ude0a\\ude0a",
        "\\ud83d\\u0041",
        "\\ud83d\\n",
        "\\ud83dx",
        "\\u",
        "\\u12",
        "\\u00g0",
        "\\u+041",
        "\\u١٢٣٤",
        "\\U0041",
        "\\x41",
        "\\0",
        "\\'",
        "\\a",
        "\\ ",
        "\\",
        "\"",
        "\n",
        "\t",
        "\u0000",
        "\u0001",
        "\u001f",
        "\u0008"
    };

    private static final List<byte[]> MALFORMED = List.of(
            hex("80"),
            hex("bf"),
            hex("c3"),
            hex("c080"),
            hex("c1bf"),
            hex("e282"),
            hex("e08080"),
            hex("eda0bd"),
            hex("eda0bdedb88a"),
            hex("f09f98"),
            hex("f0808080"),
            hex("f4908080"),
            hex("f8888080"),
            hex("ff"),
            hex("fe"));

    private final DeltaScanner scanner = new DeltaScanner();
    private int taken;

    @Test
    void madeUpEventsMeanTheSame() {
        for (long seed = 0; seed < 8_000; seed++) {
            var random = new Random(seed);
            byte[] event = event(random);
            check(seed, random.nextInt(4) == 0 ? mutated(random, event) : event);
        }
        assertThat(taken).isBetween(1_200, 6_800);
    }

    @Test
    void recordedEventsWithFlippedBytesMeanTheSame() {
        List<byte[]> recorded = recorded();
        for (long seed = 0; seed < 8_000; seed++) {
            var random = new Random(seed);
            check(seed, mutated(random, recorded.get(random.nextInt(recorded.size()))));
        }
        assertThat(taken).isBetween(1_200, 6_800);
    }

    @Test
    void anEventThatIsCutAnywhereMeansTheSame() {
        byte[] event = bytes(
                " { \"type\" : \"content_block_delta\" , \"index\" : 12 , \"delta\" : { \"type\" : \"text_delta\" ,"
                        + " \"text\" : \"a\\n"
                        + " é \\\" 😊 \\u00e9 \\ud83d\\ude0a b\" } } ");
        for (int end = 0; end <= event.length; end++) {
            check(end, Arrays.copyOf(event, end));
            check(end, Arrays.copyOfRange(event, event.length - end, event.length));
        }
        assertThat(taken).isEqualTo(4); // with and without the blank at its end and its beginning
    }

    /** The scanner does not look again at what the reader has found to be the same as in the event before. */
    @Test
    void eventsThatBeginAlikeMeanTheSame() {
        for (long seed = 0; seed < 8_000; seed++) {
            var random = new Random(seed);
            var stream = new ByteArrayOutputStream();
            byte[] event = event(random);
            for (int more = 1 + random.nextInt(6); more > 0; more--) {
                byte[] next = random.nextInt(3) == 0 ? mutated(random, event) : event;
                stream.writeBytes(framed(next));
                event = random.nextBoolean() ? next : event;
            }
            List<Object> outcome = outcome(stream.toByteArray(), scanner);
            if (!outcome.equals(outcome(stream.toByteArray(), null))) {
                assertThat(outcome)
                        .as("seed %d: %s", seed, stream.toString(StandardCharsets.UTF_8))
                        .isEqualTo(outcome(stream.toByteArray(), null));
            }
        }
    }

    private void check(long seed, byte[] event) {
        var stream = stream(event);
        if (!outcome(stream, scanner).equals(outcome(stream, null))) {
            assertThat(outcome(stream, scanner))
                    .as("seed %d: %s", seed, new String(event, StandardCharsets.UTF_8))
                    .isEqualTo(outcome(stream, null));
        }
        var sse = reader(stream);
        taken += next(sse) && scanner.scan(sse) != null ? 1 : 0;
    }

    /** What comes of the event, and of a plain one behind it. */
    private static List<Object> outcome(byte[] stream, DeltaScanner scanner) {
        var outcome = new ArrayList<>();
        var sse = reader(stream);
        var decoder = new ClaudeDecoder(scanner);
        while (next(sse)) {
            try {
                decoder.decode(sse, outcome::add);
            } catch (StreamException e) {
                outcome.addAll(List.of(e.getClass(), e.getMessage(), String.valueOf(e.getCause())));
            }
        }
        return outcome;
    }

    private static SseReader reader(byte[] stream) {
        return new SseReader(new ByteArrayInputStream(stream), Limits.defaults());
    }

    private static boolean next(SseReader sse) {
        try {
            return sse.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] stream(byte[] event) {
        var stream = new ByteArrayOutputStream();
        stream.writeBytes(framed(event));
        stream.writeBytes(
                bytes(
                        "data:"
                            + " {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n"));
        return stream.toByteArray();
    }

    private static byte[] framed(byte[] event) {
        var stream = new ByteArrayOutputStream();
        stream.writeBytes(bytes("data: "));
        for (byte b : event) {
            stream.write(b);
            if (b == '\n' || b == '\r') {
                stream.writeBytes(bytes("data: "));
            }
        }
        stream.writeBytes(bytes("\n\n"));
        return stream.toByteArray();
    }

    private static byte[] event(Random random) {
        String type =
                oddly(random, 40, "\"content_block_delta\"", "\"content_block_stop\"", "\"ping\"", "7", "\"\\u0063\"");
        String index = random.nextInt(5) == 0 ? any(random, INDEXES) : "0";
        var event = new ByteArrayOutputStream();
        event.writeBytes(blanks(random));
        object(random, event, List.of("type", "index", "delta"), List.of(bytes(type), bytes(index), delta(random)));
        event.writeBytes(blanks(random));
        event.writeBytes(bytes(oddly(random, 30, "", "}", "{}", ",", "x", "0", "\u0000", "\u00a0", "\u000b")));
        return event.toByteArray();
    }

    private static byte[] delta(Random random) {
        int kind = random.nextInt(3);
        String type =
                List.of("text_delta", "input_json_delta", "thinking_delta").get(kind);
        String field = List.of("text", "partial_json", "thinking").get(kind);
        var delta = new ByteArrayOutputStream();
        object(
                random,
                delta,
                List.of("type", oddly(random, 30, field, "text", "signature", "tex", "text\\u0000")),
                List.of(
                        bytes('"' + oddly(random, 30, type, "text_delta", "signature_delta", "", "t") + '"'),
                        string(random)));
        return delta.toByteArray();
    }

    private static void object(Random random, ByteArrayOutputStream out, List<String> names, List<byte[]> values) {
        var order = new ArrayList<Integer>();
        for (int i = 0; i < names.size(); i++) {
            order.add(i);
        }
        if (random.nextInt(12) == 0) {
            Collections.shuffle(order, random);
        }
        if (random.nextInt(20) == 0) {
            order.add(random.nextInt(order.size() + 1), random.nextInt(names.size())); // twice
        }
        if (random.nextInt(20) == 0) {
            order.remove(random.nextInt(order.size()));
        }
        int foreign = random.nextInt(20) == 0 ? random.nextInt(order.size() + 1) : -1;
        boolean blanks = random.nextInt(3) == 0;
        out.write('{');
        for (int i = 0; i <= order.size(); i++) {
            if (i == foreign) {
                out.writeBytes(bytes((i > 0 ? "," : "") + "\"x\":"
                        + any(random, "1", "null", "\"\"", "{\"type\":[{}]}", nested(random))));
            }
            if (i == order.size()) {
                break;
            }
            if (i > 0 || foreign == 0) {
                out.write(',');
            }
            out.writeBytes(blanks ? blanks(random) : bytes(""));
            out.writeBytes(bytes('"' + names.get(order.get(i)) + '"'));
            out.writeBytes(blanks ? blanks(random) : bytes(""));
            out.write(':');
            out.writeBytes(blanks ? blanks(random) : bytes(""));
            out.writeBytes(values.get(order.get(i)));
            out.writeBytes(random.nextInt(4) == 0 ? blanks(random) : bytes(""));
        }
        out.write('}');
    }

    private static byte[] string(Random random) {
        var string = new ByteArrayOutputStream();
        string.write('"');
        boolean clean = random.nextInt(4) > 0;
        for (int words = random.nextInt(random.nextInt(20) == 0 ? 200 : 8); words > 0; words--) {
            if (clean || random.nextInt(4) > 0) {
                string.writeBytes(bytes(any(random, WORDS)));
            } else if (random.nextBoolean()) {
                string.writeBytes(bytes(any(random, TROUBLE)));
            } else {
                string.writeBytes(MALFORMED.get(random.nextInt(MALFORMED.size())));
            }
        }
        string.write('"');
        return string.toByteArray();
    }

    private static String nested(Random random) {
        int depth = random.nextInt(600);
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static byte[] blanks(Random random) {
        return bytes(any(random, "", "", " ", "  ", "         ", "\t", "\n", " \r "));
    }

    /** One or two changes, most of them in its last string: a byte flipped, left out or repeated, or something put in. */
    private static byte[] mutated(Random random, byte[] event) {
        byte[] bytes = event;
        for (int changes = 1 + random.nextInt(2); changes > 0 && bytes.length > 0; changes--) {
            String latin1 = new String(bytes, StandardCharsets.ISO_8859_1);
            int from = random.nextInt(4) > 0 ? latin1.lastIndexOf(":\"") + 2 : 0;
            int to = from == 0 ? bytes.length : Math.max(from + 1, latin1.lastIndexOf('"'));
            int at = Math.min(from + random.nextInt(to - from), bytes.length - 1);
            byte[] middle = switch (random.nextInt(10)) {
                case 0 -> new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))};
                case 1 -> new byte[0];
                case 2 -> new byte[] {bytes[at], bytes[at]};
                case 3 -> MALFORMED.get(random.nextInt(MALFORMED.size()));
                case 4 -> bytes(any(random, TROUBLE));
                default -> (any(random, WORDS) + latin1.charAt(at)).getBytes(StandardCharsets.UTF_8);
            };
            var changed = new ByteArrayOutputStream();
            changed.write(bytes, 0, at);
            changed.writeBytes(middle);
            changed.write(bytes, at + 1, bytes.length - at - 1);
            bytes = changed.toByteArray();
        }
        return bytes;
    }

    private static String oddly(Random random, int oneIn, String usual, String... odd) {
        return random.nextInt(oneIn) == 0 ? any(random, odd) : usual;
    }

    private static String any(Random random, String... words) {
        return words[random.nextInt(words.length)];
    }

    /** The data of the deltas that were recorded. */
    private static List<byte[]> recorded() {
        var deltas = new ArrayList<byte[]>();
        for (String name : RECORDINGS) {
            try (InputStream in =
                    DeltaScannerFuzzTest.class.getResourceAsStream("/transcripts/claude-" + name + ".sse")) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("data: ") && line.contains("_delta\""))
                        .forEach(line -> deltas.add(bytes(line.substring("data: ".length()))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return deltas;
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
