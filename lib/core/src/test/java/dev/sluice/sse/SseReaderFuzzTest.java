package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamException.LimitExceeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever comes, in whatever pieces: what the standard's own words make of it, within the limits, or the limit. */
class SseReaderFuzzTest {
    private static final String[] WORDS = {
        "data",
        "data:",
        "data: ",
        "event",
        "event: ",
        "id: ",
        "id",
        "retry: ",
        "retry:12",
        ":",
        ": c",
        " ",
        "  ",
        "x",
        "message_stop",
        "\n",
        "\n",
        "\n",
        "\r",
        "\r",
        "\r\n",
        "\r\n",
        "\n\n",
        "\r\n\r\n",
        "\n\r\n",
        "\0",
        "\uFEFF",
        "é",
        "😊",
        "\u2028",
        "\u0085",
        "9",
        "da"
    };

    private static final String[] ENDS = {"\n", "\n", "\r\n", "\r"};

    private static final String[] HEADS = {
        "event: content_block_delta\ndata: ",
        "data: ",
        "data:",
        "data:  ",
        "data",
        "event:x\n:c\ndata: ",
        "id: 1\ndata: ",
        "retry: 5\ndata: ",
        "data: a\ndata: ",
        "data: a\nevent: ",
        "data: a\n: ",
        "unknown: a\ndata: "
    };

    @Test
    void wordsOfTheFormatInAnyOrderAreReadAsTheStandardReadsThem() throws IOException {
        var random = new Random(20261121);
        for (int round = 0; round < 60_000; round++) {
            var stream = new ByteArrayOutputStream();
            if (random.nextInt(4) == 0) {
                stream.writeBytes(ScriptedInputStream.utf8("\uFEFF"));
            }
            for (int words = random.nextInt(30); words > 0; words--) {
                stream.writeBytes(ScriptedInputStream.utf8(WORDS[random.nextInt(WORDS.length)]));
            }
            assertAsTheStandard(stream.toByteArray(), random, "round " + round);
        }
    }

    @Test
    void arbitraryBytesAreReadAsTheStandardReadsThem() throws IOException {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            var stream = new byte[random.nextInt(200)];
            random.nextBytes(stream);
            for (int i = 0; i < stream.length; i++) {
                if (random.nextInt(6) == 0) {
                    stream[i] = (byte) "\n\r:dati ".charAt(random.nextInt(8));
                }
            }
            assertAsTheStandard(stream, random, "round " + round);
        }
    }

    @Test
    void longStreamsAreReadAsTheStandardReadsThem() throws IOException {
        var random = new Random(11);
        for (int round = 0; round < 300; round++) {
            var stream = new ByteArrayOutputStream();
            while (stream.size() < 20_000) {
                stream.writeBytes(ScriptedInputStream.utf8(WORDS[random.nextInt(WORDS.length)]));
                if (random.nextInt(20) == 0) {
                    stream.writeBytes(ScriptedInputStream.utf8("z".repeat(random.nextInt(3000))));
                }
            }
            assertAsTheStandard(stream.toByteArray(), random, "round " + round);
        }
    }

    /** As a model's are: each is like the one before, except for a few characters. */
    @Test
    void eventsThatBeginAlikeAreReadAsTheStandardReadsThem() throws IOException {
        var random = new Random(13);
        for (int round = 0; round < 30_000; round++) {
            String end = ENDS[random.nextInt(ENDS.length)];
            String head = HEADS[random.nextInt(HEADS.length)].replace("\n", end);
            var stream = new StringBuilder();
            for (int events = random.nextInt(12); events > 0; events--) {
                String event =
                        head + "{\"index\":0,\"text\":\"" + "abc".substring(random.nextInt(4)) + "\"}" + end + end;
                if (random.nextInt(3) == 0) {
                    int at = random.nextInt(event.length() + 1);
                    int from = random.nextBoolean() ? at : Math.min(event.length(), at + random.nextInt(8));
                    event = event.substring(0, at) + WORDS[random.nextInt(WORDS.length)] + event.substring(from);
                }
                stream.append(event);
            }
            assertAsTheStandard(ScriptedInputStream.utf8(stream.toString()), random, "round " + round);
        }
    }

    private static void assertAsTheStandard(byte[] stream, Random random, String round) throws IOException {
        Limits limits = random.nextBoolean()
                ? Limits.defaults()
                : new Limits(
                        3 + random.nextInt(40), 3 + random.nextInt(80), 0); // a byte order mark is a line of 3 at first
        SpecReader.Outcome expected = SpecReader.read(stream, limits);
        var reader = new SseReader(inPieces(stream, random), limits);
        var events = new ArrayList<SseEvent>();
        Limits.Limit met = null;
        try {
            while (reader.next()) {
                events.add(reader.event());
            }
        } catch (LimitExceeded e) {
            met = e.limit();
        }
        var outcome = new SpecReader.Outcome(events, met);
        if (!outcome.equals(expected)) {
            assertThat(outcome).as(round + " of " + Arrays.toString(stream)).isEqualTo(expected);
        }
        assertThat(reader.capacity()).isLessThanOrEqualTo(Math.max(2048, 4 * stream.length));
    }

    /** Of any size, some empty. */
    private static ScriptedInputStream inPieces(byte[] stream, Random random) {
        var in = new ScriptedInputStream();
        int most = 1 + random.nextInt(random.nextInt(3) == 0 ? 3000 : 12);
        for (int from = 0; from < stream.length; ) {
            int to = Math.min(stream.length, from + random.nextInt(most + 1));
            in.then(Arrays.copyOfRange(stream, from, to));
            from = to;
        }
        return in;
    }
}
