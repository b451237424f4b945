package dev.sluice.aggregate;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer, whole or as far as it has come, in a shape that is the same for every provider. The blocks themselves are in
 * {@link ChunkAggregator#snapshot()}.
 *
 * @param id the provider's id of the answer; empty before it has begun
 * @param content the words of all text blocks, joined with nothing between them
 * @param toolCalls the calls of the caller's tools, in order
 * @param finishReason why the model stopped; {@link FinishReason#UNKNOWN} while it has not
 * @param usage the tokens of the answer
 * @param metadata where, when and in how many pieces it came
 */
public record AggregatedResponse(
        String id,
        String content,
        List<ContentBlock.ToolUse> toolCalls,
        FinishReason finishReason,
        Usage usage,
        Metadata metadata) {

    /** Copies {@code toolCalls}. */
    public AggregatedResponse {
        toolCalls = List.copyOf(toolCalls);
    }

    /**
     * Where, when and in how many pieces an answer came.
     *
     * @param model the model that answered; empty before the answer has begun
     * @param timestamp when the first event came; null before it has
     * @param latency from the first event to the last
     * @param chunkCount the number of events
     */
    public record Metadata(String model, @Nullable Instant timestamp, Duration latency, long chunkCount) {}
}
