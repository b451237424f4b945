package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Timeouts;
import dev.sluice.continuation.Continuation;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.FaultProxy;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.Threads;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Five hundred streams at any moment, through a proxy that does something bad to most connections, to a server that says
 * something bad in every fourth answer; consumed, left, cancelled, closed and interrupted at random. Every stream ends once,
 * with a type, and tells the truth; and afterwards nothing is left of them.
 *
 * <p>The seed, printed with the figures, decides what happens to the n-th connection and request and in the n-th stream;
 * {@code -Dsluice.chaos.seed} repeats it, as far as the machine does.
 */
class ChaosTest {
    private static final int AT_ONCE = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long HEAP_BYTES = 8L << 20;

    /** So many that a verdict needs them all back, and those that were out before do not make up for lost ones. */
    private static final int TRIALS = 5000;

    private static final Timeouts TIMEOUTS = new Timeouts(
            Duration.ofSeconds(2),
            Duration.ofMillis(1500),
            Duration.ofMillis(1500),
            Duration.ofMillis(1000),
            Duration.ofMillis(2000),
            Duration.ofSeconds(10));

    private final long seed = Long.getLong("sluice.chaos.seed", System.nanoTime());
    private final ChaosAnswers answers = new ChaosAnswers(seed);
    private final ScriptedPeer server = ScriptedPeer.answering(answers::script);
    private final FaultProxy proxy = FaultProxy.before(server.port(), seed);
    private final Retry retry = Retry.of(
            "chaos",
            RetryConfig.custom()
                    .maxAttempts(3)
                    .intervalFunction(IntervalFunction.ofRandomized(10))
                    .build());
    private final Bulkhead bulkhead = Bulkhead.of(
            "chaos",
            BulkheadConfig.custom()
                    .maxConcurrentCalls(AT_ONCE * 4 / 5)
                    .maxWaitDuration(Duration.ofSeconds(1))
                    .build());

    /** Does not open by itself, as a rule; when it was made to, what it lets out must come back for it to close. */
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "chaos",
            CircuitBreakerConfig.custom()
                    .slidingWindowSize(TRIALS)
                    .minimumNumberOfCalls(TRIALS)
                    .failureRateThreshold(90)
                    .waitDurationInOpenState(Duration.ofMillis(20))
                    .permittedNumberOfCallsInHalfOpenState(TRIALS)
                    .build());

    private final LongAdder opened = new LongAdder();
    private final Resilience resilience = Resilience.builder()
            .retry(retry)
            .bulkhead(bulkhead)
            .circuitBreaker(breaker)
            .build();

    /** One that fails where an answer breaks off, and one that goes on with it. */
    private final List<LlmClient> clients = List.of(client(Continuation.off()), client(Continuation.upTo(5)));

    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Set<ChaosStream> open = ConcurrentHashMap.newKeySet();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private final Map<String, LongAdder> ends = new ConcurrentHashMap<>();
    private final LongAdder retries = new LongAdder();
    private final LongAdder continuations = new LongAdder();
    private int streams;

    @Test
    @Timeout(180)
    void everyStreamEndsOnceAndNothingIsLeft() throws Exception {
        soak(Duration.ofSeconds(4));
    }

    @Test
    @Tag("soak")
    @Timeout(420)
    void everyStreamEndsOnceAndNothingIsLeftForMinutes() throws Exception {
        soak(Duration.ofMinutes(4));
    }

    @AfterEach
    void close() {
        clients.forEach(LlmClient::close);
        proxy.close();
        server.close();
    }

    private void soak(Duration time) throws InterruptedException {
        breaker.getEventPublisher().onStateTransition(event -> {
            if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                opened.increment();
            }
        });
        run(Duration.ofSeconds(2)); // what is loaded and pooled once is there now
        int threads = platformThreads();
        long heap = heap();
        run(time);
        System.out.println(figures());
        assertThat(complaints).as("seed %d", seed).isEmpty();
        assertThat(platformThreads()).as("threads, seed %d", seed).isLessThanOrEqualTo(threads + 16);
        assertThat(proxy.done().values()).as("faults met").allMatch(count -> count > 0);
        assertThat(ends.get("completed").sum()).as("%s", figures()).isGreaterThan(streams / 10);
        assertThat(retries.sum()).as("retries").isPositive();
        assertThat(continuations.sum()).as("continuations").isPositive();
        clients.forEach(LlmClient::close);
        await("no connection", () -> proxy.openConnections() == 0 && server.openConnections() == 0);
        assertThat(heap() - heap).as("heap held, seed %d", seed).isLessThan(HEAP_BYTES);
    }

    /** Keeps all places taken for a time, then waits until the last stream is over. */
    private void run(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - until < 0 && complaints.size() < 5) {
            if (!places.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("no stream ends any more\n" + dump());
            }
            int number = ++streams;
            Thread.ofVirtual().name("chaos-" + number).start(() -> consume(number));
            if (number % 1000 == 0) {
                server.forgetRequests();
            }
            if (number % 1000 == 500 && breaker.getState() == CircuitBreaker.State.CLOSED) {
                breaker.transitionToOpenState();
            }
        }
        await("no consumer", () -> places.availablePermits() == AT_ONCE);
        await("no reader", () -> running() == 0);
        await("the bulkhead's permits", () -> bulkhead.getMetrics().getAvailableConcurrentCalls() == AT_ONCE * 4 / 5);
        await("the breaker's permit", breaker::tryAcquirePermission);
        breaker.releasePermission();
        await("no thread", () -> Threads.named("sluice-claude-").isEmpty());
        server.forgetRequests();
    }

    private void consume(int number) {
        var random = new SplittableRandom(~seed + number * 0x9E3779B97F4A7C15L);
        var stream = new ChaosStream(number, answers.text(number), random);
        open.add(stream);
        try {
            stream.run(clients.get(random.nextInt(clients.size())));
            retries.add(stream.metrics().retries());
            continuations.add(stream.metrics().continuations());
            complaints.addAll(stream.complaints());
            ends.computeIfAbsent(stream.kind(), kind -> new LongAdder()).increment();
        } catch (Throwable e) {
            complaints.add(stream + " " + e);
        } finally {
            open.remove(stream);
            if (stream.wasHeldBack()) {
                LockSupport.parkNanos(500_000_000); // else thousands more would be
            }
            places.release();
        }
    }

    private void await(String what, BooleanSupplier condition) {
        try {
            Awaitility.await().atMost(PATIENCE).until(condition::getAsBoolean);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("waited for " + what + "\n" + dump(), e);
        }
    }

    private String figures() {
        return "chaos, seed " + seed + ": " + streams + " streams, ends " + new TreeMap<>(ends) + ", " + retries
                + " retries, " + continuations + " continuations, breaker open " + opened + " times, faults "
                + proxy.done();
    }

    private String dump() {
        return figures() + "\n"
                + String.join("\n", open.stream().map(Object::toString).toList()) + "\n"
                + String.join("\n", proxy.describeOpen()) + "\n"
                + running() + " running, " + server.openConnections() + " connections at the server, threads "
                + List.of(Threads.named("sluice-claude-"), Threads.named("fault-proxy-"));
    }

    private LlmClient client(Continuation continuation) {
        return ClientFixture.client(
                proxy.uri(""),
                settings -> settings.timeouts(TIMEOUTS)
                        .queueCapacity(8)
                        .resilience(resilience)
                        .continuation(continuation));
    }

    private int running() {
        return clients.stream().mapToInt(LlmClient::running).sum();
    }

    private static int platformThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** The bytes in use, without the requests that the test's server keeps. */
    private long heap() {
        server.forgetRequests();
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
