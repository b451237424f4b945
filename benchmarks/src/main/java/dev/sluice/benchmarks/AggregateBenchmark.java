package dev.sluice.benchmarks;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.benchmarks.wire.ClaudeStream;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.claude.Claude;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to fold a whole message, in microseconds: ten times the events shall take ten times the time, looks at the
 * message on the way included.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AggregateBenchmark {
    private static final int BETWEEN_LOOKS = 100;

    /** How long the message is; a million with {@code -p deltas=1000000}. */
    @Param({"10000", "100000"})
    private int deltas = 10_000;

    private final List<StreamEvent> events = new ArrayList<>();

    /** Decodes the events, so that only their folding is measured. */
    @Setup
    public void decode() throws IOException {
        byte[] answer = ClaudeStream.body(new Shape(Shape.Kind.BULK, deltas));
        var sse = new SseReader(new ByteArrayInputStream(answer), Limits.defaults());
        EventDecoder decoder = Claude.builder().apiKey("none").build().decoder();
        while (sse.next()) {
            decoder.decode(sse, events::add);
        }
    }

    /** The message once, at its end. */
    @Benchmark
    public Object fold() {
        var message = new ChunkAggregator();
        events.forEach(message::accept);
        return message.snapshot();
    }

    /** The message after every hundred events as well. */
    @Benchmark
    public void foldAndLook(Blackhole sink) {
        var message = new ChunkAggregator();
        for (int i = 0; i < events.size(); i++) {
            message.accept(events.get(i));
            if (i % BETWEEN_LOOKS == 0) {
                sink.consume(message.snapshot());
            }
        }
    }
}
