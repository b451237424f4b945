package dev.sluice.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.BlockingCall;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JdkBodyTest {
    private final JdkBody body = new JdkBody();
    private final Demand demand = new Demand();

    private static final class Demand implements Flow.Subscription {
        long requested;
        boolean cancelled;

        @Override
        public void request(long n) {
            requested += n;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @Test
    void oneBatchIsAskedForAndTheNextWhenItIsTaken() throws Exception {
        body.onSubscribe(demand);
        assertThat(demand.requested).isEqualTo(1);
        body.onNext(buffers("ab", "", "c"));
        assertThat(demand.requested).isEqualTo(1);
        assertThat(body.read()).isEqualTo('a');
        assertThat(demand.requested).isEqualTo(2);
        assertThat(body.readNBytes(2)).isEqualTo("bc".getBytes(UTF_8));
        assertThat(demand.requested).isEqualTo(2);
    }

    @Test
    void eightBatchesOfALongBodyAreAskedForAhead() throws Exception {
        body.onSubscribe(demand);
        for (int batch = 1; batch <= 4; batch++) {
            assertThat(demand.requested).isEqualTo(batch);
            body.onNext(buffers("a"));
            assertThat(body.read()).isEqualTo('a');
        }
        assertThat(demand.requested).isEqualTo(4 + 8);
        for (int batch = 0; batch < 8; batch++) {
            body.onNext(buffers("" + batch));
        }
        assertThat(demand.requested).isEqualTo(4 + 8);
        assertThat(body.readNBytes(8)).isEqualTo("01234567".getBytes(UTF_8));
        assertThat(demand.requested).isEqualTo(4 + 16);
    }

    @Test
    void batchesWithNothingInThemAreNoEnd() throws Exception {
        body.onSubscribe(demand);
        body.onNext(List.of());
        var read = BlockingCall.at(() -> {
            throw new IOException("read " + body.read());
        });
        read.awaitBlocked();
        body.onNext(buffers(""));
        read.awaitBlocked();
        body.onNext(buffers("\u00ff"));
        assertThat(read.failsWithin(Duration.ofSeconds(1))).hasMessage("read " + 0xc3);
    }

    @Test
    void availableIsWhatCanBeReadWithoutWaiting() throws Exception {
        body.onSubscribe(demand);
        assertThat(body.available()).isZero();
        body.onNext(buffers("ab", "c"));
        assertThat(body.available()).isEqualTo(3);
        assertThat(body.read()).isEqualTo('a');
        assertThat(body.available()).isEqualTo(1);
        assertThat(body.read()).isEqualTo('b');
        assertThat(body.available()).isEqualTo(1);
        assertThat(body.read()).isEqualTo('c');
        assertThat(body.available()).isZero();
        body.onNext(buffers("d"));
        body.close();
        assertThat(body.available()).isZero();
    }

    @Test
    void whatCameBeforeAFailureIsReadBeforeItIsThrown() throws Exception {
        body.onSubscribe(demand);
        body.onNext(buffers("a", "b"));
        assertThat(body.read()).isEqualTo('a');
        body.onNext(buffers("c"));
        body.onError(new IOException("outer", new EOFException("the reason")));
        assertThat(body.readNBytes(2)).isEqualTo("bc".getBytes(UTF_8));
        assertThat(demand.requested).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(body::read)
                    .hasMessage("The response broke off: the reason")
                    .hasRootCauseInstanceOf(EOFException.class);
        }
    }

    @Test
    void aFailureWithoutAMessageIsNamed() {
        body.onError(new EOFException());
        assertThatThrownBy(body::read).hasMessage("The response broke off: EOFException");
    }

    @Test
    void whatComesFirstOfAFailureAndTheEndHolds() throws Exception {
        body.onComplete();
        body.onError(new IOException("late"));
        assertThat(body.read()).isEqualTo(-1);
        var broken = new JdkBody();
        broken.onError(new IOException("first"));
        broken.onError(new IOException("second"));
        broken.onComplete();
        assertThatThrownBy(broken::read).hasMessageContaining("first");
    }

    @Test
    void closedBeforeItBeganCancelsAtOnce() {
        body.close();
        body.onSubscribe(demand);
        body.onNext(buffers("late"));
        assertThat(demand.cancelled).isTrue();
        assertThat(demand.requested).isZero();
        assertThatThrownBy(body::read).hasMessage("The response was closed");
    }

    @Test
    void closingAfterTheEndCancelsNothing() {
        body.onSubscribe(demand);
        body.onComplete();
        body.close();
        assertThat(demand.cancelled).isFalse();
    }

    @Test
    void closingWakesTheReader() {
        body.onSubscribe(demand);
        var read = BlockingCall.at(body::read).awaitBlocked();
        body.close();
        assertThat(read.failsWithin(Duration.ofSeconds(1))).hasMessage("The response was closed");
        assertThat(demand.cancelled).isTrue();
    }

    @Test
    void anInterruptIsHeardThoughThereIsMoreToRead() {
        body.onSubscribe(demand);
        body.onNext(buffers("more"));
        var read = BlockingCall.at(() -> {
            Thread.currentThread().interrupt();
            return body.read();
        });
        assertThat(read.failsWithin(Duration.ofSeconds(1))).isInstanceOf(InterruptedIOException.class);
        assertThat(read.stillInterrupted()).isTrue();
        assertThat(demand.cancelled).isTrue();
    }

    private static List<ByteBuffer> buffers(String... texts) {
        return Stream.of(texts)
                .map(text -> ByteBuffer.wrap(text.getBytes(UTF_8)))
                .toList();
    }
}
