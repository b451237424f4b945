package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.json.Json;
import dev.sluice.provider.Provider;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.provider.wire.JsonMutations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a server of chat completions sends, reading, decoding and folding it ends, with no failure but a
 * {@link StreamException}. Each input follows from its seed, which a failure names.
 */
@Timeout(600)
class OpenAiFuzzTest {
    private static final Provider OPENAI =
            OpenAiChatCompletions.builder().apiKey("k").build();

    private static final List<byte[]> SEEDS =
            Json.readObject(new String(resource("expected.json"), StandardCharsets.UTF_8)).keySet().stream()
                    .map(OpenAiFuzzTest::resource)
                    .toList();

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
        "\n\n",
        "null",
        "-1",
        "1e999",
        "9".repeat(2000),
        "\\ud83d",
        "{}",
        "[]",
        "[null]",
        "\"\"",
        "1.5",
        "data: [DONE]\n\n",
        "data: {}\n\n",
        "event: error\n",
        "error: {}\n",
        "\"error\":",
        "\"index\":",
        "\"index\":7,",
        "\"id\":",
        "\"delta\":",
        "\"message\":",
        "\"content\":",
        "\"content\":[{\"type\":\"text\",\"text\":\"x\"}],",
        "\"reasoning\":\"x\",",
        "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"x\",\"index\":9}],",
        "\"refusal\":\"x\",",
        "\"annotations\":[{\"type\":\"\"}],",
        "\"tool_calls\":",
        "\"function\":",
        "\"function_call\":{\"name\":\"x\"},",
        "\"name\":",
        "\"arguments\":{},",
        "\"usage\":",
        "\"finish_reason\":",
        "\"finish_reason\":\"stop\",",
        "\"choices\":",
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"x\"}}]}}]}\n\n",
    };

    @Test
    void fiveThousandMutatedAnswersEndWell() {
        for (long seed = 0; seed < 5_000; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        byte[] input = JsonMutations.mutated(SEEDS, PIECES, new Random(seed));
        var answer = new ChunkAggregator();
        try {
            Decoding.decode(new ByteArrayInputStream(input), OPENAI.decoder(), Limits.defaults(), answer::accept);
            assertThat(answer.contentLength()).isLessThanOrEqualTo(input.length);
        } catch (StreamException e) {
            assertThat(e.getMessage()).isNotBlank();
        } catch (RuntimeException | Error e) {
            throw new AssertionError("seed " + seed + ": " + new String(input, StandardCharsets.UTF_8), e);
        }
        Objects.requireNonNull(answer.snapshot().text());
        try {
            OPENAI.decoder().whole(input, event -> {});
        } catch (StreamException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = OpenAiFuzzTest.class.getResourceAsStream("/transcripts/openai/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
