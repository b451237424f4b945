package dev.sluice.benchmarks;

import dev.sluice.benchmarks.wire.ClaudeStream;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.claude.Claude;
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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What an event costs from bytes in memory to the user's loop and the message: both threads and the queue, no network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(PipelineBenchmark.EVENTS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PipelineBenchmark {
    static final int EVENTS = 10_000;

    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .user("Tell me about rivers")
            .build();

    /** What the events are. */
    @Param({"BULK", "TOOLS"})
    private Shape.Kind kind = Shape.Kind.BULK;

    private LlmClient client;

    /** Makes the client. */
    @Setup
    public void open() {
        byte[] answer = ClaudeStream.body(new Shape(kind, EVENTS));
        client = LlmClient.builder(Claude.builder().apiKey("none").build())
                .transport(new InMemory(answer, 16 * 1024))
                .build();
    }

    /** Closes it. */
    @TearDown
    public void close() {
        client.close();
    }

    /** A loop over the events. */
    @Benchmark
    public void iterate(Blackhole sink) {
        try (MessageStream stream = client.stream(REQUEST)) {
            for (StreamEvent event : stream) {
                sink.consume(event);
            }
        }
    }

    /** Only the whole message. */
    @Benchmark
    public Message finalMessage() {
        try (MessageStream stream = client.stream(REQUEST)) {
            return stream.finalMessage();
        }
    }
}
