package dev.sluice.examples;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunEvent.MessageStop;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolError;
import dev.sluice.tools.RunEvent.ToolEvent;
import dev.sluice.tools.RunEvent.ToolStart;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;

/** A tool that is an agent: it asks a model of its own, which has a tool of its own, and all of it is seen in one loop. */
public final class AgentInAgent {
    private AgentInAgent() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        try (LlmClient client = demo.client()) {
            Tool gauge = Tool.of(
                    "read_gauge", "The level of a river", River.class, (input, context) -> input.river() + ": 2.41 m");
            Tool hydrologist =
                    Tool.of("ask_hydrologist", "Asks somebody who knows rivers", River.class, (input, context) -> {
                        return context.run(client.run(asking(demo, "How high is the " + input.river() + "?"), gauge))
                                .text();
                    });
            MessageRequest request = asking(demo, "Can one wade through the Guadiana today?");
            try (ToolLoop run = client.run(request, hydrologist)) {
                run.forEach(event -> show("", event));
                System.out.println(run.turns() + " turns of the outer one");
            }
        } catch (StreamException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static MessageRequest asking(Demo demo, String question) {
        return MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user(question)
                .build();
    }

    private static void show(String indent, RunEvent event) {
        switch (event) {
            case MessageStop(Message message) -> System.out.println(indent + "\"" + message.text() + "\"");
            case ToolStart start -> System.out.println(indent + start.name() + " is called with " + start.input());
            case ToolComplete done -> System.out.println(indent + "and says: " + done.output());
            case ToolError failed -> System.out.println(indent + "and fails: " + failed.error());
            case ToolEvent(String call, RunEvent inner) -> show(indent + "    ", inner);
            default -> {}
        }
    }

    /** The input of both tools. */
    record River(
            @JsonPropertyDescription("the river's name") String river) {}
}
