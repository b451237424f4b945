package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much is asked of a socket at once: as much as a waiting reader has room for, and a lot of one that is ahead. */
class ApacheSocketInputTest {
    private static final int SMALL = 768;
    private static final int LARGE = 64 << 10;

    /** Has so much, then would wait; a test that reads then gets more. */
    private static final class Recorded extends InputStream {
        private final List<Integer> asked = new ArrayList<>();
        private int there;

        @Override
        public int read() {
            throw new AssertionError("one byte after the other");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            asked.add(length);
            int count = there == 0 ? 1 : Math.min(length, there);
            there = Math.max(0, there - count);
            return count;
        }

        @Override
        public int available() {
            return there;
        }
    }

    private final Recorded socket = new Recorded();
    private final ApacheSocketInput input = new ApacheSocketInput(socket);

    private int read() throws Exception {
        return input.read(new byte[SMALL], 0, SMALL);
    }

    @Test
    void aReadThatIsFilledIsFollowedByALargeOneIfThereIsMore() throws Exception {
        socket.there = 3000;
        assertThat(read()).isEqualTo(SMALL);
        assertThat(read()).isEqualTo(SMALL);
        assertThat(read()).isEqualTo(SMALL);
        assertThat(read()).isEqualTo(3000 - 3 * SMALL);
        assertThat(socket.asked).containsExactly(SMALL, LARGE);
    }

    /** Events may be as long as the buffer by chance, and each of thousands of idle streams would hold a large one. */
    @Test
    void whoHasReadExactlyWhatWasThereWaitsWithNoMoreThanItsOwnBuffer() throws Exception {
        for (int i = 1; i < 4; i++) {
            socket.there = SMALL;
            assertThat(read()).isEqualTo(SMALL);
            assertThat(read()).isOne();
            assertThat(socket.asked).hasSize(2 * i).containsOnly(SMALL);
        }
    }
}
