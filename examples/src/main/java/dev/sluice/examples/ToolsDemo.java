package dev.sluice.examples;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.ToolLoop;
import java.io.IOException;
import java.util.Locale;

/**
 * Tools at work: the model speaks, calls three of them at once, and answers with what they found. On a terminal each call has
 * a bar that moves while the words go on; in a pipe it has lines.
 */
public final class ToolsDemo {

    private ToolsDemo() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException {
        Demo demo = Demo.of(args);
        String question = demo.wordsOr(MillGate.QUESTION);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(2048)
                .system(MillGate.SYSTEM)
                .user(question)
                .build();
        try (MillGate gate = MillGate.open();
                LlmClient client = demo.client();
                ToolLoop run = ToolLoop.builder(client, request)
                        .tools(gate.tools())
                        .retryTurns(2)
                        .start()) {
            System.out.println("> " + question + "\n");
            RunView view = RunView.on(System.out);
            for (RunEvent event : run) {
                view.show(event);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%n%d tokens read, %d written, in %d turns%n",
                    run.usage().totalInputTokens(),
                    run.usage().outputTokens(),
                    run.turns());
        } catch (StreamException e) {
            System.out.println();
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
