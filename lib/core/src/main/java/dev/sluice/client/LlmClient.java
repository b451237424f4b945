package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.budget.Budget;
import dev.sluice.context.ContextCarrier;
import dev.sluice.continuation.Continuation;
import dev.sluice.internal.CallbackErrors;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.internal.base.Checks;
import dev.sluice.internal.base.InternalParts;
import dev.sluice.json.JsonSchema;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ModelInfo;
import dev.sluice.observation.Observer;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.resilience.Resilience;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.JdkHttpTransport;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Asks one provider's models, or several in turn. One client serves a whole program: it keeps the connections. Safe for use by any thread.
 *
 * {@snippet file="dev/sluice/snippets/Snippets.java" region="client"}
 */
public final class LlmClient implements AutoCloseable {
    static {
        InternalParts.share(LlmClient.class, ClientLifetime.class, client -> client.sender.lifetime());
        InternalParts.share(LlmClient.class, Continuation.class, client -> client.config.continuation());
    }

    /** What sends this client's requests. */
    final MessageSender sender;

    private final ClientConfig config;

    LlmClient(MessageSender sender) {
        this.sender = sender;
        config = sender.config();
    }

    /** A client of Claude with the key of the environment variable {@code ANTHROPIC_API_KEY}; without one, an IllegalStateException. */
    public static LlmClient claude() {
        return builder(Claude.fromEnvironment()).build();
    }

    /**
     * A client of Gemini with the key of the environment variable {@code GEMINI_API_KEY}, or else {@code GOOGLE_API_KEY}.
     * For Gemini's newer Interactions API, {@code builder(GeminiInteractions.fromEnvironment())}. Without one, an IllegalStateException.
     */
    public static LlmClient gemini() {
        return builder(Gemini.fromEnvironment()).build();
    }

    /**
     * A client of OpenAI's Responses API, or of another server that speaks it, as the environment variables
     * {@code OPENAI_API_KEY} and {@code OPENAI_BASE_URL} say; without one, an IllegalStateException. For a server that speaks only
     * chat completions, {@code builder(OpenAiChatCompletions.fromEnvironment())}.
     */
    public static LlmClient openAi() {
        return builder(OpenAi.fromEnvironment()).build();
    }

    /**
     * A client that asks several providers in turn: the next one if the one before fails before it has said something. For the
     * rest of an answer that breaks off, and for a second request when the first is slow, {@link Failover#builder}.
     *
     * @throws IllegalArgumentException if one of {@code next} has no model of its own; see {@link Builder#model}
     */
    public static LlmClient failover(LlmClient first, LlmClient... next) {
        return Failover.builder(first, next).build();
    }

    /** A client of the given provider. */
    public static Builder builder(Provider provider) {
        return new Builder(provider);
    }

    /** A request to this client's model, to be filled in; see {@link Builder#model}. */
    public MessageRequest.Builder request() {
        return config.defaults().request();
    }

    /** Starts to stream the answer of this client's model to a text; see {@link #stream(MessageRequest, StreamController)}. */
    public MessageStream stream(String text) {
        return stream(config.defaults().request(text));
    }

    /** Starts to stream an answer, within this client's limits; see {@link #stream(MessageRequest, StreamController)}. */
    public MessageStream stream(MessageRequest request) {
        return stream(request, StreamController.withCancellation());
    }

    /**
     * Starts to stream an answer, to be closed. Returns at once; connecting and reading happen on a virtual thread of the stream's own.
     *
     * @throws IllegalArgumentException if the provider surely rejects the request; the message names the field
     * @throws IllegalStateException if this client is closed, or the controller has a stream already
     */
    public MessageStream stream(MessageRequest request, StreamController controller) {
        return sender.stream(request, controller, null);
    }

    /** Starts to stream an answer within a budget; see {@link #stream(MessageRequest, StreamController, Budget)}. */
    public MessageStream stream(MessageRequest request, Budget budget) {
        return stream(request, StreamController.withCancellation(), budget);
    }

    /** Does so from a budget, which other streams may share. When it is exhausted the loop ends, and no request is sent any more. */
    public MessageStream stream(MessageRequest request, StreamController controller, Budget budget) {
        return sender.stream(request, controller, Objects.requireNonNull(budget, "budget"));
    }

    /** Goes on with an answer that another stream began; see {@link #resume(String, StreamController)}. */
    public MessageStream resume(String token) {
        return resume(token, StreamController.withCancellation());
    }

    /**
     * Goes on with an answer in the background that another stream began, also in another program. All of it is fetched again: the
     * message is whole, while the events begin behind those that the other stream handed out. Nothing is paid for twice. To close
     * it before its end cancels the answer. Observers are not told of it, and {@link Builder#onEnd} is.
     *
     * @param token what {@link MessageStream#resumeToken} or {@link MessageStream#detach} returned
     * @throws IllegalArgumentException if it is no such text, or another provider's
     * @throws IllegalStateException if this client is closed, or the controller has a stream already
     */
    public MessageStream resume(String token, StreamController controller) {
        return sender.resume(token, controller);
    }

