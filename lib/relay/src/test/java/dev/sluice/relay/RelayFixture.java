package dev.sluice.relay;

import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayListener.Departure;
import dev.sluice.relay.RelayListener.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A relay with a clock that the test moves, and what its listener was told. */
final class RelayFixture implements AutoCloseable {
    static final Session ALICE = new Session("alice");
    static final Session BOB = new Session("bob");

    final FakeTime time = new FakeTime();
    final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    final List<Departure> departures = new CopyOnWriteArrayList<>();
    final List<Integer> merges = new CopyOnWriteArrayList<>();
    final List<Duration> delays = new CopyOnWriteArrayList<>();
    final List<String> pauses = new CopyOnWriteArrayList<>();
    final ResumeLog log;
    final Relay relay;

    RelayFixture() {
        this(builder -> builder);
    }

    RelayFixture(UnaryOperator<Relay.Builder> settings) {
        this(settings, log -> log);
    }

    RelayFixture(UnaryOperator<Relay.Builder> settings, UnaryOperator<ResumeLog> around) {
        log = around.apply(MemoryResumeLog.builder().time(time).build());
        relay = settings.apply(Relay.builder()
                        .watchers(new Quota(100_000, 100_000, 100_000))
                        .log(log)
                        .time(time)
                        .listener(new RelayListener() {
                            @Override
                            public void ended(Outcome outcome, Duration duration) {
                                outcomes.add(outcome);
                            }

                            @Override
                            public void left(Departure why) {
                                departures.add(why);
                            }

                            @Override
                            public void merged(int events, int into) {
                                merges.add(events - into);
                            }

                            @Override
                            public void written(int events, long characters, Duration delay) {
                                delays.add(delay);
                            }

                            @Override
                            public void paused() {
                                pauses.add("");
                            }
                        }))
                .build();
    }

    String start(RunSource run) {
        return relay.start(ALICE, run);
    }

    RecordingSink watch(String id) {
        return watch(id, 0, new RecordingSink());
    }

    RecordingSink watch(String id, long after, RecordingSink sink) {
        relay.attach(ALICE, id, after, PlainFormat.PLAIN, sink);
        return sink;
    }

    /** Waits until the log has so many events. */
    void awaitEvents(String id, int count) {
        await().until(() -> {
            try {
                log.subscribe(id, ALICE, count, new ResumeLog.Listener() {
                            @Override
                            public void events(List<RelayEvent> events) {}

                            @Override
                            public void end(ResumeLog.End end) {}
                        })
                        .close();
                return true;
            } catch (RelayException e) {
                return false;
            }
        });
    }

    void seconds(long seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }

    void millis(long millis) {
        time.advance(Duration.ofMillis(millis));
    }

    @Override
    public void close() {
        relay.shutdown(Duration.ZERO);
    }
}
