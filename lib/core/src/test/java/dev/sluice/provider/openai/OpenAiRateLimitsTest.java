package dev.sluice.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.RateLimits;
import dev.sluice.RateLimits.Window;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiRateLimitsTest {
    private static final Instant NOW = Instant.parse("2026-08-06T10:00:00Z");

    private final Map<String, List<String>> headers = new HashMap<>();

    private void window(String what, String limit, String remaining, String reset) {
        headers.put("x-ratelimit-limit-" + what, List.of(limit));
        headers.put("x-ratelimit-remaining-" + what, List.of(remaining));
        headers.put("x-ratelimit-reset-" + what, List.of(reset));
    }

    private Optional<RateLimits> read() {
        return OpenAiChatCompletions.builder()
                .apiKey("k")
                .clock(() -> NOW)
                .build()
                .rateLimits(new TransportResponse(200, headers, InputStream.nullInputStream()));
    }

    @Test
    void requestsAndTokensAreRead() {
        window("requests", "5000", "4999", "12ms");
        window("tokens", "160000", "159976", "6m0s");
        assertThat(read())
                .contains(new RateLimits(
                        new Window(5000, 4999, NOW.plusMillis(12)),
                        new Window(160_000, 159_976, NOW.plusSeconds(360)),
                        null,
                        null));
    }

    @ParameterizedTest
    @CsvSource({
        "1s, PT1S",
        "6m0s, PT6M",
        "20ms, PT0.02S",
        "1h2m3.5s, PT1H2M3.5S",
        "24h0m0s, PT24H",
        "59.999s, PT59.999S",
        "8.64s, PT8.64S",
        "1s500ms, PT1.5S",
        "0.5ms, PT0.0005S",
        "0s, PT0S",
        "30, PT30S",
        "1.5, PT1.5S",
        "' 2s ', PT2S",
    })
    void theTimeOfTheResetIsADurationFromNow(String header, Duration duration) {
        window("requests", " 5 ", "4", header);
        assertThat(read().orElseThrow().requests()).isEqualTo(new Window(5, 4, NOW.plus(duration)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "soon", "-1s", "1d", "s", "ms", "1s2m", "2026-08-06T10:00:00Z", "99999999999999s"})
    void withoutAReadableTimeAWindowHasNone(String garbage) {
        window("requests", "5", "4", garbage);
        assertThat(read().orElseThrow().requests()).isEqualTo(new Window(5, 4, null));
        headers.remove("x-ratelimit-reset-requests");
        assertThat(read().orElseThrow().requests()).isEqualTo(new Window(5, 4, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "-1", "1.5", "1e3", "9999999999999999999"})
    void withoutAReadableLimitOrRestThereIsNoWindow(String garbage) {
        window("tokens", "7", "6", "1s");
        window("requests", garbage, "5", "1s");
        assertThat(read().orElseThrow().requests()).isNull();
        window("requests", "5", garbage, "1s");
        assertThat(read().orElseThrow().requests()).isNull();
        assertThat(read().orElseThrow().tokens()).isNotNull();
    }

    @Test
    void noHeaderMeansNothing() {
        assertThat(read()).isEmpty();
        headers.put("x-ratelimit-limit", List.of("5"));
        assertThat(read()).isEmpty();
    }
}