    /**
     * Starts a run: an answer for which the model may call these tools, again and again, until it is done. To be closed. Returns at once;
     * {@link ToolLoop#builder} is for a run with limits and hooks of its own.
     *
     * @param request what is asked; the tools are added to those it names
     * @throws IllegalArgumentException if the provider surely rejects the request, or two tools have one name
     * @throws IllegalStateException if this client is closed
     */
    public ToolLoop run(MessageRequest request, Tool... tools) {
        return ToolLoop.builder(this, request).tools(tools).start();
    }

    /** Asks this client's model to answer a text, and waits; see {@link #send(MessageRequest, StreamController)}. */
    public Message send(String text) {
        return send(config.defaults().request(text));
    }

    /** Asks for an answer that is not streamed, within this client's limits; see {@link #send(MessageRequest, StreamController)}. */
    public Message send(MessageRequest request) {
        return send(request, StreamController.withCancellation());
    }

    /**
     * Asks for an answer that is not streamed and waits for it: for short answers that nobody watches. Everything else is as
     * with a stream that is run to its end: retries, limits, errors, {@link Builder#onEnd}. An interrupt of this thread
     * cancels the request, and is kept. A provider that only streams is asked for a stream. A dead server is found after {@link
     * Timeouts#whole()} unless {@code total} is set. An answer that breaks off is lost.
     *
     * @param controller bounds and stops this one request; without a limit on chunks, for there are none
     * @throws StreamException if there is none for any reason
     * @throws IllegalArgumentException if the provider surely rejects the request, or wants it streamed; the message names the field
     * @throws IllegalStateException if this client is closed, or the controller has a stream already
     */
    public Message send(MessageRequest request, StreamController controller) {
        return sender.send(request, controller, null);
    }

    /** Asks for an answer in the form of a class; see {@link #send(MessageRequest, Class, int)}. */
    public <T> T send(MessageRequest request, Class<T> type) {
        return send(request, type, 0);
    }

    /**
     * Asks for an answer in the form of a record or bean, and waits; see {@link MessageRequest.Builder#output}.
     *
     * @param repairs how often the model is asked to correct an answer that does not fit; each is a request that is paid for
     * @throws StreamException if there is none. It is a {@link StreamException.ProtocolError} if the answer does not fit. Its
     *     message then says what does not fit, and its {@code partial()} is the answer
     */
    public <T> T send(MessageRequest request, Class<T> type, int repairs) {
        return TypedAnswer.of(
                request.toBuilder().output(type).build(), answer -> answer.textAs(type), repairs, this::send);
    }

    /** The same for a type with parameters, such as a list, or for a sealed interface of records. */
    public <T> T send(MessageRequest request, JsonSchema.TypeToken<T> type, int repairs) {
        return TypedAnswer.of(
                request.toBuilder().output(type).build(), answer -> answer.textAs(type), repairs, this::send);
    }

    /** Asks for an answer within a budget; see {@link #send(MessageRequest, StreamController, Budget)}. */
    public Message send(MessageRequest request, Budget budget) {
        return send(request, StreamController.withCancellation(), budget);
    }

    /**
     * Asks for an answer that is not streamed and is paid for from a budget. If it is exhausted while the request waits, none is
     * sent, and {@link StreamException.LimitExceeded} is thrown. An answer that exhausts it is complete, paid for, and returned.
     * Alerts are called on this thread before that; what they throw is thrown in place of the answer.
     */
    public Message send(MessageRequest request, StreamController controller, Budget budget) {
        return sender.send(request, controller, Objects.requireNonNull(budget, "budget"));
    }

    /**
     * Asks how many tokens a request's prompt has, its system text and tools included, and waits for the answer.
     * Retries, limits and errors are those of a stream; {@link Builder#onEnd} is not called. An interrupt of this
     * thread cancels the request, and is kept.
     *
     * @throws StreamException if there is no answer
     * @throws IllegalArgumentException if the provider surely rejects the request; the message names the field
     * @throws UnsupportedOperationException if the provider does not count tokens
     * @throws IllegalStateException if this client is closed
     */
    public int countTokens(MessageRequest request) {
        return sender.countTokens(request);
    }

    /**
     * Asks which models there are and waits for all of them, in the provider's order; see {@link #countTokens}. Each page is a
     * request of its own.
     *
     * @throws StreamException if there is no answer, or the pages do not end
     * @throws UnsupportedOperationException if the provider does not list its models
     */
    public List<ModelInfo> models() {
        return sender.models();
    }

    /**
     * Cancels every stream and every other request of this client, and gives up its connections, unless the transport was the
     * caller's. Does not wait for them, unless the server is being told to cancel answers that it makes in the background:
     * then at most for a second.
     */
    @Override
    public void close() {
        sender.close();
    }

    /** How many streams have a reader, for tests that see them end. */
    int running() {
        return sender.running();
    }

