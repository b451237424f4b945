package dev.sluice.examples;

import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.client.Signal;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.ToolDefinition;

/** Watches the input of a tool call while the model writes it, runs the tool, and streams what the model makes of it. */
public final class ToolCallDeltas {
    private static final ToolDefinition LEVEL =
            ToolDefinition.of("river_level", "The level of a river, day by day", """
                {"type": "object",
                 "properties": {
                   "river": {"type": "string"},
                   "days": {"type": "integer", "description": "how many days back"},
                   "unit": {"type": "string", "enum": ["m", "ft"]}},
                 "required": ["river", "days"]}\
                """);

    private ToolCallDeltas() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .tool(LEVEL)
                .user("How high has the Guadiana been these three days?")
                .build();
        try (LlmClient client = demo.client()) {
            Message asked;
            try (MessageStream stream = client.stream(request)) {
                stream.on(Signal.TEXT, (delta, text) -> System.out.print(delta));
                stream.on(
                        Signal.INPUT_JSON,
                        (fragment, soFar) -> System.out.printf("%n  + %-10s so far: %s", fragment, soFar));
                asked = stream.finalMessage();
            }
            System.out.println();
            var next = request.toBuilder().message(asked);
            for (ToolUse call : asked.toolUses()) {
                next.user(new ToolResult(call.id(), riverLevel(call.inputAs(LevelInput.class))));
            }
            try (MessageStream stream = client.stream(next.build())) {
                stream.text().forEach(System.out::print);
                System.out.println();
            }
        }
    }

    private static String riverLevel(LevelInput input) {
        System.out.println("river_level is called with " + input);
        return input.river() + ": 2.41 " + input.unit() + ", falling slowly";
    }

    /** The tool's input. */
    record LevelInput(String river, int days, String unit) {
        LevelInput {
            unit = unit == null ? "m" : unit; // the schema does not require it
        }
    }
}
