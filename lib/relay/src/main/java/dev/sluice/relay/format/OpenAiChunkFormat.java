package dev.sluice.relay.format;

import dev.sluice.TimeSource;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.StreamFormat;
import java.util.Map;
import java.util.Objects;

/**
 * A run as OpenAI's streamed chat completion, for clients that know nothing else. It has the answer's words, how it
 * ended and its tokens. Tools run on the server. Their calls are not sent, because a client would take them for calls
 * that it has to run itself. The model's thinking is not sent either, because the format has no field for it.
 *
 * <p>A watcher that comes back gets the stream from its beginning, as this format has no ids.
 */
public final class OpenAiChunkFormat implements StreamFormat {
    private final boolean usage;
    private final TimeSource time;

    /**
     * The format.
     *
     * @param usage whether a last chunk reports the tokens, as {@code stream_options.include_usage} asks
     */
    public OpenAiChunkFormat(boolean usage) {
        this(usage, TimeSource.system());
    }

    /**
     * The format, with this clock for the chunks' {@code created}.
     *
     * @param usage whether a last chunk reports the tokens, as {@code stream_options.include_usage} asks
     */
    public OpenAiChunkFormat(boolean usage, TimeSource time) {
        this.usage = usage;
        this.time = Objects.requireNonNull(time, "time");
    }

    /** The format as a request wants it. */
    public static OpenAiChunkFormat of(Map<String, Object> body) {
        return new OpenAiChunkFormat(body.get("stream_options") instanceof Map<?, ?> options
                && Boolean.TRUE.equals(options.get("include_usage")));
    }

    @Override
    public Map<String, String> headers() {
        return SseFrames.UNBUFFERED;
    }

    @Override
    public Encoder encoder(String streamId) {
        return new OpenAiChunkEncoder(streamId, time.now().getEpochSecond(), usage);
    }

    @Override
    public boolean resumesByEventId() {
        return false;
    }

    /**
     * The content of a client's request. Everything in it is the client's word, also the instructions, which
     * {@link dev.sluice.message.Conversation#system} replaces. It has no name for the conversation.
     *
     * @param body the request's JSON: {@code messages}, {@code stream}, …
     * @throws IllegalArgumentException if it makes no sense, or asks for something that a run cannot give: an answer
     *     that is not streamed, several answers, calls of the client's own tools. The message names the field
     */
    public static StartRequest request(Session session, Map<String, Object> body) {
        return new StartRequest(session, "", OpenAiRequest.conversation(Fields.of(body)), body);
    }
}