    /** The provider that this client asks; the first if it has several. */
    public Provider provider() {
        return config.provider();
    }

    /** What carries the context of the caller's thread into the threads of its streams and runs. */
    public ContextCarrier contextCarrier() {
        return config.carrier();
    }

    /** The observer of this client's streams, runs and tool calls. */
    public Observer observer() {
        return config.observer();
    }

    /** Collects the settings of an {@link LlmClient}. Not for use by several threads. */
    public static final class Builder {
        private final ClientSettings set;

        private Builder(Provider provider) {
            set = new ClientSettings(provider);
        }

        /**
         * Opens HTTP exchanges; {@link JdkHttpTransport} over HTTP/1.1 if nothing is set. It stays the caller's to
         * close, and its limit on connecting is its own.
         */
        public Builder transport(HttpTransport transport) {
            set.transport = Objects.requireNonNull(transport, "transport");
            return this;
        }

        /** How long the phases of a stream may take; {@link Timeouts#defaults()} if nothing is set. */
        public Builder timeouts(Timeouts timeouts) {
            set.timeouts = Objects.requireNonNull(timeouts, "timeouts");
            return this;
        }

        /** How much a peer may send; {@link Limits#defaults()} if nothing is set. */
        public Builder limits(Limits limits) {
            set.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /** How many events may wait for a slow consumer before the reader stops reading; 256 if nothing is set. */
        public Builder queueCapacity(int events) {
            set.queueCapacity = Checks.atLeast("queueCapacity", events, 1);
            return this;
        }

        /**
         * How many bytes those events may have before the reader stops reading; 4 MiB if nothing is set. The event that
         * reaches the bound is queued as well, however large it is.
         */
        public Builder queueBytes(long bytes) {
            set.queueBytes = Checks.atLeast("queueBytes", bytes, 1);
            return this;
        }

        /** The model of {@link #request()}, {@link #send(String)} and {@link #stream(String)}; none if nothing is set. */
        public Builder model(String model) {
            set.model = Checks.notBlank("model", model);
            return this;
        }

        /** The most tokens that an answer may have whose request does not say it; none if nothing is set. */
        public Builder maxTokens(int maxTokens) {
            set.maxTokens = OptionalInt.of(Checks.atLeast("maxTokens", maxTokens, 1));
            return this;
        }

        /** {@link Resilience.Builder#maxRetries}: how often a request that failed is sent again; 2 if nothing is set. */
        public Builder maxRetries(int retries) {
            set.plain.maxRetries(retries);
            set.plainSetting = "maxRetries";
            return this;
        }

        /** {@link Resilience.Builder#maxConcurrent}: how many requests may run at once, while the others wait. */
        public Builder maxConcurrent(int requests) {
            set.plain.maxConcurrent(requests);
            set.plainSetting = "maxConcurrent";
            return this;
        }

        /** {@link Resilience.Builder#requestsPerMinute}: how many requests may be sent in a minute, while the others wait. */
        public Builder requestsPerMinute(int requests) {
            set.plain.requestsPerMinute(requests);
            set.plainSetting = "requestsPerMinute";
            return this;
        }

        /** Which requests are sent, and which are sent again, in place of the three settings above. */
        public Builder resilience(Resilience resilience) {
            set.resilience = Objects.requireNonNull(resilience, "resilience");
            return this;
        }

        /** Sets whether the model is asked to continue an answer that breaks off. Off if nothing is set. */
        public Builder continuation(Continuation continuation) {
            set.continuation = Objects.requireNonNull(continuation, "continuation");
            return this;
        }

        /**
         * Adds a listener that is called once when a stream or a {@code send} ends, for metrics and accounts. It runs on the
         * stream's thread, after the consumer has been freed. Its exceptions are logged. Listeners accumulate, and each
         * is called even if another one throws.
         */
        public Builder onEnd(Consumer<StreamReport> listener) {
            set.onEnd = CallbackErrors.inOrder(set.onEnd, Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets what carries the context of the thread that calls {@code stream}, {@code send} or {@code run} into the threads that
         * run the caller's code for it. {@link ContextCarrier#detected()} if nothing is set; {@code
         * ContextCarrier.detected().and(mine)} adds one.
         */
        public Builder contextCarrier(ContextCarrier carrier) {
            set.carrier = carrier.guarded();
            return this;
        }

        /** Adds an observer of this client's streams, runs and tool calls, for traces and metrics. Observers accumulate. */
        public Builder observer(Observer observer) {
            set.observer = set.observer.and(observer);
            return this;
        }

        /** The clock and timer; the machine's if nothing is set. */
        public Builder time(TimeSource time) {
            set.time = Objects.requireNonNull(time, "time");
            return this;
        }

        /** The client; an IllegalStateException if a setting is there twice: by itself and in {@link #resilience}. */
        public LlmClient build() {
            return new LlmClient(new RequestSender(set));
        }
    }
}
