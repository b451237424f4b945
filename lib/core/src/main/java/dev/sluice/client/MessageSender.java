package dev.sluice.client;

import dev.sluice.StreamController;
import dev.sluice.budget.Budget;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client does with what it is asked: sends it to one provider, or to the next one if that fails. For any thread. */
interface MessageSender extends AutoCloseable {
    /** The settings of the client; those of its first provider if it has several. */
    ClientConfig config();

    ClientLifetime lifetime();

    /** Starts to stream an answer; see {@link LlmClient#stream(MessageRequest, StreamController, Budget)}. */
    MessageStream stream(MessageRequest request, StreamController controller, @Nullable Budget budget);

    /** Takes over an answer that another stream has begun; see {@link LlmClient#resume(String, StreamController)}. */
    MessageStream resume(String token, StreamController controller);

    /** Asks for an answer that is not streamed, and waits; see {@link LlmClient#send(MessageRequest, StreamController, Budget)}. */
    Message send(MessageRequest request, StreamController controller, @Nullable Budget budget);

    /** Asks how many tokens a prompt has, and waits; see {@link LlmClient#countTokens}. */
    int countTokens(MessageRequest request);

    /** Asks which models there are, and waits; see {@link LlmClient#models}. */
    List<ModelInfo> models();

    /** How many requests have a reader. */
    int running();

    /** Cancels all that runs; see {@link LlmClient#close}. */
    @Override
    void close();
}
