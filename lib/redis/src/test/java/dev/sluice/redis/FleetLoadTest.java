package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A thousand streams of ten events a second, written in one process and watched in another. Prints what it measures and
 * expects that nothing is lost. The clock's nanoseconds are those of the machine, so both processes read the same.
 */
@Tag("soak")
final class FleetLoadTest {
    private static final int STREAMS = 1_000;
    private static final int EVENTS = 150;
    private static final int WARM_UP = 50;
    private static final int CANCELS = 100;

    @Test
    void aThousandStreamsOnTwoMachines() throws Exception {
        try (var redis = RedisProcess.start();
                var log = RedisResumeLog.builder("127.0.0.1", redis.port).build();
                var node = Node.start(Producer.class, List.of(Integer.toString(redis.port)))) {
            var latencies = new long[STREAMS * EVENTS];
            var measured = new AtomicInteger();
            var finished = new AtomicInteger();
            var lost = new AtomicLong(STREAMS * (long) EVENTS);
            for (int i = 0; i < STREAMS; i++) {
                log.subscribe("load-" + i, OWNER, 0, new ResumeLog.Listener() {
                    @Override
                    public void events(List<RelayEvent> events) {
                        long now = System.nanoTime();
                        for (RelayEvent event : events) {
                            lost.decrementAndGet();
                            if (event.id() > WARM_UP) {
                                latencies[measured.getAndIncrement()] = now - sent(event);
                            }
                        }
                    }

                    @Override
                    public void end(End end) {
                        finished.addAndGet(end == End.FINISHED ? 1 : 0);
                    }
                });
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> finished.get() == STREAMS);
            assertThat(lost).hasValue(0);
            print("events", Arrays.copyOf(latencies, measured.get()));
            for (int i = 0; i < CANCELS; i++) {
                log.cancel("cancel-" + i, OWNER, Long.toString(System.nanoTime()));
            }
            node.awaitLine("cancelled");
        }
    }

    private static long sent(RelayEvent event) {
        var json = event.json();
        return Long.parseLong(json.substring("{\"at\":".length(), json.indexOf(',')));
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.err.printf(
                "%s: %,d, p50 %.2f ms, p99 %.2f ms, max %.1f ms%n",
                what,
                nanos.length,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                nanos[nanos.length - 1] / 1e6);
    }

    /** The process that writes. */
    static final class Producer {
        public static void main(String[] arguments) throws Exception {
            Node.endWithTheTest();
            var cancelled = new long[CANCELS];
            var cancels = new CountDownLatch(CANCELS);
            try (var log = RedisResumeLog.builder("127.0.0.1", Integer.parseInt(arguments[0]))
                    .build()) {
                for (int i = 0; i < CANCELS; i++) {
                    int place = i;
                    log.create("cancel-" + i, OWNER, reason -> {
                        cancelled[place] = System.nanoTime() - Long.parseLong(reason);
                        cancels.countDown();
                    });
                }
                for (int i = 0; i < STREAMS; i++) {
                    var writer = log.create("load-" + i, OWNER, reason -> {});
                    long delay = 3_000 + i * 100L / STREAMS;
                    Thread.ofVirtual().start(() -> produce(writer, delay));
                }
                System.out.println("begun");
                cancels.await();
                print("cancels", cancelled);
                System.out.println("cancelled");
            }
        }

        private static void produce(ResumeLog.Writer writer, long delay) {
            try {
                long due = System.nanoTime() + delay * 1_000_000;
                for (int i = 0; i < EVENTS; i++, due += 100_000_000) {
                    Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
                    writer.append(
                            "message_delta", "{\"at\":" + System.nanoTime() + ",\"text\":\"some words of an answer\"}");
                }
                writer.finish();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
