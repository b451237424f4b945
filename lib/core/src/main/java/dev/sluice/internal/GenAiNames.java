package dev.sluice.internal;

import dev.sluice.message.FinishReason;
import dev.sluice.observation.Observer.Outcome;
import java.net.URI;

/** Translates our names to those of OpenTelemetry's conventions for generative AI. */
public final class GenAiNames {
    private GenAiNames() {}

    /** The convention's word for a provider; its own name where there is none. */
    public static String provider(String name) {
        return switch (name) {
            case "claude" -> "anthropic";
            case "openai-responses" -> "openai"; // one vendor, whichever of its APIs
            case "gemini", "gemini-interactions" -> "gcp.gemini";
            default -> LogLabels.of(name);
        };
    }

    /** The port that is asked. */
    public static int port(URI server) {
        int port = server.getPort();
        return port >= 0 ? port : "http".equals(server.getScheme()) ? 80 : 443;
    }

    /** Why a model stopped, in the words of the examples. */
    public static String finishReason(FinishReason reason) {
        return switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_call";
            case CONTENT_FILTER -> "content_filter";
            case PAUSE -> "pause";
            case UNKNOWN -> "unknown";
        };
    }

    /** The {@code error.type} of a tool's call: the class of the tool's exception, or one of a few words. */
    public static String errorType(Outcome.ToolCall call) {
        return switch (call.failure()) {
            case NONE -> LogLabels.NONE;
            case THROWN ->
                call.cause().map(thrown -> thrown.getClass().getName()).orElse(LogLabels.OTHER);
            case REPORTED -> "tool_error";
            case STOPPED -> "stopped";
        };
    }
}
