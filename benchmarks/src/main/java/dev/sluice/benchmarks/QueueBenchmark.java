package dev.sluice.benchmarks;

import dev.sluice.EndReason;
import dev.sluice.internal.EventQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to hand an event from one thread to another: at full speed, and when each event wakes the consumer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class QueueBenchmark {
    private static final int EVENTS = 10_000;
    /** How many events come with one read of 16 KB. */
    private static final int READ = 100;

    private static final int TURNS = 1_000;
    private static final String EVENT = "event";

    /** The kind of both threads. */
    @Param({"virtual", "platform"})
    private String threads = "virtual";

    private EventQueue<String> there;
    private EventQueue<String> back;

    /** One puts as fast as it can, a read at a time, the other takes. */
    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public void stream() throws InterruptedException {
        there = new EventQueue<>(256, EventQueue.DEFAULT_BYTES);
        Thread producer = start(() -> {
            for (int i = 0; i < EVENTS; i++) {
                there.put(EVENT, EVENT.length());
                if (i % READ == READ - 1) {
                    there.flush();
                }
            }
            there.flush();
            there.end(new EndReason.Completed());
        });
        start(() -> drain(there)).join();
        producer.join();
    }

    /** Each waits for the other before it goes on: two wake-ups. */
    @Benchmark
    @OperationsPerInvocation(TURNS)
    public void pingPong() throws InterruptedException {
        there = new EventQueue<>(256, EventQueue.DEFAULT_BYTES);
        back = new EventQueue<>(256, EventQueue.DEFAULT_BYTES);
        Thread other = start(() -> {
            for (String ball = there.take(); ball != null; ball = there.take()) {
                back.put(ball, ball.length());
                back.flush();
            }
        });
        start(() -> {
                    for (int i = 0; i < TURNS; i++) {
                        there.put(EVENT, EVENT.length());
                        there.flush();
                        back.take();
                    }
                    there.flush();
                    there.end(new EndReason.Completed());
                })
                .join();
        other.join();
    }

    private static void drain(EventQueue<String> queue) throws InterruptedException {
        int taken = 0;
        while (queue.take() != null) {
            taken++;
        }
        if (taken != EVENTS) {
            throw new IllegalStateException("events: " + taken);
        }
    }

    private Thread start(Work work) {
        ThreadFactory factory = threads.equals("virtual")
                ? Thread.ofVirtual().factory()
                : Thread.ofPlatform().factory();
        Thread thread = factory.newThread(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return thread;
    }

    /** What waits. */
    private interface Work {
        void run() throws InterruptedException;
    }
}
