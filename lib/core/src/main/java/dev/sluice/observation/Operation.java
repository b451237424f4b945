package dev.sluice.observation;

import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolDefinition;
import java.net.URI;
import java.util.Optional;

/**
 * What begins. A request holds the whole conversation and a call its input: an observer that shows them shows what was said.
 */
public sealed interface Operation {

    /**
     * One answer of a model, retries and continuations included.
     *
     * @param provider the provider's name
     * @param server the address that is asked, without user, path and query
     * @param request what is asked
     * @param streamed whether the answer is streamed
     */
    record Chat(String provider, URI server, MessageRequest request, boolean streamed) implements Operation {}

    /**
     * A run of a model and its tools.
     *
     * @param provider the provider's name
     * @param name what the application calls the run; empty if it gave no name
     * @param request what is asked first
     */
    record Run(String provider, Optional<String> name, MessageRequest request) implements Operation {}

    /**
     * A tool runs: its input is valid, and it was approved.
     *
     * @param call the call
     * @param tool how the tool is described to the model
     */
    record ToolCall(ToolUse call, ToolDefinition tool) implements Operation {}

    /**
     * A client of a relay watches a run.
     *
     * @param resumed whether it says that it has seen something of the run before
     * @param origin what {@link Observer#origin} gave where the run was started, such as a {@code traceparent}; empty if it gave
     *     nothing, or the run was started on another machine
     */
    record Watch(boolean resumed, Optional<String> origin) implements Operation {}
}
