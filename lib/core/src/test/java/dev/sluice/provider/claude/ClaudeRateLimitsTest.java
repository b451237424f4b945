package dev.sluice.provider.claude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.RateLimits;
import dev.sluice.RateLimits.Window;
import dev.sluice.transport.TransportResponse;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaudeRateLimitsTest {
    private static final String PREFIX = "anthropic-ratelimit-";

    private final Map<String, List<String>> headers = new HashMap<>();

    private void header(String name, String value) {
        headers.put(PREFIX + name, List.of(value));
    }

    private void window(String what, String limit, String remaining, String reset) {
        header(what + "-limit", limit);
        header(what + "-remaining", remaining);
        header(what + "-reset", reset);
    }

    private Optional<RateLimits> read() {
        return Claude.builder()
                .apiKey("k")
                .build()
                .rateLimits(new TransportResponse(200, headers, InputStream.nullInputStream()));
    }

    @Test
    void allTwelveHeadersAreRead() {
        window("requests", "50", "49", "2026-02-25T20:02:37Z");
        window("tokens", "90000", "89000", "2026-02-25T20:02:38Z");
        window("input-tokens", "80000", "79000", "2026-02-25T20:02:39Z");
        window("output-tokens", "10000", "9000", "2026-02-25T20:02:40Z");
        assertThat(read())
                .contains(new RateLimits(
                        new Window(50, 49, Instant.parse("2026-02-25T20:02:37Z")),
                        new Window(90_000, 89_000, Instant.parse("2026-02-25T20:02:38Z")),
                        new Window(80_000, 79_000, Instant.parse("2026-02-25T20:02:39Z")),
                        new Window(10_000, 9_000, Instant.parse("2026-02-25T20:02:40Z"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"requests", "tokens", "input-tokens", "output-tokens"})
    void eachWindowStandsForItself(String what) {
        window(what, "7", "0", "2026-02-25T20:02:37Z");
        Window window = new Window(7, 0, Instant.parse("2026-02-25T20:02:37Z"));
        Map<String, Function<RateLimits, Window>> all = Map.of(
                "requests", RateLimits::requests,
                "tokens", RateLimits::tokens,
                "input-tokens", RateLimits::inputTokens,
                "output-tokens", RateLimits::outputTokens);
        RateLimits limits = read().orElseThrow();
        all.forEach((name, get) -> assertThat(get.apply(limits)).isEqualTo(name.equals(what) ? window : null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "many", "-1", "+1", "1.5", "1e3", "0x10", "1,000", "9999999999999999999", "NaN"})
    void withoutAReadableLimitOrRestThereIsNoWindow(String garbage) {
        window("tokens", "7", "6", "2026-02-25T20:02:37Z");
        window("requests", garbage, "5", "2026-02-25T20:02:37Z");
        assertThat(read().orElseThrow().requests()).isNull();
        window("requests", "5", garbage, "2026-02-25T20:02:37Z");
        assertThat(read().orElseThrow().requests()).isNull();
        assertThat(read().orElseThrow().tokens()).isNotNull();
    }

    @Test
    void withOneOfTheTwoMissingThereIsNoWindowEither() {
        header("requests-limit", "5");
        header("tokens-remaining", "5");
        header("output-tokens-reset", "2026-02-25T20:02:37Z");
        assertThat(read()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "soon", "30", "2026-02-25", "2026-02-25T20:02:37", "2026-02-30T20:02:37Z"})
    void withoutAReadableTimeAWindowHasNone(String garbage) {
        window("requests", "5", "4", garbage);
        assertThat(read().orElseThrow().requests()).isEqualTo(new Window(5, 4, null));
        headers.remove(PREFIX + "requests-reset");
        assertThat(read().orElseThrow().requests()).isEqualTo(new Window(5, 4, null));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-02-25T20:02:37Z, 2026-02-25T20:02:37Z",
        "2026-02-25T20:02:37.25Z, 2026-02-25T20:02:37.250Z",
        "2026-02-25T21:02:37+01:00, 2026-02-25T20:02:37Z",
        "' 2026-02-25T20:02:37Z ', 2026-02-25T20:02:37Z"
    })
    void timesAreThoseOfTheStandard(String header, Instant time) {
        window("requests", " 5 ", "4", header);
        assertThat(read().orElseThrow().requests()).isEqualTo(new Window(5, 4, time));
    }

    @Test
    void noHeaderMeansNothing() {
        assertThat(read()).isEmpty();
        header("unified-status", "allowed");
        headers.put(PREFIX + "requests-limit", List.of());
        assertThat(read()).isEmpty();
    }
}
