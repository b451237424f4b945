package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.JsonMutations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever a server sends, decoding it ends, with no failure but a {@link StreamException}; and it means the same with the
 * scanner and without it. Each input follows from its seed, which a failure names.
 */
class ResponsesFuzzTest {
    private static final List<byte[]> SEEDS =
            ResponsesWire.TRANSCRIPTS.stream().map(ResponsesFuzzTest::small).toList();

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
        "\n\n",
        "null",
        "-1",
        "1e999",
        "\\ud83d",
        "\\ude0a",
        "\\n",
        "\u00e9",
        "{}",
        "[null]",
        "data: [DONE]\n\n",
        "data: {}\n\n",
        "event: error\n",
        "\"output_index\":0,",
        "\"output_index\":99999999999,",
        "\"content_index\":-1,",
        "\"annotation_index\":2147483647,",
        "\"delta\":\"x\",",
        "\"delta\":null,",
        "\"item\":null,",
        "\"part\":null,",
        "\"type\":\"refusal\",",
        "\"type\":\"reasoning\",",
        "\"type\":\"custom_tool_call\",",
        "\"type\":\"mcp_call\",",
        "\"status\":\"incomplete\",",
        "\"text\":null,",
        "\"sequence_number\":00,",
        "\"obfuscation\":\"\\u0041\",",
        "\"logprobs\":[1],",
        "\"call_id\":\"\",",
        "\"name\":\"\",",
        "\"output\":null,",
        "\"content\":[1],",
        "\"arguments\":{},",
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n",
        "data: {\"type\":\"response.custom_tool_call_input.delta\",\"output_index\":9,\"delta\":\"\\ud83d\"}\n\n",
    };

    @Test
    void mutatedAnswersEndWellAndMeanTheSameWithoutTheScanner() {
        for (long seed = 0; seed < 2_500; seed++) {
            byte[] input = JsonMutations.mutated(SEEDS, PIECES, new Random(seed));
            try {
                assertThat(outcome(new ResponsesDecoder(), input))
                        .isEqualTo(outcome(new ResponsesDecoder(null), input));
                whole(input);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + new String(input, StandardCharsets.UTF_8), e);
            }
        }
    }

    private static void whole(byte[] input) {
        try {
            new ResponsesDecoder().whole(input, event -> {});
        } catch (StreamException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** The events, and the failure if there is one; all of them fold into a message. */
    private static List<Object> outcome(ResponsesDecoder decoder, byte[] input) {
        var events = new ArrayList<StreamEvent>();
        @Nullable String failure = null;
        try {
            ResponsesWire.read(decoder, input, events);
        } catch (StreamException e) {
            failure = e.getMessage();
            assertThat(failure).isNotBlank();
        }
        var answer = new ChunkAggregator();
        events.forEach(answer::accept);
        var outcome = new ArrayList<Object>(events);
        outcome.add(answer.snapshot().toString());
        outcome.add("" + failure);
        return outcome;
    }

    /** Without the echo of the request, which is long and the same everywhere. */
    private static byte[] small(String name) {
        String text = new String(ResponsesWire.bytes(name), StandardCharsets.UTF_8);
        return text.replaceAll("\"access_programs\":null.*?\"model\":", "\"model\":")
                .getBytes(StandardCharsets.UTF_8);
    }
}
