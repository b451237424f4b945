package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.wire.Decoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever bytes a server sends, reading, decoding and folding them ends, with no failure but a {@link StreamException} and
 * within the limits. Each input follows from its seed, which a failure names.
 */
@Timeout(600)
class FuzzTest {
    private static final Provider CLAUDE = Claude.builder().apiKey("k").build();
    private static final Provider GEMINI = Gemini.builder().apiKey("k").build();
    private static final Limits SMALL = new Limits(16 << 10, 32 << 10, 0);

    private static final List<byte[]> SEEDS = List.of(
            transcript("claude-text"),
            transcript("claude-pings-multi-text"),
            transcript("claude-thinking-text"),
            transcript("claude-parallel-tool-use"),
            transcript("claude-web-search-citations"),
            transcript("claude-unicode"),
            transcript("claude-midstream-overloaded"),
            transcript("claude-max-tokens"));

    private static final List<byte[]> GEMINI_SEEDS = List.of(
            transcript("gemini-text"),
            transcript("gemini-thinking-function-call"),
            transcript("gemini-parallel-function-calls"),
            transcript("gemini-safety-block"),
            transcript("gemini-midstream-error"),
            chunks(
                    "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f','willContinue':true}}]}}]}",
                    "{'candidates':[{'content':{'parts':[{'functionCall':{'partialArgs':[{'jsonPath':'$.a[0].b',"
                            + "'stringValue':'x','willContinue':true}],'willContinue':true}}]}}]}",
                    "{'candidates':[{'content':{'parts':[{'functionCall':{'partialArgs':[{'jsonPath':'$.a[1].b',"
                            + "'numberValue':1}]}}]}}]}",
                    "{'candidates':[{'content':{'parts':[{'executableCode':{'language':'PYTHON','code':'1'}},"
                        + "{'codeExecutionResult':{'outcome':'OUTCOME_OK','output':'1'}},{'text':'h\u00e9llo'}]}}]}",
                    "{'candidates':[{'finishReason':'STOP','citationMetadata':{'citationSources':[{'endIndex':3,"
                            + "'uri':'u'}]},'groundingMetadata':{'groundingChunks':[{'web':{'uri':'u','title':'t'}}],"
                            + "'groundingSupports':[{'segment':{'startIndex':1,'endIndex':3,'text':'\u00e9'},"
                            + "'groundingChunkIndices':[0]}]}}],'usageMetadata':{'promptTokenCount':1}}"));

