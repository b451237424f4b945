package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.Limits;
import dev.sluice.Limits.Limit;
import dev.sluice.StreamException.LimitExceeded;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer may send what it likes: it takes no more memory than the limits say. */
@Timeout(60)
class SseReaderLimitsTest {
    private static final int SMALL = 1024;
    private static final int BUSY = 32 << 10;
    private static final int MANY = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"data: ", "data", "event: ", "id: ", "retry: ", "unknown: ", "unknown", ":", ": "})
    void aLineMayBeAsLongAsItsLimit(String start) throws IOException {
        String line = start + "1".repeat(3000 - start.length());
        for (int size : new int[] {1, 2, 3, 7, 1000, 2999, 3000, 3001, 10_000}) {
            for (String end : List.of("\n", "\r", "\r\n")) {
                assertThat(read(size, line + end + "data: x" + end + end, new Limits(3000, MANY, 0)))
                        .hasSize(1);
                assertThat(exceeded(size, line + end + "data: x" + end + end, new Limits(2999, MANY, 0)))
                        .isEqualTo(List.of(Limit.LINE_BYTES, 2999L));
            }
            assertThat(exceeded(size, line, new Limits(2999, MANY, 0))).isEqualTo(List.of(Limit.LINE_BYTES, 2999L));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: 345678901\n",
                "data: 3456\ndata:\n",
                "event: 8901\ndata\n",
                "data\ndata\ndata\nid:\n",
                "x\nx\ndata: 3456789\n",
                "retry: 1\ndata: x\n"
            })
    void theLinesOfAnEventMayBeAsLongAsItsLimitTogether(String lines) throws IOException {
        assertThat(lines.replace("\n", "")).hasSize(15);
        String stream = (": a comment of no account\n" + lines + ": another\n\n").repeat(3);
        for (int size = 1; size < stream.length(); size++) {
            assertThat(read(size, stream, new Limits(MANY, 15, 0))).hasSize(3);
            assertThat(exceeded(size, stream, new Limits(MANY, 14, 0))).isEqualTo(List.of(Limit.EVENT_BYTES, 14L));
        }
    }

    @Test
    void whatIsReadBeforeTheLimitIsHandedOut() throws IOException {
        String stream = "data: 1\n\ndata: 2\n\ndata: too long\n\n";
        for (int size = 1; size <= stream.length(); size++) {
            var reader = new SseReader(
                    ScriptedInputStream.ofSize(size, ScriptedInputStream.utf8(stream)), new Limits(10, MANY, 0));
            assertThat(reader.next()).isTrue();
            assertThat(reader.next()).isTrue();
            for (int again = 0; again < 2; again++) {
                assertThat(catchThrowableOfType(LimitExceeded.class, reader::next))
                        .hasMessageContaining("10 line bytes");
            }
        }
    }

    @Test
    void theNearerLimitIsTheOneThatIsMet() throws IOException {
        for (int size = 1; size < 30; size++) {
            assertThat(exceeded(size, "data: 345678901", new Limits(10, 11, 0))).contains(Limit.LINE_BYTES);
            assertThat(exceeded(size, "data: 345678901", new Limits(11, 10, 0))).contains(Limit.EVENT_BYTES);
            assertThat(exceeded(size, "event: x\ndata: 345678901", new Limits(10, 17, 0)))
                    .contains(Limit.EVENT_BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: x", "event: x", "id: x", "x", "data: x\ndata: x", "event: x\nx: "})
    void anEndlessLineTakesNoMoreMemoryThanItsLimit(String start) {
        var in = new Endless(start, "x");
        var reader = new SseReader(in, new Limits(100_000, MANY, 0));
        assertThat(catchThrowableOfType(LimitExceeded.class, reader::next).limit())
                .isEqualTo(Limit.LINE_BYTES);
        assertThat(reader.capacity()).isLessThanOrEqualTo(4 * 100_000 / 2);
        assertThat(in.bytesRead).isLessThan(reader.capacity() + 100_000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"data: more\n", "data\n", "data: more\r\n", "x: y\n", "id: 1\n", "event: a\n", "retry: 1\r"})
    void anEventOfEndlessLinesTakesNoMoreMemoryThanItsLimit(String line) {
        var reader = new SseReader(new Endless("data: first\n", line), new Limits(MANY, 100_000, 0));
        assertThat(catchThrowableOfType(LimitExceeded.class, reader::next).limit())
                .isEqualTo(Limit.EVENT_BYTES);
        assertThat(reader.capacity()).isLessThanOrEqualTo(100_001);
    }

    @Test
    void aLineLongerThanTheEventMayBeTakesNoMoreMemoryThanTheEvent() {
        var reader = new SseReader(new Endless("data: ", "x"), new Limits(MANY, 100_000, 0));
        assertThat(catchThrowableOfType(LimitExceeded.class, reader::next).limit())
                .isEqualTo(Limit.EVENT_BYTES);
        assertThat(reader.capacity()).isLessThanOrEqualTo(100_001);
    }

    @ParameterizedTest
    @ValueSource(strings = {":", "\uFEFF:"})
    void aLongCommentTakesNoMemory(String start) throws IOException {
        int length = 10 << 20;
        var in = new Endless(start, "c", length, "\ndata: x\n\n");
        var reader = new SseReader(in, new Limits(length + 10, 10, 0));
        assertThat(reader.next()).isTrue();
        assertThat(reader.data()).isEqualTo("x");
        assertThat(reader.capacity()).isEqualTo(SMALL);
    }

    @Test
    void anEndlessCommentMeetsTheLimitOfALineAndTakesNoMoreThanAnyBusyStream() {
        var in = new Endless(":", "c");
        var reader = new SseReader(in, new Limits(8 << 20, 16 << 20, 0));
        assertThat(catchThrowableOfType(LimitExceeded.class, reader::next).limit())
                .isEqualTo(Limit.LINE_BYTES);
        assertThat(reader.capacity()).isLessThanOrEqualTo(BUSY);
        assertThat(in.bytesRead).isLessThan((8 << 20) + 2L * BUSY);
    }

    @ParameterizedTest
    @ValueSource(strings = {": keep-alive\n", ": keep-alive\n\n", "\n", "\r\n", "event: ping\n\n", "x: y\n\n"})
    void keepingASilentConnectionOpenCountsForNothing(String pulse) throws IOException {
        var reader = new SseReader(
                new Endless("data: 1\n: inside\n\n", pulse, 5 << 20, "\ndata: 2\n\n"), new Limits(20, 40, 0));
        assertThat(Streams.read(reader)).extracting(SseEvent::data).containsExactly("1", "2");
        assertThat(reader.capacity()).isEqualTo(SMALL);
    }

    @Test
    void smallEventsTakeNoMoreThanTheFirstBufferUnlessTheyComeFasterThanItHolds() throws IOException {
        byte[] stream = ScriptedInputStream.utf8(("event: a\ndata: " + "x".repeat(350) + "\n\n").repeat(200));
        for (int size : new int[] {1, 100, 999, 1024, 5000, stream.length}) {
            var reader = new SseReader(ScriptedInputStream.ofSize(size, stream), Limits.defaults());
            assertThat(Streams.read(reader)).hasSize(200);
            assertThat(reader.capacity()).isBetween(SMALL, size <= SMALL / 2 ? SMALL : BUSY);
        }
    }

    @Test
    void anEventAsLargeAsTheLimitFitsExactly() throws IOException {
        for (int most : new int[] {1023, 1024, 1025, 2048, 5000, 100_000}) {
            String stream = "data: " + "x".repeat(most - 6) + "\n\ndata: 2\n\n";
            for (int size : new int[] {7, 1024, stream.length()}) {
                var reader = new SseReader(
                        ScriptedInputStream.ofSize(size, ScriptedInputStream.utf8(stream)), new Limits(MANY, most, 0));
                assertThat(Streams.read(reader))
                        .extracting(e -> e.data().length())
                        .containsExactly(most - 6, 1);
                assertThat(reader.capacity()).isLessThanOrEqualTo(Math.max(SMALL, most + 1));
            }
        }
    }

    /** Copied or searched again with each read, this event would be 1000 GB. */
    @ParameterizedTest
    @ValueSource(strings = {"\ndata: ", ""})
    @Timeout(20)
    void aLargeEventInSmallReadsIsNotGoneThroughAgainAndAgain(String between) throws IOException {
        int most = 5_000_000;
        String part = "x".repeat(26) + between;
        byte[] stream =
                ScriptedInputStream.utf8(": first\nevent: a\ndata: " + part.repeat((most - 100) / 33) + "y\n\n");
        var reader = new SseReader(ScriptedInputStream.ofSize(16, stream), new Limits(most, most, 0));
        assertThat(reader.next()).isTrue();
        assertThat(reader.data()).startsWith("xxx").endsWith("xy".substring(between.isEmpty() ? 0 : 1));
    }

    private static List<SseEvent> read(int size, String stream, Limits limits) throws IOException {
        return Streams.read(new SseReader(ScriptedInputStream.ofSize(size, ScriptedInputStream.utf8(stream)), limits));
    }

    private static List<Object> exceeded(int size, String stream, Limits limits) {
        var reader = new SseReader(ScriptedInputStream.ofSize(size, ScriptedInputStream.utf8(stream)), limits);
        var exception = catchThrowableOfType(LimitExceeded.class, () -> Streams.read(reader));
        assertThat(exception).as("reads of " + size).isNotNull();
        var met = new ArrayList<Object>();
        met.add(exception.limit());
        met.add(exception.value());
        return met;
    }

    /** A start, then the same over and over, then perhaps an end. */
    private static final class Endless extends InputStream {
        private final byte[] start;
        private final byte[] again;
        private final long length;
        private final byte[] end;
        private long bytesRead;

        Endless(String start, String again) {
            this(start, again, Long.MAX_VALUE / 2, "");
        }

        Endless(String start, String again, long length, String end) {
            this.start = ScriptedInputStream.utf8(start);
            this.again = ScriptedInputStream.utf8(again);
            this.length = this.start.length + length / this.again.length * this.again.length;
            this.end = ScriptedInputStream.utf8(end);
        }

        @Override
        public int read() {
            long at = bytesRead++;
            if (at < start.length) {
                return start[(int) at] & 0xFF;
            }
            if (at < length) {
                return again[(int) ((at - start.length) % again.length)] & 0xFF;
            }
            return at < length + end.length ? end[(int) (at - length)] & 0xFF : -1;
        }
    }
}
