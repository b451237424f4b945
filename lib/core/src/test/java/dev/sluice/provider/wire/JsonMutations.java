package dev.sluice.provider.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Changes transcripts, for tests that look what a decoder makes of them. */
public final class JsonMutations {
    private JsonMutations() {}

    /**
     * One of the transcripts with one to eight changes: bytes flipped, left out, repeated, or replaced by one of the pieces.
     *
     * @param pieces what is more likely than a random byte to be misread
     */
    public static byte[] mutated(List<byte[]> transcripts, String[] pieces, Random random) {
        byte[] bytes = transcripts.get(random.nextInt(transcripts.size()));
        for (int changes = 1 + random.nextInt(8); changes > 0 && bytes.length > 0; changes--) {
            int from = random.nextInt(bytes.length);
            int to = Math.min(bytes.length, from + random.nextInt(random.nextInt(10) == 0 ? 400 : 8));
            if (random.nextInt(3) > 0) { // where a field may stand, so that a piece is read as one
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
                default -> changed.writeBytes(pieces[random.nextInt(pieces.length)].getBytes(StandardCharsets.UTF_8));
            }
            changed.write(bytes, to, bytes.length - to);
            bytes = changed.toByteArray();
        }
        return bytes;
    }
}
