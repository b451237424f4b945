package dev.sluice.client;

import dev.sluice.StreamException;
import dev.sluice.message.Citation;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A moment of a stream that a handler can be called at. All handlers run on the thread that consumes the stream, after
 * the event has been folded into the message, in the order they were added. Those of the end run on the thread that
 * closes it, if no other is consuming at that moment. Each is called even if one before it throws.
 *
 * <p>A whole answer gives: {@link #CONNECT}; for each event {@link #STREAM_EVENT} and what follows from it; {@link
 * #MESSAGE}; {@link #FINAL_MESSAGE}; {@link #END}. One that fails gives {@link #ERROR}, one that is cancelled or meets a
 * limit of the caller's gives {@link #ABORT}, then {@link #END}.
 *
 * @param <H> the handler it takes
 * @param <V> what {@link MessageStream#await} returns for it: the first of what the handler is given
 */
public final class Signal<H, V> {
    /** The head of a response has come; again if another request had to be sent, to retry or to continue. */
    public static final Signal<Consumer<ResponseInfo>, ResponseInfo> CONNECT = new Signal<>("CONNECT", value -> value);

    /** An event, and the message with it. */
    public static final Signal<BiConsumer<StreamEvent, Message>, StreamEvent> STREAM_EVENT =
            new Signal<>("STREAM_EVENT", value -> (first, all) -> value.accept(first));

    /** Words that were added to a text block, and the whole text of that block. */
    public static final Signal<BiConsumer<String, String>, String> TEXT =
            new Signal<>("TEXT", value -> (first, all) -> value.accept(first));

    /** A source that was added to a text block, and all sources of that block. */
    public static final Signal<BiConsumer<Citation, List<Citation>>, Citation> CITATION =
            new Signal<>("CITATION", value -> (first, all) -> value.accept(first));

    /**
     * A fragment of a tool call's input, and the input parsed as far as it has come. Its values are maps, lists,
     * strings, numbers and booleans as in {@link dev.sluice.json.PartialJson}.
     */
    public static final Signal<BiConsumer<String, @Nullable Object>, String> INPUT_JSON =
            new Signal<>("INPUT_JSON", value -> (first, all) -> value.accept(first));

    /** Thoughts that were added to a thinking block, and all thoughts of that block. */
    public static final Signal<BiConsumer<String, String>, String> THINKING =
            new Signal<>("THINKING", value -> (first, all) -> value.accept(first));

    /** The signature of a block. */
    public static final Signal<Consumer<String>, String> SIGNATURE = new Signal<>("SIGNATURE", value -> value);

    /** A block that is complete. */
    public static final Signal<Consumer<ContentBlock>, ContentBlock> CONTENT_BLOCK =
            new Signal<>("CONTENT_BLOCK", value -> value);

    /** The message that is complete. */
    public static final Signal<Consumer<Message>, Message> MESSAGE = new Signal<>("MESSAGE", value -> value);

    /** The message, once the stream has ended well. */
    public static final Signal<Consumer<Message>, Message> FINAL_MESSAGE =
            new Signal<>("FINAL_MESSAGE", value -> value);

    /** The failure. */
    public static final Signal<Consumer<StreamException>, StreamException> ERROR =
            new Signal<>("ERROR", value -> value);

    /** The caller stopped the stream, or met a limit of its own. */
    public static final Signal<Consumer<StreamException>, StreamException> ABORT =
            new Signal<>("ABORT", value -> value);

    /** Nothing follows. Comes exactly once, last. */
    public static final Signal<Runnable, Void> END = new Signal<>("END", value -> () -> {});

    private final String name;
    private final Function<Consumer<V>, H> toHandler;

    private Signal(String name, Function<Consumer<V>, H> toHandler) {
        this.name = name;
        this.toHandler = toHandler;
    }

    /** A handler of this signal that takes only what {@link MessageStream#await} returns. */
    H handler(Consumer<V> value) {
        return toHandler.apply(value);
    }

    /** The signal's name. */
    @Override
    public String toString() {
        return name;
    }
}
