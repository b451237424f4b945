package dev.sluice.relay.format;

import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.StreamFormat;
import dev.sluice.tools.ToolApproval;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The UI message stream of the AI SDK, version 1: what {@code useChat} reads. A run is one message of the model's, and
 * a turn is a step of it. A tool's progress is a data part that is replaced in place. Tools are marked as run by the
 * provider, so that the client does not wait to run them itself.
 *
 * <p>A watcher that comes back gets the stream from its beginning: the client then builds the message anew.
 */
public final class UiMessageFormat implements StreamFormat {
    private static final Map<String, String> HEADERS =
            Map.of("x-vercel-ai-ui-message-stream", "v1", "x-accel-buffering", "no");

    private final @Nullable Answers answers;

    /** The format of whole messages. */
    public UiMessageFormat() {
        this(null);
    }

    private UiMessageFormat(@Nullable Answers answers) {
        this.answers = answers;
    }

    /** The format for a client that has answered: its message goes on where the run waited. */
    public static UiMessageFormat continuing(Answers answers) {
        return new UiMessageFormat(Objects.requireNonNull(answers, "answers"));
    }

    /**
     * What a person has decided of the questions of a run, as the client's request says.
     *
     * @param streamId the run's stream
     * @param after the last event that the client's message has
     * @param byCall the decisions, by the key of the call
     */
    public record Answers(String streamId, long after, Map<String, ToolApproval.Verdict> byCall) {}

    @Override
    public Map<String, String> headers() {
        return HEADERS;
    }

    @Override
    public Encoder encoder(String streamId) {
        return new UiMessageEncoder(streamId, answers == null ? null : new UiPlace(answers));
    }

    @Override
    public boolean resumesByEventId() {
        return false;
    }

    /**
     * The content of a client's request. Everything in it is the client's word, also earlier messages of the model and
     * the tools. So are the instructions, which {@link dev.sluice.message.Conversation#system} replaces.
     *
     * @param body the request's JSON: {@code id}, {@code messages}, …
     * @throws IllegalArgumentException if it makes no sense; the message names the field
     */
    public static StartRequest request(Session session, Map<String, Object> body) {
        var fields = Fields.of(body);
        return new StartRequest(session, fields.textOr("id", ""), UiRequest.conversation(fields), body);
    }

    /**
     * The answers in a client's request; empty if it asks for a new run. A client that has answered sends the model's message again,
     * with the answers in its parts.
     *
     * @throws IllegalArgumentException if they make no sense; the message names the field
     */
    public static Optional<Answers> answers(Map<String, Object> body) {
        return UiAnswers.in(Fields.of(body));
    }
}
