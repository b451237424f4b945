package dev.sluice.internal.failure;

import dev.sluice.message.Message;
import java.io.Serializable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a stream adds to its exception: the message so far, what was asked, how often, and the provider's id of it. For any thread. */
public final class FailureContext implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient volatile @Nullable Message partial;
    private volatile @Nullable String requestId;
    private volatile @Nullable String request;
    private volatile int retries;
    private volatile String before = "";

    /** Notes what is known; an id that is null leaves the one that was noted before. */
    public void note(Message partial, @Nullable String requestId) {
        this.partial = partial;
        if (requestId != null) {
            this.requestId = requestId;
        }
    }

    /** Notes what was asked, and how often it was sent again. */
    public void noteRequest(String request, int retries) {
        this.request = request;
        this.retries = retries;
    }

    /** Notes what other providers said, that were asked before. */
    public void noteBefore(String others) {
        before = others;
    }

    /**
     * A failure in words, with what is known of its request in brackets.
     *
     * @param namesRequest whether the message must say what was asked
     */
    public String describe(String what, boolean namesRequest) {
        String asked = request;
        int again = retries;
        String id = requestId;
        String known = Stream.of(
                        namesRequest && asked != null && !what.contains(asked) ? asked : "",
                        again == 0 ? "" : again == 1 ? "after 1 retry" : "after " + again + " retries",
                        id == null ? "" : "request " + id)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(", "));
        return (known.isEmpty() ? what : what + " (" + known + ")") + before;
    }

    /** The message so far; {@link Message#EMPTY} if nothing had come, or after Java serialisation. */
    public Message partial() {
        Message known = partial;
        return known == null ? Message.EMPTY : known;
    }

    /** The provider's id of the request; null if it is not known. */
    public @Nullable String requestId() {
        return requestId;
    }
}
