package dev.sluice.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.JsonMutations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever comes, an answer is decoded to its end or fails as a stream may, and what came folds into a message. */
class InteractionsFuzzTest {
    private static final List<byte[]> SEEDS = Stream.of("thought-search-text", "parallel-calls")
            .map(InteractionsWire::transcript)
            .toList();

    /** What hits harder than a random byte. */
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "\"",
        "\\",
        ",",
        "\n\n",
        "null",
        "\\ud83d",
        "\u00e9",
        "{}",
        "data: [DONE]\n\n",
        "data: {}\n\n",
        "event: error\n",
        "\"index\":0,",
        "\"index\":99999999999,",
        "\"type\":\"text\",",
        "\"type\":\"image\",",
        "\"type\":\"function_call\",",
        "\"type\":\"a_call\",",
        "\"type\":\"a_result\",",
        "\"type\":\"user_input\",",
        "\"type\":\"text_annotation_delta\",",
        "\"text\":null,",
        "\"step\":null,",
        "\"delta\":null,",
        "\"content\":[1],",
        "\"content\":[{\"type\":\"text\",\"text\":\"x\"}],",
        "\"summary\":[{}],",
        "\"arguments\":[1],",
        "\"annotations\":[{}],",
        "\"end_index\":7,",
        "\"data\":\"QQ==\",",
        "\"status\":\"failed\",",
        "\"usage\":{\"total_input_tokens\":-1},",
        "\"id\":\"\",",
        "\"name\":\"\",",
        "\"signature\":\"s\",",
    };

    @Test
    void mutatedAnswersEndWell() {
        for (long seed = 0; seed < 400; seed++) {
            byte[] input = JsonMutations.mutated(SEEDS, PIECES, new Random(seed));
            try {
                streamed(input);
                whole(input);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + new String(input, StandardCharsets.UTF_8), e);
            }
        }
    }

    private static void streamed(byte[] input) {
        var events = new ArrayList<StreamEvent>();
        try {
            InteractionsWire.read(input, events);
        } catch (StreamException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        String message = InteractionsWire.message(events).toString();
        assertThat(message).isNotBlank();
        var again = new ArrayList<StreamEvent>();
        try {
            InteractionsWire.read(input, again);
        } catch (StreamException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        assertThat(again).isEqualTo(events);
    }

    /** The data of one of the events as the body of an answer. */
    private static void whole(byte[] input) {
        String[] lines = new String(input, StandardCharsets.UTF_8).split("\n", -1);
        String body = lines[input.length % lines.length].replaceFirst("data: ", "");
        try {
            new InteractionsDecoder().whole(body.getBytes(StandardCharsets.UTF_8), event -> {});
        } catch (StreamException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
