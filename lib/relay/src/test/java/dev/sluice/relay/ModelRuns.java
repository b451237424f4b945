package dev.sluice.relay;

import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import java.net.URI;
import java.util.function.Function;

/** Runs that ask a {@link ScriptedModel} and call its tools, for tests of all packages. */
public final class ModelRuns {
    private ModelRuns() {}

    /** Leaves it to a person whether the run may charge, and allows the other tools. */
    public static ToolApproval askBeforeCharge() {
        return (tool, call) -> tool.name().equals("charge") ? ToolApproval.later() : ToolApproval.allow();
    }

    /** A client of this model. */
    public static LlmClient.Builder client(ScriptedModel model) {
        return LlmClient.builder(Claude.builder()
                .apiKey("k")
                .baseUrl(URI.create("http://127.0.0.1:" + model.port()))
                .build());
    }

    /** Starts the run of a request. The function makes the tool of each name that the model calls. */
    public static RunSource start(
            LlmClient client, StartRequest request, ToolApproval approval, Function<String, Tool> tool) {
        ToolLoop.Builder run = ToolLoop.builder(
                        client,
                        MessageRequest.builder()
                                .model("m")
                                .maxTokens(100)
                                .messages(request.conversation().messages())
                                .build())
                .approval(approval);
        ScriptedModel.TOOLS.forEach(turn -> turn.forEach(name -> run.tools(tool.apply(name))));
        request.journal().ifPresent(run::journal);
        return RunSource.of(run.start());
    }
}
