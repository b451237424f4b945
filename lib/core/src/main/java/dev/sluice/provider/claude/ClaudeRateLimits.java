package dev.sluice.provider.claude;

import dev.sluice.RateLimits;
import dev.sluice.RateLimits.Window;
import dev.sluice.transport.TransportResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rate limits in the headers of Claude's responses, {@code anthropic-ratelimit-<what>-{limit,remaining,reset}}: whole
 * numbers and a time of RFC 3339. Without a readable limit and rest there is no window; without a readable time it has none.
 */
final class ClaudeRateLimits {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private static final Names REQUESTS = Names.of("requests");
    private static final Names TOKENS = Names.of("tokens");
    private static final Names INPUT = Names.of("input-tokens");
    private static final Names OUTPUT = Names.of("output-tokens");

    private ClaudeRateLimits() {}

    private record Names(String limit, String remaining, String reset) {
        static Names of(String what) {
            String all = "anthropic-ratelimit-" + what;
            return new Names(all + "-limit", all + "-remaining", all + "-reset");
        }
    }

    static Optional<RateLimits> of(TransportResponse response) {
        Window requests = window(response, REQUESTS);
        Window tokens = window(response, TOKENS);
        Window input = window(response, INPUT);
        Window output = window(response, OUTPUT);
        return requests == null && tokens == null && input == null && output == null
                ? Optional.empty()
                : Optional.of(new RateLimits(requests, tokens, input, output));
    }

    private static @Nullable Window window(TransportResponse response, Names of) {
        Optional<Long> limit = number(response, of.limit);
        Optional<Long> remaining = number(response, of.remaining);
        return limit.isPresent() && remaining.isPresent()
                ? new Window(limit.get(), remaining.get(), time(response, of.reset))
                : null;
    }

    private static Optional<Long> number(TransportResponse response, String name) {
        return header(response, name)
                .filter(text -> NUMBER.matcher(text).matches())
                .map(Long::valueOf);
    }

    private static @Nullable Instant time(TransportResponse response, String name) {
        try {
            return header(response, name).map(Instant::parse).orElse(null);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Optional<String> header(TransportResponse response, String name) {
        return response.header(name).map(String::strip);
    }
}
