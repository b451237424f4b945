package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.wire.ClaudeStream;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.benchmarks.wire.Shape.Kind;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.claude.Claude;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A message of a million events, with a snapshot after every hundred: what an event costs at its beginning and at its end.
 * The response is in memory: over a socket, a server that is ahead when the stream begins and then has to be waited for makes
 * the first events cheaper, whoever reads them.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.compare.MillionEvents}
 */
public final class MillionEvents {
    private static final int EVENTS = 1_000_000;
    private static final int TENTHS = 10;
    private static final int PART = EVENTS / TENTHS;
    private static final int SNAPSHOT_EVERY = 100;
    private static final int ROUNDS = 11;
    private static final int WARM_UP = 3;
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .user("Tell me about rivers")
            .build();

    private MillionEvents() {}

    /** Runs it and prints medians. */
    public static void main(String[] args) {
        byte[] body = ClaudeStream.body(new Shape(Kind.BULK, EVENTS));
        try (LlmClient client = LlmClient.builder(
                        Claude.builder().apiKey("none").build())
                .transport(new InMemory(body))
                .build()) {
            for (int i = 0; i < WARM_UP; i++) {
                var unused = parts(client);
            }
            double[][] rounds = new double[ROUNDS][];
            Arrays.setAll(rounds, i -> parts(client));
            System.out.printf(
                    Locale.ROOT,
                    "ns per event, by tenths: %s; the last %.2f times the first (medians of %d)%n",
                    IntStream.range(0, TENTHS)
                            .mapToObj(tenth -> "%.0f".formatted(median(rounds, parts -> parts[tenth])))
                            .collect(Collectors.joining(" ")),
                    median(rounds, parts -> parts[TENTHS - 1] / parts[0]),
                    ROUNDS);
        }
    }

    private static double median(double[][] rounds, ToDoubleFunction<double[]> figure) {
        return StreamRow.median(Arrays.stream(rounds).mapToDouble(figure).toArray());
    }

    /** Nanoseconds per event in each tenth of one stream. */
    private static double[] parts(LlmClient client) {
        double[] parts = new double[TENTHS];
        int events = 0;
        int blocks = 0;
        try (MessageStream stream = client.stream(REQUEST)) {
            long since = System.nanoTime();
            for (StreamEvent event : stream) {
                if (!(event instanceof StreamEvent.ContentBlockDelta)) {
                    continue;
                }
                events++;
                if (events % SNAPSHOT_EVERY == 0) {
                    blocks += stream.snapshot().content().size();
                }
                if (events % PART == 0) {
                    long now = System.nanoTime();
                    parts[events / PART - 1] = (double) (now - since) / PART;
                    since = now;
                }
            }
        }
        if (blocks != EVENTS / SNAPSHOT_EVERY) {
            throw new IllegalStateException(events + " events, " + blocks + " snapshots");
        }
        return parts;
    }

    /** Answers everything with one body. */
    private record InMemory(byte[] body) implements HttpTransport {
        @Override
        public TransportResponse open(TransportRequest request) {
            var headers = Map.of("content-type", List.of("text/event-stream"));
            return new TransportResponse(200, headers, new ByteArrayInputStream(body));
        }

        @Override
        public void close() {}
    }
}
