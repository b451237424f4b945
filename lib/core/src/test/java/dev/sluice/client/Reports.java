package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.message.Usage;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.test.peer.Script;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** Reports of streams: of real ones, and of one that never was. */
final class Reports {
    /** The default retries, without their delays. */
    private static final Resilience QUICK = Resilience.builder()
            .retry(Retry.of(
                    "quick",
                    RetryConfig.from(RetryDefaults.config())
                            .intervalFunction(attempt -> 1L)
                            .build()))
            .build();

    private Reports() {}

    /** Streams one answer, and waits for what is reported of it. */
    static StreamReport of(Script script, Consumer<MessageStream> consumer) {
        return of(new Script[] {script}, consumer);
    }

    /** Streams one answer that may take several requests, and waits for what is reported of it. */
    static StreamReport of(Script[] scripts, Consumer<MessageStream> consumer) {
        return of(
                fixture -> {
                    try (var stream = fixture.stream()) {
                        consumer.accept(stream);
                    }
                },
                scripts);
    }

    /** Runs one stream of a client, and waits for what is reported of it. */
    static StreamReport of(Consumer<ClientFixture> story, Script... scripts) {
        var reports = new LinkedBlockingQueue<StreamReport>();
        try (var fixture =
                ClientFixture.with(settings -> settings.resilience(QUICK).onEnd(reports::add), scripts)) {
            story.accept(fixture);
            return Awaitility.await().until(reports::poll, Objects::nonNull);
        }
    }

    /** Of a stream that took 5.8 s and ended so. */
    static StreamReport of(EndReason end) {
        var metrics = new StreamMetrics(
                Duration.ofMillis(120),
                Duration.ofMillis(300),
                Duration.ofMillis(800),
                Duration.ofMillis(5800),
                312,
                48_211,
                Duration.ofMillis(16),
                Duration.ofMillis(90),
                Duration.ofMillis(240),
                250,
                50,
                2,
                1,
                0,
                0);
        return new StreamReport(
                "claude",
                URI.create("https://api.example.com"),
                "claude-sonnet-5",
                "claude-sonnet-5-20260901",
                "req_1",
                end,
                metrics,
                new Usage(10, 250, 1000, 90, 40, Map.of()));
    }
}
