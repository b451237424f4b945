package dev.sluice.relay.http;

import java.util.List;
import java.util.Map;

/** The meaning of a path. */
sealed interface Route {

    /** Whether the server is there. */
    record Health() implements Route {}

    /** A file of the page, if there is one. */
    record File(String path) implements Route {}

    /** The WebSocket. */
    record Socket() implements Route {}

    /** Where runs are started. */
    record Start(ClientProtocol dialect) implements Route {}

    /** A stream. */
    record Stream(String id) implements Route {}

    /** The answer to a question of a run. */
    record Approval(String streamId, String callKey) implements Route {}

    /** The stream that runs in a chat. */
    record Chat(String id) implements Route {}

    static Route of(String path) {
        return switch (path) {
            case "/healthz" -> new Health();
            case "/ws/stream" -> new Socket();
            case "/api/v1/stream" -> new Start(ClientProtocol.EVENTS);
            case "/api/v1/chat" -> new Start(ClientProtocol.CHAT);
            case "/v1/chat/completions" -> new Start(ClientProtocol.COMPLETIONS);
            default -> named(path);
        };
    }

    private static Route named(String path) {
        if (path.equals("/api/chat") || path.startsWith("/api/chat/")) { // the AI SDK's default path
            throw new Problem(404, "not_found", "There is nothing at /api/chat; useChat's api is /api/v1/chat here.");
        }
        if (path.startsWith("/api/v1/stream/")) {
            return stream(path.substring("/api/v1/stream/".length()));
        }
        String chat = "/api/v1/chat/";
        String tail = "/stream";
        if (path.startsWith(chat) && path.endsWith(tail) && path.length() > chat.length() + tail.length()) {
            return new Chat(path.substring(chat.length(), path.length() - tail.length()));
        }
        return new File(path);
    }

    private static Route stream(String rest) {
        String middle = "/approvals/";
        int at = rest.indexOf(middle);
        return at < 0 ? new Stream(rest) : new Approval(rest.substring(0, at), rest.substring(at + middle.length()));
    }

    private List<String> methods() {
        return switch (this) {
            case Health() -> List.of("GET", "HEAD");
            case File(String path) -> List.of("GET", "HEAD");
            case Socket() -> List.of("GET");
            case Chat(String id) -> List.of("GET");
            case Start(ClientProtocol dialect) -> List.of("POST");
            case Stream(String id) -> List.of("GET", "DELETE");
            case Approval(String streamId, String callKey) -> List.of("POST");
        };
    }

    /** The methods that it has, as a header lists them. */
    default String allowed() {
        return String.join(", ", methods());
    }

    /** Throws if it has no such method. */
    default void check(String method) {
        if (!methods().contains(method)) {
            throw new Problem(
                    405, "method_not_allowed", "Here one can " + allowed() + " only.", Map.of("Allow", allowed()));
        }
    }
}
