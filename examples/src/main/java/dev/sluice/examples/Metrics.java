package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.telemetry.StreamMeters;
import dev.sluice.test.server.Fault;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * What Micrometer knows after two answers, one of which had to be asked for twice. A real program would hand its own registry
 * over; the names are those of OpenTelemetry. Always talks to the scripted server, because it fails on demand.
 */
public final class Metrics {
    private Metrics() {}

    /** Runs the example. */
    public static void main(String[] args) throws InterruptedException {
        Demo demo = Demo.of(args);
        var reported = new CountDownLatch(2); // a stream is reported a moment after its answer is there
        var registry = new SimpleMeterRegistry();
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user("A haiku, please")
                .build();
        try (LlmClient client = demo.scripted(
                settings -> settings.onEnd(StreamMeters.in(registry)).onEnd(report -> reported.countDown()),
                Fault.OVERLOADED)) {
            for (int question = 1; question <= 2; question++) {
                try (MessageStream stream = client.stream(request)) {
                    System.out.println(stream.finalText() + "\n");
                }
            }
            reported.await();
        }
        registry.getMeters().stream()
                .filter(meter -> !meter.getId().getName().endsWith(".histogram"))
                .sorted(Comparator.comparing(meter -> meter.getId().getName()))
                .forEach(Metrics::print);
    }

    private static void print(Meter meter) {
        System.out.println(meter.getId().getName() + " "
                + meter.getId().getTags().stream()
                        .filter(tag -> List.of("gen_ai.token.type", "cause", "error.type")
                                .contains(tag.getKey()))
                        .map(tag -> tag.getValue() + " ")
                        .reduce("", String::concat));
        meter.measure()
                .forEach(measured ->
                        System.out.printf(Locale.ROOT, "    %s %.3f%n", measured.getStatistic(), measured.getValue()));
    }
}
