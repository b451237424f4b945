package dev.sluice.internal.continuation;

import dev.sluice.StreamException;
import dev.sluice.StreamException.Truncated;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A joiner, the events it takes, in few words, and what it makes of them. */
public final class JoinerFixture {
    public static final Provider CLAUDE = Claude.builder().apiKey("k").build();
    public static final String TAKES_PREFILL = "claude-sonnet-4-5";
    public static final String TAKES_NONE = "claude-sonnet-5";

    final ContinuationJoiner joiner;
    final List<StreamEvent> events = new ArrayList<>();

    private JoinerFixture(int times, MessageRequest request) {
        joiner = new ContinuationJoiner(times, request, CLAUDE);
    }

    public static JoinerFixture of(MessageRequest request) {
        return new JoinerFixture(3, request);
    }

    /** By an assistant message that the model goes on with. */
    public static JoinerFixture byPrefill() {
        return of(request(TAKES_PREFILL).build());
    }

    /** By a user turn that asks to go on. */
    public static JoinerFixture byTurn() {
        return of(request(TAKES_NONE).build());
    }

    public static JoinerFixture atMost(int times) {
        return new JoinerFixture(times, request(TAKES_PREFILL).build());
    }

    public static MessageRequest.Builder request(String model) {
        return MessageRequest.builder().model(model).maxTokens(100).user("Tell me");
    }

    public JoinerFixture hears(StreamEvent... next) {
        for (StreamEvent event : next) {
            joiner.accept(event, events::add);
        }
        return this;
    }

    public Optional<MessageRequest> breaks() {
        return breaks(new Truncated("cut"));
    }

    public Optional<MessageRequest> breaks(StreamException failure) {
        return joiner.continuationRequest(failure);
    }

    /** Breaks and is gone on with. */
    public JoinerFixture goesOn() {
        breaks().orElseThrow();
        return this;
    }

    /** What the consumer's side makes of the events, which must be in order. */
    public Message message() {
        var whole = new ChunkAggregator();
        events.forEach(whole::accept);
        return whole.snapshot();
    }

    public String text() {
        return message().text();
    }

    public List<String> texts() {
        return message().content().stream()
                .map(block -> block instanceof Text text
                        ? text.text()
                        : block.getClass().getSimpleName())
                .toList();
    }

    long count(Class<? extends StreamEvent> type) {
        return events.stream().filter(type::isInstance).count();
    }

    public static StreamEvent start(String id) {
        return start(id, 10);
    }

    public static StreamEvent start(String id, int inputTokens, ContentBlock... content) {
        return new MessageStart(new Message(
                id,
                Role.ASSISTANT,
                "model-of-" + id,
                List.of(content),
                FinishReason.UNKNOWN,
                null,
                null,
                Usage.of(inputTokens, 1),
                Map.of()));
    }

    public static StreamEvent open(int index) {
        return open(index, new Text(""));
    }

    public static StreamEvent open(int index, ContentBlock block) {
        return new ContentBlockStart(index, block);
    }

    public static StreamEvent openThinking(int index) {
        return open(index, new Thinking("", null, Map.of()));
    }

    public static StreamEvent openTool(int index) {
        return open(index, new ToolUse("toolu_" + index, "get_weather", "{}", Map.of()));
    }

    public static StreamEvent text(int index, String text) {
        return new ContentBlockDelta(index, new Delta.TextDelta(text));
    }

    public static StreamEvent thinking(int index, String thinking) {
        return new ContentBlockDelta(index, new Delta.ThinkingDelta(thinking));
    }

    public static StreamEvent signature(int index) {
        return new ContentBlockDelta(index, new Delta.SignatureDelta("signed"));
    }

    public static StreamEvent cite(int index, String source) {
        return new ContentBlockDelta(
                index, new Delta.CitationsDelta(new Citation("char_location", source, null, null, "{}")));
    }

    public static StreamEvent close(int index) {
        return new ContentBlockStop(index);
    }

    public static StreamEvent finish(int outputTokens) {
        return new MessageDelta(FinishReason.STOP, "end_turn", null, Usage.of(10, outputTokens), Map.of());
    }

    public static StreamEvent stop() {
        return new MessageStop();
    }
}
