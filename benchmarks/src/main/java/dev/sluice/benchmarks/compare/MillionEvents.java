package dev.sluice.benchmarks.compare;

import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.benchmarks.wire.Shape.Kind;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.Claude;
import dev.sluice.stream.LlmClient;
import dev.sluice.stream.MessageStream;
import java.io.IOException;
import java.util.Locale;

/**
 * A message of a million events, with a snapshot after every hundred: what an event costs at its beginning and at its end.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.compare.MillionEvents}
 */
public final class MillionEvents {
    private static final int EVENTS = 1_000_000;
    private static final int PART = EVENTS / 10;
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
    public static void main(String[] args) throws IOException {
        try (Processes processes = Processes.withServer();
                LlmClient client = LlmClient.builder(Claude.builder()
                                .apiKey("none")
                                .baseUrl(processes.url(new Shape(Kind.BULK, EVENTS)))
                                .build())
                        .build()) {
            double[] first = new double[ROUNDS];
            double[] last = new double[ROUNDS];
            double[] ratio = new double[ROUNDS];
            for (int i = -WARM_UP; i < ROUNDS; i++) {
                double[] parts = parts(client);
                if (i >= 0) {
                    first[i] = parts[0];
                    last[i] = parts[parts.length - 1];
                    ratio[i] = last[i] / first[i];
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "ns per event: %.0f in the first tenth, %.0f in the last, %.2f times as much (medians of %d)%n",
                    StreamRow.median(first),
                    StreamRow.median(last),
                    StreamRow.median(ratio),
                    ROUNDS);
        }
    }

    /** Nanoseconds per event in each tenth of one stream. */
    private static double[] parts(LlmClient client) {
        double[] parts = new double[EVENTS / PART];
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
}