    /** What hits harder than a random byte. */
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        ":",
        ",",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\0",
        "null",
        "true",
        "-1",
        "1e999",
        "\\ud83d",
        "{}",
        "[]",
        "[null]",
        "{\"a\":1}",
        "\"\"",
        "99999999999999999999999",
        "1.5",
        "data:",
        "event:",
        "event: error\n",
        "id:\0",
        "retry: 5\n",
        ": ping\n",
        "data: [DONE]\n\n",
        "data: {}\n\n",
        "data: null\n\n",
        "\uFEFF",
        "\u2028",
        "\"type\":",
        "\"index\":",
        "\"index\":7",
        "\"delta\":",
        "\"usage\":",
        "\"content\":[{}]",
        "\"text\":null",
        "text_delta",
        "ping",
        "tool_use",
        "message_stop",
        "message_start",
        "content_block_stop",
        "thinking_delta",
        "citations_delta",
        "zz_new",
        "data: {\"type\":\"message_start\",\"message\":{}}\n\n",
        "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"zz\"}}\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n",
        "data: {\"type\":\"error\"}\n\n",
        "\"partialArgs\":",
        "\"jsonPath\":\"$.a\"",
        "$.a[0]",
        "\"willContinue\":true",
        "\"thought\":true",
        "\"text\":\"\"",
        "\"thoughtSignature\":\"c2ln\"",
        "functionCall",
        "\"finishReason\":\"STOP\"",
        "\"endIndex\":-1",
        "groundingMetadata",
        "data: {\"error\":{}}\n\n",
        "{\"error\":{\"status\":\"INTERNAL\"}}\n",
        "[{\"error\":{\"details\":[{}]}}]\n",
    };

    @Test
    void threeThousandMutatedAnswersOfEachProviderEndWell() {
        for (long seed = 0; seed < 3_000; seed++) {
            run(seed, CLAUDE, SEEDS);
            run(seed, GEMINI, GEMINI_SEEDS);
        }
    }

    @Tag("soak")
    @Test
    void mutatedAnswersEndWellForFiveMinutes() {
        long seed = Instant.now().toEpochMilli();
        Instant end = Instant.now().plus(Duration.ofMinutes(5));
        while (Instant.now().isBefore(end)) {
            run(seed, CLAUDE, SEEDS);
            run(seed++, GEMINI, GEMINI_SEEDS);
        }
    }

    private static void run(long seed, Provider provider, List<byte[]> seeds) {
        var random = new Random(seed);
        byte[] input = random.nextInt(10) == 0 ? noise(random) : mutated(seeds, random);
        var answer = new ChunkAggregator();
        try {
            Decoding.decode(
                    new Trickle(input, random),
                    provider.decoder(),
                    random.nextBoolean() ? SMALL : Limits.defaults(),
                    answer::accept);
            assertThat(answer.contentLength()).isLessThanOrEqualTo(input.length);
        } catch (StreamException e) {
            assertThat(e.getMessage()).hasSizeLessThan(1000);
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ": " + new String(input, StandardCharsets.UTF_8), e);
        }
        try {
            // What came before a failure can still be looked at.
            Objects.requireNonNull(answer.snapshot().text());
            Objects.requireNonNull(answer.partialResponse());
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ", looking: " + new String(input, StandardCharsets.UTF_8), e);
        }
    }

    private static byte[] noise(Random random) {
        byte[] noise = new byte[random.nextInt(2000)];
        random.nextBytes(noise);
        if (random.nextBoolean()) {
            byte[] alphabet = "data: {}[]\":,\\event\r\n\n0\u00e9".getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < noise.length; i++) {
                noise[i] = alphabet[(noise[i] & 0xFF) % alphabet.length];
            }
        }
        return noise;
    }

    /** A transcript with one to eight changes: bytes flipped, left out, repeated, or replaced by what hits hard. */
    private static byte[] mutated(List<byte[]> seeds, Random random) {
        byte[] bytes = seeds.get(random.nextInt(seeds.size()));
        for (int changes = 1 + random.nextInt(8); changes > 0 && bytes.length > 0; changes--) {
            int from = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, from + random.nextInt(random.nextInt(10) == 0 ? 400 : 8));
            byte[] middle = switch (random.nextInt(4)) {
                case 0 -> new byte[] {(byte) random.nextInt(256)};
                case 1 -> new byte[0];
                case 2 -> twice(bytes, from, to);
                default -> PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
            };
            var changed = new ByteArrayOutputStream(bytes.length + middle.length);
            changed.write(bytes, 0, from);
            changed.writeBytes(middle);
            changed.write(bytes, to, bytes.length - to);
            bytes = changed.toByteArray();
        }
        return bytes;
    }

    private static byte[] twice(byte[] bytes, int from, int to) {
        var twice = new ByteArrayOutputStream();
        twice.write(bytes, from, to - from);
        twice.write(bytes, from, to - from);
        return twice.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "data: ",
                "data: {\"type\":\"ping\",\"a\":\"",
                "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"",
                ": a comment",
                "event: a"
            })
    void aLineWithoutEndIsReadNoFurtherThanItsLimit(String start) {
        var endless = new Endless(start, "aaaaaaaaaaaaaaaa");
        var failure = catchThrowableOfType(
                LimitExceeded.class,
                () -> Decoding.decode(endless, CLAUDE.decoder(), SMALL, new ChunkAggregator()::accept));
        assertThat(failure.limit()).isEqualTo(Limits.Limit.LINE_BYTES);
        assertThat(endless.given).isLessThanOrEqualTo(2L * SMALL.maxEventBytes());
    }

    @Test
    void anEventWithoutEndIsReadNoFurtherThanItsLimit() {
        var endless = new Endless("", "data: [1,2,3,\n");
        var failure = catchThrowableOfType(
                LimitExceeded.class,
                () -> Decoding.decode(endless, CLAUDE.decoder(), SMALL, new ChunkAggregator()::accept));
        assertThat(failure.limit()).isEqualTo(Limits.Limit.EVENT_BYTES);
        assertThat(endless.given).isLessThanOrEqualTo(3L * SMALL.maxEventBytes());
    }

    private static byte[] chunks(String... chunks) {
        String frames = "data: " + String.join("\n\ndata: ", chunks) + "\n\n";
        return frames.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] transcript(String name) {
        try (InputStream in = FuzzTest.class.getResourceAsStream("/transcripts/" + name + ".sse")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes that arrive in pieces of random size. */
    private static final class Trickle extends InputStream {
        private final ByteArrayInputStream bytes;
        private final Random random;

        Trickle(byte[] bytes, Random random) {
            this.bytes = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return bytes.read(target, offset, Math.min(length, 1 + random.nextInt(2000)));
        }
    }

    /** A start, and then one piece for ever. */
    private static final class Endless extends InputStream {
        private final byte[] start;
        private final byte[] piece;
        long given;

        Endless(String start, String piece) {
            this.start = start.getBytes(StandardCharsets.UTF_8);
            this.piece = piece.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public int read() {
            long i = given++;
            return i < start.length ? start[(int) i] : piece[(int) ((i - start.length) % piece.length)];
        }
    }
}
