package dev.sluice.internal.failure;

import dev.sluice.message.Message;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** What a stream adds to its exception: the message so far, and the provider's id of the request. For any thread. */
public final class FailureContext implements Serializable {
    private static final long serialVersionUID = 1L;

    private transient volatile @Nullable Message partial;
    private volatile @Nullable String requestId;

    /** Notes what is known; an id that is null leaves the one that was noted before. */
    public void note(Message partial, @Nullable String requestId) {
        this.partial = partial;
        if (requestId != null) {
            this.requestId = requestId;
        }
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
