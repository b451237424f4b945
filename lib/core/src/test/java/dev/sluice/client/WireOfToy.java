package dev.sluice.client;

import static dev.sluice.client.Fields.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.Provider;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.toy.ToyProvider;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The wire of {@link ToyProvider}. */
final class WireOfToy implements Wire {
    private static final Map<Integer, String> WHATS = Map.of(400, "nonsense", 401, "stranger", 500, "broken");

    @Override
    public Provider at(URI address) {
        return new ToyProvider(address.resolve("/talk"), KEY);
    }

    @Override
    public List<String> begun(Message answer) {
        var events = new ArrayList<String>();
        events.add(event(
                "hello",
                "{\"id\":%s,\"model\":%s,\"in\":%d,\"cached\":%d}"
                        .formatted(
                                json(answer.id()),
                                json(answer.model()),
                                answer.usage().inputTokens(),
                                answer.usage().cacheReadTokens())));
        for (ContentBlock block : answer.content()) {
            switch (block) {
                case Thinking thinking -> words("think", thinking.thinking(), events);
                case Text text -> words("say", text.text(), events);
                case ToolUse use ->
                    events.add(event(
                            "call",
                            "{\"id\":%s,\"tool\":%s,\"input\":%s}"
                                    .formatted(json(use.id()), json(use.name()), use.input())));
                default -> throw new IllegalArgumentException(block.toString());
            }
        }
        return events;
    }

    private static void words(String event, String text, List<String> events) {
        for (String piece : Wire.pieces(text)) {
            events.add(event(event, "{\"words\":" + json(piece) + "}"));
        }
    }

    @Override
    public List<String> ended(Message answer) {
        String why = switch (answer.finishReason()) {
            case STOP -> "done";
            case LENGTH -> "full";
            case TOOL_CALLS -> "your turn";
            case CONTENT_FILTER -> "rather not";
            case PAUSE, UNKNOWN -> answer.stopReason();
        };
        return List.of(event(
                "bye",
                "{\"why\":%s,\"in\":%d,\"cached\":%d,\"out\":%d}"
                        .formatted(
                                json(why),
                                answer.usage().inputTokens(),
                                answer.usage().cacheReadTokens(),
                                answer.usage().outputTokens())));
    }

    @Override
    public Optional<String> whole(Message answer) {
        return Optional.empty();
    }

    @Override
    public String refusal(int status, String words) {
        return "{\"what\":\"%s\",\"says\":%s}".formatted(WHATS.getOrDefault(status, "busy"), json(words));
    }

    @Override
    public String error(boolean passing, String words) {
        return event("oops", refusal(passing ? 503 : 400, words));
    }

    @Override
    public String news() {
        return event("smile", "{\"mood\":\"sunny\"}");
    }

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    @Override
    public Optional<String> tokens(int count) {
        return Optional.empty();
    }

    @Override
    public List<String> models(String first, String second) {
        return List.of();
    }

    @Override
    public ReceivedFields read(ReceivedRequest request) {
        assertThat(request.path()).isEqualTo("/talk");
        assertThat(request.header("toy-key")).isEqualTo(KEY);
        Fields body = Fields.of(request.bodyText());
        List<Message> messages = body.each("talk", WireOfToy::line);
        boolean instructed = messages.getFirst().role() == Role.SYSTEM;
        var asked = new ReceivedFields(
                body.text("model"),
                (int) body.take("most"),
                instructed ? messages.getFirst().text() : "",
                body.each(
                        "tools",
                        tool -> ToolDefinition.of(tool.text("tool"), tool.text("for"), json(tool.take("input")))),
                body.has("shape") ? body.take("shape") : null,
                instructed ? messages.subList(1, messages.size()) : messages);
        body.end();
        return asked;
    }

    private static Message line(Fields line) {
        for (Role role : Role.values()) {
            if (line.has(role.wireName())) {
                return Message.of(role, List.of(new Text(line.text(role.wireName()))));
            }
        }
        if (line.has("thought")) {
            return ReceivedFields.model(List.of(new Thinking(line.text("thought"), null, Map.of())));
        }
        if (line.has("call")) {
            Fields call = line.object("call");
            var use = new ToolUse(call.text("id"), call.text("tool"), json(call.take("input")), Map.of());
            return ReceivedFields.model(List.of(use));
        }
        Fields result = line.object("result");
        boolean failed = (boolean) result.take("failed");
        return ReceivedFields.user(
                List.of(new ToolResult(result.text("id"), List.of(new Text(result.text("says"))), failed, Map.of())));
    }
}
