package dev.sluice.relay.format;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.StreamFormat;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A run as chunks of a chat completion: all turns are one answer. */
final class OpenAiChunkEncoder implements StreamFormat.Encoder {
    private final String id;
    private final long created;
    private final boolean tellsUsage;
    private final RunTotals totals = new RunTotals();
    private @Nullable String head; // of every chunk; null until the first
    private boolean spoke; // whether words of the present turn were sent
    private boolean ended;
    private boolean failed;

    OpenAiChunkEncoder(String streamId, long created, boolean tellsUsage) {
        this.id = "chatcmpl-" + streamId;
        this.created = created;
        this.tellsUsage = tellsUsage;
    }

    @Override
    public void event(RelayEvent event, Consumer<String> frames) {
        if (ended) {
            return;
        }
        TextDelta usual = TextDelta.at(event);
        if (usual != null) {
            words(usual, frames);
            return;
        }
        switch (event.type()) {
            case "message_start" -> {
                totals.start(read(event));
                head(frames);
            }
            case "message_delta" -> {
                TextDelta words = TextDelta.in(read(event));
                if (words != null) {
                    words(words, frames);
                }
            }
            case "message_stop" -> {
                totals.stop(read(event));
                spoke = false;
            }
            case "turn_reset" -> reset(read(event), frames);
            case "stream_error" -> {
                Map<String, Object> error = read(event);
                Object code = error.get("details") instanceof Map<?, ?> details ? details.get("code") : null;
                fail(String.valueOf(error.get("error")), code, frames);
            }
            case "stream_complete" -> finish(frames);
            default -> {
                // tools and notes have no place here
            }
        }
    }

    private void words(TextDelta words, Consumer<String> frames) {
        if (!words.thinking()) {
            spoke = true;
            choice("{\"content\":" + words.literal() + "}", "null", frames);
        }
    }

    /** What was sent cannot be taken back. If it was nothing, the client need not know. */
    private void reset(Map<String, Object> event, Consumer<String> frames) {
        totals.reset(event);
        if (spoke) {
            fail("The answer broke off and was begun again, which this format cannot show.", "turn_reset", frames);
        }
    }

    private void finish(Consumer<String> frames) {
        ended = true;
        choice("{}", '"' + finishReason() + '"', frames);
        if (tellsUsage) {
            long in = totals.tokens("input_tokens");
            long out = totals.tokens("output_tokens");
            Object usage = SseFrames.object("prompt_tokens", in, "completion_tokens", out, "total_tokens", in + out);
            frames.accept(SseFrames.data(head(frames) + ",\"choices\":[],\"usage\":" + Json.write(usage) + "}"));
        }
    }

    /** Never tool_calls: the client would wait for calls that it did not see. */
    private String finishReason() {
        return switch (totals.finishReason()) {
            case "length", "pause" -> "length"; // there would be more
            case "content_filter" -> "content_filter";
            default -> "stop";
        };
    }

    private void choice(String delta, String finishReason, Consumer<String> frames) {
        frames.accept(SseFrames.data(head(frames) + ",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"finish_reason\":" + finishReason + "}]}"));
    }

    /** How each chunk begins. The first one has the role. */
    private String head(Consumer<String> frames) {
        if (head == null) {
            String fields = Json.write(SseFrames.object(
                    "id",
                    id,
                    "object",
                    "chat.completion.chunk",
                    "created",
                    created,
                    "model",
                    totals.model() == null ? "" : totals.model()));
            head = fields.substring(0, fields.length() - 1);
            choice("{\"role\":\"assistant\",\"content\":\"\"}", "null", frames);
        }
        return head;
    }

    @Override
    public void heartbeat(Consumer<String> frames) {
        frames.accept(SseFrames.HEARTBEAT);
    }

    @Override
    public void failure(String code, String message, boolean retryable, Consumer<String> frames) {
        if (!ended) {
            fail(message, code, frames);
        }
    }

    /** A run that ends and has not said how was cancelled. After an error there is no end marker: it would look well. */
    @Override
    public void end(Consumer<String> frames) {
        if (!ended) {
            fail("The run was stopped before its end.", "cancelled", frames);
        }
        if (!failed) {
            frames.accept(SseFrames.DONE);
        }
    }

    private void fail(String message, @Nullable Object code, Consumer<String> frames) {
        ended = true;
        failed = true;
        var error = SseFrames.object("message", message, "type", "server_error", "code", code);
        frames.accept(SseFrames.data(Json.write(SseFrames.object("error", error))));
    }

    private static Map<String, Object> read(RelayEvent event) {
        return Json.readObject(event.json());
    }
}
