package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-08-06T10:00:00Z"));

    @ParameterizedTest
    @CsvSource({"20, 20000000000", "0, 0", "0.1, 100000000", "1.234, 1234000000", "61, 61000000000", "7., 7000000000"})
    void secondsMayHaveAFraction(String header, long nanos) {
        assertThat(of(Map.of("retry-after", List.of(header)))).contains(Duration.ofNanos(nanos));
    }

    @ParameterizedTest
    @CsvSource({"10, 10000000", "0, 0", "0.5, 500000", "1500.25, 1500250000", "70000, 70000000000"})
    void millisecondsMayHaveAFraction(String header, long nanos) {
        assertThat(of(Map.of("Retry-After-Ms", List.of(header)))).contains(Duration.ofNanos(nanos));
    }

    @Test
    void millisecondsWinOverSeconds() {
        assertThat(of(Map.of("retry-after-ms", List.of("50"), "retry-after", List.of("2"))))
                .contains(Duration.ofMillis(50));
        assertThat(of(Map.of("retry-after-ms", List.of("soon"), "retry-after", List.of("2"))))
                .contains(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource({
        "'Thu, 06 Aug 2026 10:00:05 GMT', 5",
        "'Thu, 06 Aug 2026 10:00:00 GMT', 0",
        "'Thu, 06 Aug 2026 09:00:00 GMT', 0"
    })
    void aDateIsCountedFromTheClockAndAPastOneMeansNoWait(String header, long seconds) {
        assertThat(of(Map.of("retry-after", List.of(" " + header + " ")))).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-10",
                "+5",
                "9e34",
                "1d",
                "NaN",
                "Infinity",
                "soon",
                "0x10",
                "1,5",
                ".5",
                "1234567890123",
                "Thu, 99 Aug 2026 10:00:05 GMT"
            })
    void whatCannotBeReadMeansNothing(String header) {
        assertThat(of(Map.of("retry-after", List.of(header)))).isEmpty();
        assertThat(of(Map.of("retry-after-ms", List.of(header)))).isEmpty();
    }

    @Test
    void noHeaderMeansNothing() {
        assertThat(of(Map.of())).isEmpty();
        assertThat(of(Map.of("retry-after", List.of()))).isEmpty();
    }

    private static Optional<Duration> of(Map<String, List<String>> headers) {
        return RetryAfter.of(new TransportResponse(429, headers, InputStream.nullInputStream()), CLOCK);
    }
}
