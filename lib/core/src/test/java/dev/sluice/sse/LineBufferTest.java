package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The line decoding scenarios of ADR 6, part 4a. What has no line end yet is not a line; at the end, it is dropped. */
class LineBufferTest {

    /** {@code ⏎} is LF, {@code ␍} CR, {@code /} between reads, and between lines. */
    @ParameterizedTest
    @CsvSource({
        "10, foo/ bar⏎baz, 'foo bar'",
        "11, foo/ bar␍⏎baz, 'foo bar'",
        "12, foo/ bar/baz⏎/thing⏎, foo barbaz/thing",
        "12, foo/ bar/baz␍⏎/thing␍⏎, foo barbaz/thing",
        "13, 'foo\\n\\r bar⏎', 'foo\\n\\r bar'",
        "14, foo␍/⏎/bar⏎, foo/bar",
        "15, foo␍/bar⏎, foo/bar",
        "15, foo␍/␍/bar⏎, foo//bar",
        "16, foo␍/␍/␍/⏎/bar/⏎, foo///bar",
        "17, foo⏎⏎bar⏎, foo//bar",
        "17, foo/⏎⏎bar⏎, foo//bar",
        "17, foo⏎/⏎bar⏎, foo//bar",
        "17, foo⏎⏎/bar⏎, foo//bar",
        "18, '', ",
        "19, foo⏎⏎bar, foo/",
        "19, foo␍␍bar, foo/",
        "19, foo␍⏎␍⏎bar, foo/",
        "19, ␍⏎␍⏎, /",
        "19, foo␍⏎, foo",
        "19, foo␍⏎␍, foo/",
    })
    void endsALineAtCrLfOrBoth(String number, String pieces, String lines) throws IOException {
        String[] reads = pieces.replace('⏎', '\n').replace('␍', '\r').split("/", -1);
        var buffer = new LineBuffer(ScriptedInputStream.of(reads), Limits.defaults());
        var read = new ArrayList<String>();
        while (buffer.next()) {
            read.add(new String(buffer.array(), buffer.start(), buffer.end() - buffer.start(), StandardCharsets.UTF_8));
        }
        assertThat(read).as(number).isEqualTo(lines == null ? List.of() : Arrays.asList(lines.split("/", -1)));
    }
}
