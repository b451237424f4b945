package dev.sluice.provider.openai;

import dev.sluice.RateLimits;
import dev.sluice.RateLimits.Window;
import dev.sluice.transport.TransportResponse;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rate limits in the headers of OpenAI's responses, {@code x-ratelimit-{limit,remaining,reset}-{requests,tokens}}: whole
 * numbers, and the time until the reset in hours, minutes, seconds and milliseconds as in {@code 6m0s} or {@code 20ms}
 * (<a href="https://platform.openai.com/docs/guides/rate-limits">OpenAI's guide</a>); of some servers in seconds. Without a
 * readable limit and rest there is no window; without a readable time it has none.
 */
final class OpenAiRateLimits {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final String DECIMAL = "([0-9]{1,9}(?:\\.[0-9]{1,9})?)";
    private static final Pattern DURATION = Pattern.compile(
            "(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m)?(?:" + DECIMAL + "s)?(?:" + DECIMAL + "ms)?|" + DECIMAL);

    private OpenAiRateLimits() {}

    static Optional<RateLimits> of(TransportResponse response, InstantSource clock) {
        Window requests = window(response, "requests", clock);
        Window tokens = window(response, "tokens", clock);
        return requests == null && tokens == null
                ? Optional.empty()
                : Optional.of(new RateLimits(requests, tokens, null, null));
    }

    private static @Nullable Window window(TransportResponse response, String what, InstantSource clock) {
        Optional<Long> limit = number(response, "limit-" + what);
        Optional<Long> remaining = number(response, "remaining-" + what);
        return limit.isPresent() && remaining.isPresent()
                ? new Window(limit.get(), remaining.get(), time(response, "reset-" + what, clock))
                : null;
    }

    private static Optional<Long> number(TransportResponse response, String name) {
        return header(response, name)
                .filter(text -> NUMBER.matcher(text).matches())
                .map(Long::valueOf);
    }

    private static @Nullable Instant time(TransportResponse response, String name, InstantSource clock) {
        return header(response, name)
                .filter(text -> !text.isEmpty())
                .map(DURATION::matcher)
                .filter(Matcher::matches)
                .map(parts -> clock.instant().plus(duration(parts)))
                .orElse(null);
    }

    private static Duration duration(Matcher parts) {
        return part(parts, 1, 3_600_000)
                .plus(part(parts, 2, 60_000))
                .plus(part(parts, 3, 1000))
                .plus(part(parts, 4, 1))
                .plus(part(parts, 5, 1000));
    }

    private static Duration part(Matcher parts, int group, long millis) {
        String number = parts.group(group);
        return number == null
                ? Duration.ZERO
                : Duration.ofNanos(new BigDecimal(number)
                        .multiply(BigDecimal.valueOf(millis * 1_000_000))
                        .longValue());
    }

    private static Optional<String> header(TransportResponse response, String name) {
        return response.header("x-ratelimit-" + name).map(String::strip);
    }
}
