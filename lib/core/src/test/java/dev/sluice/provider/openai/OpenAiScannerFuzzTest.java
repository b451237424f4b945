package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.internal.json.Json;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever the chunks of an answer are, they mean the same with the scanner and without it, and fail in the same words. What
 * a chunk means hangs on those before it, so it is always whole answers that are compared.
 */
class OpenAiScannerFuzzTest {
    private static final String[] WORDS = {
        "a",
        " ",
        "twelve chars",
        "{",
        "}",
        "{}",
        "}}",
        "é",
        "漢字",
        "😊",
        "\\n",
        "\\\"",
        "\\\\",
        "{\\\"a\\\":",
        "\\u00e9",
        "\\u007d",
        "\\ud83d\\ude0a"
    };

    /** What makes a string doubtful, or ends it. */
    private static final String[] TROUBLE = {
        "\\ud83d", "\\ude0a", "\\u12", "\\x", "\\", "\"", "\n", "\t", "\u0000", "\uFFFD", "\",\"content\":\"b", "\"}"
    };

    private static final List<byte[]> MALFORMED = List.of(
            new byte[] {(byte) 0x80},
            new byte[] {(byte) 0xC3},
            new byte[] {(byte) 0xC0, (byte) 0x80},
            new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0xBD},
            new byte[] {(byte) 0xFF});

    /** The fields of a delta; {@code §} is a string that changes from chunk to chunk. */
    private static final String[] FIELDS = {
        "\"content\":\"§\"",
        "\"content\":\"§\"",
        "\"content\":\"§\"",
        "\"content\":null",
        "\"content\":\"\"",
        "\"content\":\"fixed\"",
        "\"content\":[{\"type\":\"text\",\"text\":\"§\"}]",
        "\"refusal\":\"§\"",
        "\"refusal\":null",
        "\"reasoning\":\"§\"",
        "\"reasoning\":\"a\"",
        "\"reasoning_content\":\"§\"",
        "\"reasoning_content\":\"a\"",
        "\"reasoning_content\":\"\"",
        "\"reasoning_details\":[]",
        "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"§\"}]",
        "\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"text\":\"\",\"data\":\"x\"}]",
        "\"tool_calls\":[]",
        "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"§\"}}]",
        "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"§\"}}]",
        "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\"}},{\"index\":1,\"function\":{\"arguments\":\"§\"}}]",
        "\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"§\"}}]",
        "\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"f\",\"arguments\":\"§\"}}]",
        "\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"x\":1,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]",
        "\"tool_calls\":[{\"index\":2,\"function\":{\"arguments\":\"§\"}}]",
        "\"tool_calls\":[{\"index\":2,\"function\":{\"arguments\":{\"x\":\"§\"}}}]",
        "\"tool_calls\":[{\"id\":\"d\",\"type\":\"§\"}]",
        "\"function_call\":{\"arguments\":\"§\"}",
        "\"function_call\":{\"name\":\"f\",\"arguments\":\"§\"}",
        "\"annotations\":[{\"type\":\"§\"}]",
        "\"role\":\"assistant\"",
        "\"role\":\"§\"",
        "\"audio\":\"§\""
    };

    private static final String[] OF_CHOICES = {
        "",
        "",
        "",
        ",\"finish_reason\":null",
        ",\"finish_reason\":null,\"logprobs\":null",
        ",\"finish_reason\":\"\"",
        ",\"finish_reason\":\"stop\"",
        ",\"finish_reason\":\"content_filter\"",
        ",\"finish_reason\":\"§\"",
        ",\"stop_reason\":\"§\"",
        ",\"stop_reason\":7",
        ",\"delta\":{\"content\":\"§\"}",
        ",\"index\":1",
        ",\"content_filter_results\":{}"
    };

    private static final String[] OF_CHUNKS = {
        "",
        "",
        "",
        ",\"usage\":null",
        ",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}",
        ",\"usage\":null,\"obfuscation\":\"§\"",
        ",\"obfuscation\":\"§\"",
        ",\"obfuscation\":\"§\",\"obfuscation\":\"§\"",
        ",\"obfuscation\":\"§\",\"x\":1",
        ",\"x\":\"§\"",
        ",\"service_tier\":\"§\"",
        ",\"error\":\"§\"",
        ",\"choices\":[{\"delta\":{\"content\":\"§\"}}]",
        ",\"choices\":[]"
    };

    private final Random random = new Random(0);
    private int taken;

    @Test
    void madeUpAnswersMeanTheSame() {
        for (long seed = 0; seed < 1_500; seed++) {
            random.setSeed(seed);
            check(seed, madeUp());
        }
        assertThat(taken).isBetween(1_000, 15_000);
    }

    @Test
    void recordedAnswersMeanTheSameWithOtherChunksAmongThemAndFlippedBytes() {
        List<List<byte[]>> recorded =
                Json.readObject(new String(resource("expected.json"), StandardCharsets.UTF_8)).keySet().stream()
                        .map(OpenAiScannerFuzzTest::chunks)
                        .toList();
        for (List<byte[]> chunks : recorded) {
            check(-1, chunks);
        }
        for (long seed = 0; seed < 1_000; seed++) {
            random.setSeed(seed);
            var chunks = new ArrayList<byte[]>();
            for (byte[] chunk : any(recorded)) {
                do {
                    chunks.add(random.nextInt(3) == 0 ? mutated(chunk) : chunk);
                } while (random.nextInt(3) == 0);
                if (random.nextInt(20) == 0) {
                    chunks.add(any(any(recorded)));
                }
            }
            check(seed, chunks);
        }
        assertThat(taken).isBetween(1_000, 10_000);
    }

    private void check(long seed, List<byte[]> chunks) {
        byte[] stream = stream(chunks);
        List<Object> expected = outcome(stream, null);
        if (!outcome(stream, new OpenAiScanner()).equals(expected)) {
            assertThat(outcome(stream, new OpenAiScanner()))
                    .as("seed %d: %s", seed, new String(stream, StandardCharsets.UTF_8))
                    .isEqualTo(expected);
        }
    }

    /** What comes of the chunks. After a failure it goes on, though no caller does. */
    private List<Object> outcome(byte[] stream, @Nullable OpenAiScanner scanner) {
        var outcome = new ArrayList<>();
        var decoder = new OpenAiDecoder(scanner);
        try {
            var sse = new SseReader(new ByteArrayInputStream(stream), Limits.defaults());
            while (sse.next()) {
                taken += scanner != null && scanner.scan(sse) != null ? 1 : 0;
                try {
                    decoder.decode(sse, outcome::add);
                } catch (StreamException e) {
                    outcome.addAll(List.of(e.getClass(), e.getMessage(), String.valueOf(e.getCause())));
                }
                outcome.add("next");
            }
            decoder.end(outcome::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return outcome;
    }

    private byte[] stream(List<byte[]> chunks) {
        var stream = new ByteArrayOutputStream();
        for (byte[] chunk : chunks) {
            if (random.nextInt(100) == 0) {
                stream.writeBytes(bytes(any(List.of("event: error\n", "event: message\n"))));
            }
            stream.writeBytes(bytes("data: "));
            for (byte b : chunk) {
                stream.write(b);
                if (b == '\n' || b == '\r') {
                    stream.writeBytes(bytes("data: "));
                }
            }
            stream.writeBytes(bytes("\n\n"));
        }
        return stream.toByteArray();
    }

    /** A few kinds of chunks, each several times with other strings. */
    private List<byte[]> madeUp() {
        var chunks = new ArrayList<byte[]>();
        chunks.add(bytes("{\"id\":\"c\",\"choices\":[{\"delta\":{}}]}"));
        for (int kinds = 1 + random.nextInt(5); kinds > 0; kinds--) {
            String kind = kind();
            for (int times = 2 + random.nextInt(10); times > 0; times--) {
                byte[] chunk = filled(kind);
                chunks.add(random.nextInt(10) == 0 ? mutated(chunk) : chunk);
            }
        }
        chunks.add(bytes("[DONE]"));
        return chunks;
    }

    private String kind() {
        var fields = new ArrayList<String>();
        for (int i = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 1; i > 0; i--) {
            fields.add(any(List.of(FIELDS)));
        }
        String choice = "{\"index\":0,\"delta\":{" + String.join(",", fields) + "}" + oddly(OF_CHOICES) + "}";
        String two = random.nextInt(15) == 0 ? choice + "," + choice : choice;
        return "{\"id\":\"c\",\"choices\":[" + two + "]" + oddly(OF_CHUNKS) + "}";
    }

    private String oddly(String... odd) {
        return random.nextInt(3) == 0 ? any(List.of(odd)) : odd[0];
    }

    private byte[] filled(String kind) {
        var filled = new StringBuilder();
        for (String part : kind.split("§", -1)) {
            filled.append(filled.isEmpty() ? "" : string()).append(part);
        }
        return bytes(filled.toString());
    }

    private String string() {
        var string = new StringBuilder();
        for (int words = random.nextInt(4); words > 0; words--) {
            string.append(random.nextInt(40) == 0 ? any(List.of(TROUBLE)) : any(List.of(WORDS)));
        }
        return string.toString();
    }

    /** One change, mostly in a string: a byte flipped, left out or repeated, or something put in. */
    private byte[] mutated(byte[] chunk) {
        String latin1 = new String(chunk, StandardCharsets.ISO_8859_1);
        int from = latin1.lastIndexOf(":\"", random.nextInt(chunk.length));
        int at = random.nextInt(4) == 0 || from < 0
                ? random.nextInt(chunk.length)
                : Math.min(from + 2, chunk.length - 1);
        byte[] middle = switch (random.nextInt(8)) {
            case 0 -> new byte[] {(byte) (chunk[at] ^ 1 << random.nextInt(8))};
            case 1 -> new byte[0];
            case 2 -> new byte[] {chunk[at], chunk[at]};
            case 3 -> any(MALFORMED);
            case 4 -> bytes(any(List.of(TROUBLE)));
            default -> (any(List.of(WORDS)) + latin1.charAt(at)).getBytes(StandardCharsets.UTF_8);
        };
        var changed = new ByteArrayOutputStream();
        changed.write(chunk, 0, at);
        changed.writeBytes(middle);
        changed.write(chunk, at + 1, chunk.length - at - 1);
        return changed.toByteArray();
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    /** The data of the events that were recorded. */
    private static List<byte[]> chunks(String name) {
        return new String(resource(name), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> bytes(line.substring("data:".length()).strip()))
                .toList();
    }

    private static byte[] resource(String name) {
        try (InputStream in = OpenAiScannerFuzzTest.class.getResourceAsStream("/transcripts/openai/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
