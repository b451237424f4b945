package dev.sluice.client;

import dev.sluice.message.Message;
import dev.sluice.provider.Provider;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A vendor's server, for {@link EveryProviderTest}: what it writes for an answer, and what it reads of a request. All that
 * differs between vendors is here, so that no test has to ask which one it talks to.
 */
interface Wire {
    /** Long enough that a provider looks for it in what it is told. */
    String KEY = "test-key-0123456789";

    /** The library's side. */
    Provider at(URI address);

    /** The events of an answer, up to the last of its content. */
    List<String> begun(Message answer);

    /** The events that say why it ended, what it used, and that it is complete. */
    List<String> ended(Message answer);

    /** The body of an answer that was not streamed; empty if the vendor only streams. */
    Optional<String> whole(Message answer);

    /** The body of an error. */
    String refusal(int status, String words);

    /** An error inside the stream, that may have passed when the same is asked again, or will not. */
    String error(boolean passing, String words);

    /** An event of a kind that nobody knows yet. */
    String news();

    /** The body of an answer to how many tokens a prompt has; empty if the vendor does not count. */
    Optional<String> tokens(int count);

    /** The bodies that tell the models, in as many pages as the vendor makes; none if it does not tell. */
    List<String> models(String first, String second);

    /** Whether a result says apart from its words that the tool failed. */
    default boolean marksFailedResults() {
        return true;
    }

    /**
     * Whether an answer says that the model, or a filter, refused it. Where it cannot, the end of such an answer has a word
     * of the vendor's that nobody knows, and its finish reason is {@code UNKNOWN}.
     */
    default boolean tellsRefusals() {
        return true;
    }

    /** Reads a request, and fails if it is not one that the vendor takes. */
    ReceivedFields read(ReceivedRequest request);

    /** The events of a whole answer. */
    default String[] stream(Message answer) {
        var all = new ArrayList<>(begun(answer));
        all.addAll(ended(answer));
        return all.toArray(String[]::new);
    }

    /** The answer to {@code send}. */
    default Script sent(Message answer) {
        return whole(answer).map(body -> Script.json(200, body)).orElseGet(() -> Script.stream(stream(answer)));
    }

    /** A text in pieces of three signs. */
    static List<String> pieces(String text) {
        int[] signs = text.codePoints().toArray();
        return IntStream.iterate(0, from -> from < signs.length, from -> from + 3)
                .mapToObj(from -> new String(signs, from, Math.min(3, signs.length - from)))
                .toList();
    }
}
