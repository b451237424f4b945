package dev.sluice.relay.http;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How much a request of any format may hold.
 *
 * @param messages how many messages
 * @param parts how many parts and tool calls all messages together
 */
record RequestLimits(int messages, int parts) {

    /** Throws if a body holds more. Looks only at how long its lists are. */
    void check(Map<String, Object> body) {
        List<?> all = list(body, "messages");
        if (all.size() > messages) {
            throw tooLarge(all.size() + " messages", messages, "maxMessages");
        }
        long held = all.stream()
                .flatMap(message -> message instanceof Map<?, ?> fields ? Stream.of(fields) : Stream.empty())
                .mapToLong(RequestLimits::parts)
                .sum();
        if (held > parts) {
            throw tooLarge(held + " parts and tool calls", parts, "maxParts");
        }
    }

    private static long parts(Map<?, ?> message) {
        return Stream.of("parts", "content", "tool_calls")
                .mapToLong(name -> list(message, name).size())
                .sum();
    }

    private static List<?> list(Map<?, ?> object, String name) {
        return object.get(name) instanceof List<?> list ? list : List.of();
    }

    private static Problem tooLarge(String held, int limit, String setting) {
        return new Problem(
                413,
                "payload_too_large",
                "The request has " + held + "; at most " + limit + " are taken, which RelayEndpoint's " + setting
                        + " says.");
    }
}
