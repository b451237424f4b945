package dev.sluice.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * How the lines of a stream end. The mixes never have an LF right behind a CR that is a line end of its own, which would
 * make one of two.
 */
enum LineEnding {
    LF("\n"),
    CR("\r"),
    CRLF("\r\n"),
    MIXED_FROM_LF("\n", "\r", "\r\n"),
    MIXED_FROM_CR("\r", "\r\n", "\n"),
    MIXED_FROM_CRLF("\r\n", "\n", "\r"),
    /** A blank line is LF CR LF, or CR LF LF. */
    LF_AND_CRLF("\n", "\r\n");

    private final List<byte[]> ends;

    LineEnding(String... ends) {
        this.ends = Arrays.stream(ends)
                .map(end -> end.getBytes(StandardCharsets.US_ASCII))
                .toList();
    }

    /** The stream with these line ends in place of its own. */
    byte[] of(byte[] stream) {
        var out = new ByteArrayOutputStream();
        int line = 0;
        for (int i = 0; i < stream.length; i++) {
            if (stream[i] != '\n' && stream[i] != '\r') {
                out.write(stream[i]);
            } else {
                out.writeBytes(ends.get(line++ % ends.size()));
                if (stream[i] == '\r' && i + 1 < stream.length && stream[i + 1] == '\n') {
                    i++;
                }
            }
        }
        return out.toByteArray();
    }
}
