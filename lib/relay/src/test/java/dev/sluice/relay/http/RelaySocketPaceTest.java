package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.Caller;
import dev.sluice.relay.FakeTime;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RelayListener;
import dev.sluice.relay.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What counts as slow where several streams share a connection. */
class RelaySocketPaceTest {
    private final FakeTime time = new FakeTime();
    private final AtomicInteger paused = new AtomicInteger();
    private final List<RelayListener.Departure> left = new CopyOnWriteArrayList<>();

    /** A connection that takes a message when the test lets it. */
    private static final class SteppingWire implements RelaySocket.Wire {
        final Semaphore allowed = new Semaphore(10);
        final AtomicLong sent = new AtomicLong();
        final List<String> texts = new CopyOnWriteArrayList<>();
        volatile boolean cut;

        @Override
        public void send(String text) throws IOException {
            allowed.acquireUninterruptibly();
            texts.add(text);
            sent.incrementAndGet();
        }

        @Override
        public AtomicLong progress() {
            return sent;
        }

        @Override
        public void close() {}

        @Override
        public void cut() {
            cut = true;
            allowed.release(10_000);
        }
    }

    /** Each stream has its turn every 27 s only, which is longer than a connection may take nothing. */
    @Test
    void aReaderThatTakesSomethingOfOneStreamIsNotTooSlowForTheOthers() {
        var runs = new CopyOnWriteArrayList<ScriptedRun>();
        var listener = new RelayListener() {
            @Override
            public void paused() {
                paused.incrementAndGet();
            }

            @Override
            public void left(Departure why) {
                left.add(why);
            }
        };
        var wire = new SteppingWire();
        try (Relay relay = Relay.builder()
                .watcherBuffer(1_000)
                .idleTimeout(Duration.ZERO)
                .time(time)
                .listener(listener)
                .build()) {
            RelayEndpoint endpoint = RelayEndpoint.builder(relay, request -> {
                        var run = new ScriptedRun();
                        runs.add(run);
                        return run;
                    })
                    .time(time)
                    .build();
            RelaySocket socket = endpoint.socket(Caller.of(new Session("s")), wire);
            for (int i = 0; i < 3; i++) {
                socket.received("{\"type\":\"start\",\"message\":\"hi\"}");
            }
            wire.allowed.drainPermits();
            runs.forEach(run -> {
                for (int i = 1; i <= 20; i++) {
                    run.step(i, "x".repeat(500));
                }
                run.complete();
            });
            await().until(() -> paused.get() == 3);
            for (int turn = 1; turn <= 10; turn++) {
                time.advance(Duration.ofSeconds(9));
                long before = wire.sent.get();
                wire.allowed.release();
                await().until(() -> wire.sent.get() > before);
            }
            assertThat(wire.cut).isFalse();
            wire.allowed.release(10_000);
            await().until(() -> left.size() == 3);
            assertThat(left).containsOnly(RelayListener.Departure.WRITTEN);
            assertThat(wire.texts).noneMatch(text -> text.contains("slow_reader"));
        }
    }
}
