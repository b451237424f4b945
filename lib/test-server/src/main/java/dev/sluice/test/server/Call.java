package dev.sluice.test.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.test.peer.ReceivedRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An HTTP request that has been read to its end.
 *
 * @param method such as {@code POST}
 * @param path without the query
 * @param query the last value of each of its parameters
 * @param headers in a map that ignores the case of names
 * @param body as text
 */
record Call(String method, String path, Map<String, String> query, Map<String, List<String>> headers, String body) {

    static Call of(ReceivedRequest request) {
        var query = new LinkedHashMap<String, String>();
        URI uri = URI.create(request.path());
        String raw = uri.getRawQuery();
        for (String parameter : raw == null ? new String[0] : raw.split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            query.put(decoded(parts[0]), parts.length == 1 ? "" : decoded(parts[1]));
        }
        return new Call(request.method(), uri.getPath(), query, request.headers(), request.bodyText());
    }

    boolean has(String header) {
        return headers.containsKey(header);
    }

    /** A parameter that is a number, at least 1. */
    int number(String parameter, int unlessGiven) throws Refusal {
        String given = query.getOrDefault(parameter, "");
        if (given.isEmpty()) {
            return unlessGiven;
        }
        if (!given.matches("[1-9]\\d{0,8}")) {
            throw Refusal.invalid(parameter + ": '" + given + "' is not a number of 1 or more");
        }
        return Integer.parseInt(given);
    }

    /** The body, which must have the given fields, and something in those that are lists. */
    JsonNode json(String... required) throws Refusal {
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            throw Refusal.invalid("The request body is not valid JSON: " + e.getOriginalMessage());
        }
        for (String field : required) {
            JsonNode value = json.path(field);
            if (value.isMissingNode() || value.isNull() || (value.isArray() && value.isEmpty())) {
                throw Refusal.missing(field);
            }
        }
        return json;
    }

    /** The first value of a header; empty if there is none. */
    String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? "" : values.getFirst();
    }

    /** How many tokens it is, about. */
    int tokens() {
        return Math.max(8, body.length() / 5);
    }

    /** Method and path. */
    @Override
    public String toString() {
        return method + " " + path;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }
}
