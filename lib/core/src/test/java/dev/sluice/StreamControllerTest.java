package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.is;

import dev.sluice.Timeouts.Phase;
import dev.sluice.internal.base.Cancellation;
import dev.sluice.internal.base.InternalParts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class StreamControllerTest {
    @Test
    void cancelStopsTheStreamFirstAndThenRunsTheCallbacksOnce() {
        List<String> log = new CopyOnWriteArrayList<>();
        var controller =
                StreamController.builder().onCancel(() -> log.add("callback")).build();
        cancellation(controller).attach(reason -> log.add("stop: " + reason), Runnable::run);
        controller.cancel("user pressed stop");
        controller.cancel("again");
        Awaitility.await().until(() -> log.size() == 2);
        assertThat(log).containsExactly("stop: user pressed stop", "callback");
        assertThat(controller.cancelReason()).contains("user pressed stop");
    }

    @Test
    void aControllerCancelledBeforeStopsItsStreamAtOnce() {
        var controller = StreamController.withCancellation();
        controller.cancel();
        List<String> log = new ArrayList<>();
        cancellation(controller).attach(log::add, Runnable::run);
        assertThat(log).containsExactly("cancelled by the caller");
    }

    @Test
    void afterTheEndThereIsNothingToCancel() {
        var ran = new AtomicInteger();
        var controller =
                StreamController.builder().onCancel(ran::incrementAndGet).build();
        cancellation(controller).attach(reason -> true, Runnable::run);
        cancellation(controller).end(null);
        controller.cancel();
        assertThat(ran).hasValue(0);
        assertThat(controller.isCancelled()).isFalse();
    }

    @Test
    void aStreamThatHasJustEndedIsNotCancelled() {
        var ran = new AtomicInteger();
        var controller =
                StreamController.builder().onCancel(ran::incrementAndGet).build();
        cancellation(controller).attach(reason -> false, Runnable::run);
        controller.cancel();
        assertThat(ran).hasValue(0);
        assertThat(controller.isCancelled()).isFalse();
    }

    @Test
    void aCallbackAddedAfterTheCancelRunsAtOnce() {
        var controller = StreamController.withCancellation();
        controller.cancel();
        var ran = new AtomicInteger();
        controller.onCancel(ran::incrementAndGet);
        Awaitility.await().untilAtomic(ran, is(1));
    }

    @Test
    void aCallbackThatThrowsDoesNotKeepTheOthersFromRunning() {
        var ran = new AtomicInteger();
        var controller = StreamController.builder()
                .onCancel(() -> {
                    throw new IllegalStateException("mine");
                })
                .onCancel(ran::incrementAndGet)
                .build();
        controller.cancel();
        Awaitility.await().untilAtomic(ran, is(1));
    }

    @Test
    void aCallbackThatNeverReturnsHoldsUpNeitherTheCancelNorTheNextCallbackThatIsAdded() {
        var never = new CountDownLatch(1);
        var ran = new AtomicInteger();
        var controller = StreamController.builder()
                .onCancel(() -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build();
        controller.cancel();
        controller.onCancel(ran::incrementAndGet);
        Awaitility.await().untilAtomic(ran, is(1));
        never.countDown();
    }

    @Test
    void aControllerSteersOneStream() {
        var controller = StreamController.withCancellation();
        cancellation(controller).attach(reason -> true, Runnable::run);
        assertThatThrownBy(() -> cancellation(controller).attach(reason -> true, Runnable::run))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("controller");
    }

    @RepeatedTest(20)
    void raceOfTwoCancelsRunsEverythingOnce() throws Exception {
        var stops = new AtomicInteger();
        var callbacks = new AtomicInteger();
        var controller =
                StreamController.builder().onCancel(callbacks::incrementAndGet).build();
        cancellation(controller).attach(reason -> stops.incrementAndGet() > 0, Runnable::run);
        var go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    assertThat(go.await(5, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                controller.cancel();
            }));
        }
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(stops).hasValue(1);
        Awaitility.await().untilAtomic(callbacks, is(1));
    }

    @Test
    void itsLimitsReplaceTheClientsOneByOne() {
        var controller = StreamController.builder()
                .timeout(Duration.ofMinutes(2))
                .idleTimeout(Duration.ofSeconds(20))
                .stallTimeout(Duration.ofSeconds(30))
                .headersTimeout(Duration.ofSeconds(3))
                .firstEventTimeout(Duration.ZERO)
                .build();
        Timeouts merged = controller.timeouts(Timeouts.defaults());
        assertThat(merged.connect()).isEqualTo(Timeouts.defaults().connect());
        assertThat(merged.total()).isEqualTo(Duration.ofMinutes(2));
        assertThat(merged.idle()).isEqualTo(Duration.ofSeconds(20));
        assertThat(merged.stall()).isEqualTo(Duration.ofSeconds(30));
        assertThat(merged.headers()).isEqualTo(Duration.ofSeconds(3));
        assertThat(merged.firstEvent()).isZero();
        assertThat(StreamController.withTimeout(Duration.ofSeconds(1))
                        .timeouts(Timeouts.none())
                        .of(Phase.TOTAL))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(StreamController.withChunkLimit(7).maxChunks()).hasValue(7);
    }

    @Test
    void valuesThatCannotBeRightAreRefusedByName() {
        assertThatThrownBy(() -> StreamController.withTimeout(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeout");
        assertThatThrownBy(() -> StreamController.withChunkLimit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxChunks");
    }

    @Test
    void aCallbackThatFailsInAnyWayDoesNotKeepAnythingFromRunning() {
        List<String> ran = new CopyOnWriteArrayList<>();
        var controller = StreamController.builder()
                .onCancel(() -> {
                    throw new AssertionError("mine");
                })
                .onCancel(() -> ran.add("second"))
                .build();
        controller.cancel("stop");
        controller.onCancel(() -> {
            throw new StackOverflowError();
        });
        Awaitility.await().until(() -> ran.equals(List.of("second")));
    }

    @Test
    void nothingIsCancelledWithoutAReason() {
        List<String> ran = new ArrayList<>();
        var controller =
                StreamController.builder().onCancel(() -> ran.add("callback")).build();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> controller.cancel(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("reason");
        }
        assertThat(ran).isEmpty();
        assertThatThrownBy(() -> controller.onCancel(null)).hasMessage("callback");
        assertThatThrownBy(() -> StreamController.builder().onCancel(null)).hasMessage("callback");
    }

    private static Cancellation cancellation(StreamController controller) {
        return InternalParts.of(controller, Cancellation.class);
    }
}
