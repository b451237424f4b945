package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.relay.RelayListener.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ShutdownTest {

    @Test
    void everyWatcherIsToldBeforeItsConnectionEndsAndEveryRunIsStopped() {
        var fixture = new RelayFixture(builder -> builder.streamsPerSession(20));
        var runs = new ArrayList<ScriptedRun>();
        var sinks = new ArrayList<RecordingSink>();
        for (int i = 0; i < 20; i++) {
            var run = new ScriptedRun().say(ScriptedRun.progress("a"));
            String id = fixture.start(run);
            runs.add(run);
            sinks.add(fixture.watch(id));
            sinks.add(fixture.watch(id));
        }
        sinks.forEach(sink -> sink.awaitWrites(1));
        fixture.relay.shutdown(Duration.ofSeconds(30));
        assertThat(sinks).allSatisfy(sink -> {
            assertThat(sink.frames()).hasSize(2).endsWith("failure server_shutdown true");
            assertThat(sink.closed).isTrue();
            assertThat(sink.aborted).isFalse();
        });
        await().untilAsserted(() ->
                assertThat(runs).allSatisfy(run -> assertThat(run.cancels).hasSize(1)));
        assertThat(fixture.relay.running()).isZero();
        assertThat(fixture.relay.watching()).isZero();
        assertThat(fixture.outcomes).hasSize(20).containsOnly(Outcome.SHUT_DOWN);
        assertThat(fixture.departures).hasSize(40).containsOnly(Departure.SHUT_DOWN);
    }

    @Test
    void whatEndsByItselfIsNotWaitedForAnyLonger() {
        var fixture = new RelayFixture();
        var sink = fixture.watch(fixture.start(new ScriptedRun()));
        fixture.relay.shutdown(Duration.ofDays(10));
        assertThat(sink.closed).isTrue();
    }

    @Test
    void whatDoesNotEndIsCutOff() {
        var fixture = new RelayFixture();
        var run = new ScriptedRun().say(ScriptedRun.progress("a"));
        run.heedsCancel = false;
        String id = fixture.start(run);
        var stuck = fixture.watch(id, 0, new RecordingSink().blockForEver());
        await().until(() -> stuck.inWrite);
        fixture.relay.shutdown(Duration.ofMillis(100));
        await().until(() -> stuck.aborted && run.closed && fixture.relay.running() == 0);
        stuck.unblock();
        run.heedsCancel = true;
        run.end();
    }

    @Test
    void whoComesThenStartsNothingAndIsTold() {
        var fixture = new RelayFixture();
        String id = fixture.start(ScriptedRun.counting(2));
        await().until(() -> fixture.relay.running() == 0);
        fixture.relay.close();
        var run = new ScriptedRun();
        assertThatThrownBy(() -> fixture.start(run))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(run.closed).isTrue();
        var late = fixture.watch(id).awaitEnd();
        assertThat(late.frames()).containsExactly("failure server_shutdown true");
        assertThat(late.closed).isTrue();
        await().until(() -> fixture.relay.watching() == 0);
        fixture.relay.close();
    }

    @Test
    void theLogThatWasGivenStaysOpen() {
        var fixture = new RelayFixture();
        String id = fixture.start(ScriptedRun.counting(2));
        await().until(() -> fixture.relay.running() == 0);
        fixture.relay.close();
        assertThat(fixture.log.isDelivered(id, ALICE, 2)).isTrue();
    }

    @Test
    void watchersOnOtherMachinesSeeTheRunEnd() {
        var fixture = new RelayFixture();
        String id = fixture.start(new ScriptedRun());
        fixture.relay.close();
        try (var other = Relay.builder().log(fixture.log).build()) {
            var sink = new RecordingSink();
            other.attach(ALICE, id, 0, PlainFormat.PLAIN, sink);
            assertThat(sink.awaitEnd().frames().getFirst()).contains("\"code\":\"server_shutdown\"");
        }
    }

    /** The relay closes its own log, which then would say that there is no such stream, or that its producer is lost. */
    @Test
    void whoComesAtThatMomentIsToldSoAndNothingElse() throws Exception {
        for (int round = 0; round < 200; round++) {
            var relay = Relay.builder().watchers(new Quota(100, 100, 100)).build();
            String id = relay.start(ALICE, new ScriptedRun());
            var sinks = new CopyOnWriteArrayList<RecordingSink>();
            var go = new CountDownLatch(1);
            var failures = new CopyOnWriteArrayList<Throwable>();
            var comers = IntStream.range(0, 4)
                    .mapToObj(i -> Thread.ofVirtual().start(() -> {
                        try {
                            go.await();
                            for (int j = 0; j < 10; j++) {
                                var sink = new RecordingSink();
                                relay.attach(ALICE, id, 0, PlainFormat.PLAIN, sink);
                                sinks.add(sink);
                            }
                        } catch (Exception e) {
                            failures.add(e);
                        }
                    }))
                    .toList();
            go.countDown();
            relay.shutdown(Duration.ofSeconds(30));
            for (Thread comer : comers) {
                comer.join();
            }
            assertThat(failures).isEmpty();
            assertThat(sinks)
                    .hasSize(40)
                    .extracting(sink -> sink.awaitEnd().frames().toString())
                    .allSatisfy(told ->
                            assertThat(told).contains("server_shutdown").doesNotContain("producer_lost", "expired"));
        }
    }

    @Test
    void nothingIsWrittenBeforeItsConnectionIsWatched() {
        var relay = Relay.builder().build();
        String id = relay.start(ALICE, new ScriptedRun());
        relay.close();
        var order = new CopyOnWriteArrayList<String>();
        relay.attach(ALICE, id, 0, PlainFormat.PLAIN, new EventSink() {
            @Override
            public void write(List<String> frames) {
                order.add("written");
            }

            @Override
            public void onGone(Runnable gone) {
                LockSupport.parkNanos(20_000_000);
                order.add("watched");
            }

            @Override
            public void close() {
                order.add("closed");
            }

            @Override
            public void abort() {
                order.add("aborted");
            }
        });
        await().untilAsserted(() -> assertThat(order).containsExactly("watched", "written", "closed"));
    }

    @Test
    void aLogThatIsClosedSaysSo() {
        var relay = Relay.builder().build();
        String id = relay.start(ALICE, new ScriptedRun());
        relay.close();
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> relay.isDelivered(ALICE, id, 0), () -> relay.cancel(ALICE, id, "no more"))) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            RelayException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
        }
    }

    @Test
    void aRunThatIsStartedMeanwhileIsStoppedToo() {
        var meanwhile = new AtomicReference<Runnable>(() -> {});
        var fixture = new RelayFixture(builder -> builder, log -> new InterferingLog(log, meanwhile));
        meanwhile.set(() -> fixture.relay.shutdown(Duration.ZERO));
        var run = new ScriptedRun();
        fixture.start(run);
        await().untilAsserted(() -> assertThat(run.cancels).hasSize(1));
        await().until(() -> fixture.relay.running() == 0);
        assertThat(fixture.outcomes).containsExactly(Outcome.SHUT_DOWN);
    }

    @Test
    void whoIsAboutToEnterTheLogMeanwhileIsToldAndNotRefused() {
        var meanwhile = new AtomicReference<Runnable>(() -> {});
        var fixture = new RelayFixture(builder -> builder, log -> new InterferingLog(log, meanwhile));
        String id = fixture.start(new ScriptedRun());
        meanwhile.set(() -> fixture.relay.shutdown(Duration.ofSeconds(30)));
        assertThat(fixture.watch(id).awaitEnd().frames()).containsExactly("failure server_shutdown true");
        assertThat(fixture.departures).containsExactly(Departure.SHUT_DOWN);
    }
}
