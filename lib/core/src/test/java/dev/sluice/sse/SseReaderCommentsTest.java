package dev.sluice.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.Limits;
import dev.sluice.StreamException.LimitExceeded;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Comments, for who wants to know of them. */
class SseReaderCommentsTest {
    private static final Limits SMALL = new Limits(1000, 2000, 0);

    private static List<String> read(InputStream in, Limits limits) throws IOException {
        var heard = new ArrayList<String>();
        var reader = new SseReader(in, limits, "", comment -> heard.add(": " + comment));
        while (reader.next()) {
            heard.add(reader.data());
        }
        return heard;
    }

    @ParameterizedTest
    @EnumSource
    void eachIsToldInItsPlaceHoweverTheBytesComeIn(LineEnding ending) throws IOException {
        byte[] stream = ending.of("""
            :first
            data: a
            :inside

            :
            :  two blanks
            :: colon
            data: b
            data: c
            """.getBytes(UTF_8));
        byte[] whole = (new String(stream, UTF_8) + "\n\n").getBytes(UTF_8);
        for (int at = 0; at <= whole.length; at++) {
            assertThat(read(ScriptedInputStream.cut(whole, at), SMALL))
                    .as("cut at %d", at)
                    .containsExactly(": first", ": inside", "a", ": ", ":  two blanks", ": : colon", "b\nc");
        }
        assertThat(read(ScriptedInputStream.ofSize(1, whole), SMALL)).hasSize(7);
    }

    @Test
    void aCommentIsThereAsSoonAsItsLineIs() throws IOException {
        var heard = new ArrayList<String>();
        var reader = new SseReader(ScriptedInputStream.of(":Hello\r").thenFail(), SMALL, "", heard::add);
        assertThatThrownBy(reader::next).isInstanceOf(ScriptedInputStream.Broken.class);
        assertThat(heard).containsExactly("Hello");
    }

    @Test
    void commentsNeverAddUpToAnEventNorItsMemory() throws IOException {
        var in = new ScriptedInputStream();
        in.then(ScriptedInputStream.utf8("data: a\n"));
        byte[] comment = ScriptedInputStream.utf8(": " + "x".repeat(900) + "\n");
        for (int i = 0; i < 100; i++) {
            in.then(comment);
        }
        in.then(ScriptedInputStream.utf8("data: b\n\n"));
        var reader = new SseReader(in, SMALL, "", text -> {});
        assertThat(reader.next()).isTrue();
        assertThat(reader.data()).isEqualTo("a\nb");
        assertThat(reader.capacity()).isLessThanOrEqualTo(2048);
    }

    @Test
    void oneLongerThanALineOrThanTheRoomOfTheEventIsTooLong() {
        assertThatThrownBy(() -> read(ScriptedInputStream.of(":" + "x".repeat(1000) + "\n"), SMALL))
                .isInstanceOf(LimitExceeded.class)
                .hasMessageContaining("line bytes");
        String nearlyAll = ("data:" + "x".repeat(900) + "\n").repeat(2);
        assertThatThrownBy(() -> read(ScriptedInputStream.of(nearlyAll + ":" + "x".repeat(500)), SMALL))
                .isInstanceOf(LimitExceeded.class)
                .hasMessageContaining("event bytes");
    }

    @Test
    void anIdFromBeforeIsTheIdUntilThereIsAnother() throws IOException {
        var reader = new SseReader(ScriptedInputStream.of("data: a\n\nid: 2\ndata: b\n\n"), SMALL, "1", null);
        assertThat(reader.lastEventId()).isEqualTo("1");
        assertThat(reader.next()).isTrue();
        assertThat(reader.event()).isEqualTo(new SseEvent("message", "a", "1", null));
        assertThat(reader.next()).isTrue();
        assertThat(reader.lastEventId()).isEqualTo("2");
    }
}
