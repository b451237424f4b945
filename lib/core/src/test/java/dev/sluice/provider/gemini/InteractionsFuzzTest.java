package dev.sluice.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException;
import dev.sluice.message.StreamEvent;
import java.io.ByteArrayOutputStream;
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
            byte[] input = mutated(new Random(seed));
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

    private static byte[] mutated(Random random) {
        byte[] bytes = SEEDS.get(random.nextInt(SEEDS.size()));
        for (int changes = 1 + random.nextInt(8); changes > 0 && bytes.length > 0; changes--) {
            int from = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, from + random.nextInt(random.nextInt(10) == 0 ? 400 : 8));
            if (random.nextInt(3) > 0) { // where a field may stand, so that what was meant is met
                while (from < bytes.length && bytes[from] != '{' && bytes[from] != ',') {
                    from++;
                }
                from = Math.min(from + 1, bytes.length);
                to = from;
            }
            var changed = new ByteArrayOutputStream(bytes.length + 64);
            changed.write(bytes, 0, from);
            switch (random.nextInt(4)) {
                case 0 -> changed.write(random.nextInt(256));
                case 1 -> changed.write(bytes, from, to - from);
                case 2 -> {}
                default -> changed.writeBytes(PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8));
            }
            changed.write(bytes, to, bytes.length - to);
            bytes = changed.toByteArray();
        }
        return bytes;
    }
}
