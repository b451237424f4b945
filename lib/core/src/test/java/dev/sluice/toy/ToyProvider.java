package dev.sluice.toy;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.StreamEvent.MessageStop;
import dev.sluice.message.ToolDefinition;
import dev.sluice.message.Usage;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.RetryAfter;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model that does not exist, behind a wire of six events: {@code hello}, {@code think}, {@code say}, {@code call}, {@code bye}
 * and {@code oops}, each with a JSON object. A request is a list of what was said, one object for each block. The wire has no
 * answers that are not streamed, no counting of tokens and no list of models.
 */
public final class ToyProvider implements Provider {
    private static final String NAME = "toy";
    private static final Set<String> PASSING = Set.of("busy", "broken");

    private final URI address;
    private final String key;

    /** A toy at this address, that wants this key. */
    public ToyProvider(URI address, String key) {
        this.address = address;
        this.key = key;
    }

    // page: request
    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(request.headers()); // the caller's come first
        headers.putIfAbsent("toy-key", key);
        headers.putIfAbsent("content-type", "application/json");
        return new TransportRequest("POST", address, headers, utf8(Json.write(body(request))));
    }

    private static Map<String, Object> body(MessageRequest request) {
        var body = new LinkedHashMap<String, Object>();
        body.put("model", request.model());
        request.maxTokens().ifPresent(most -> body.put("most", most));
        request.outputSchema().ifPresent(schema -> body.put("shape", Json.readObject(schema)));
        refuse("temperature", request.temperature().isPresent());
        refuse("topP", request.topP().isPresent());
        refuse("topK", request.topK().isPresent());
        refuse("stopSequences", !request.stopSequences().isEmpty());
        refuse("toolChoice", request.toolChoice().isPresent());
        refuse("thinking", request.thinking().isPresent());
        refuse("effort", request.effort().isPresent());
        refuse("cacheFor", request.cacheFor().isPresent());
        refuse("userId", request.userId().isPresent());
        refuse("serviceTier", request.serviceTier().isPresent());
        body.put("tools", request.tools().stream().map(ToyProvider::tool).toList());
        body.put("talk", talk(request));
        request.extra().forEach((name, json) -> body.put(name, Json.readAny(json)));
        return body;
    }

    private static void refuse(String field, boolean isSet) {
        if (isSet) {
            throw new IllegalArgumentException(field + ": the toy cannot be told");
        }
    }
    // end

    private static Map<String, Object> tool(ToolDefinition tool) {
        String schema = tool.inputSchema();
        if (schema == null) {
            throw new IllegalArgumentException("tools: the toy has none of its own, such as '" + tool.name() + "'");
        }
        return Map.of("tool", tool.name(), "for", String.valueOf(tool.description()), "input", Json.readObject(schema));
    }

    // page: talk
    private static List<Object> talk(MessageRequest request) {
        var talk = new ArrayList<>();
        request.system().forEach(block -> talk.add(line(Role.SYSTEM, block, false)));
        List<Message> messages = request.messages();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            boolean foreign =
                    !message.provider().isEmpty() && !message.provider().equals(NAME);
            for (ContentBlock block : message.content()) {
                Object line = line(message.role(), block, foreign);
                if (line != null) {
                    talk.add(line);
                } else if (!foreign) { // of another provider's answer words and calls are enough
                    throw new IllegalArgumentException("messages[" + i + "].content: the toy takes no "
                            + block.getClass().getSimpleName());
                }
            }
        }
        return talk;
    }

    private static @Nullable Object line(Role role, ContentBlock block, boolean foreign) {
        return switch (block) {
            case ContentBlock.Text text when foreign && text.text().isEmpty() -> null;
            case ContentBlock.Text text -> Map.of(role.wireName(), text.text());
            case ContentBlock.Thinking thought -> foreign ? null : Map.of("thought", thought.thinking());
            case ContentBlock.ToolUse call ->
                Map.of("call", Map.of("id", call.id(), "tool", call.name(), "input", input(call)));
            case ContentBlock.ToolResult result ->
                Map.of("result", Map.of("id", result.toolUseId(), "failed", result.isError(), "says", words(result)));
            default -> null;
        };
    }
    // end

    /** An input that was cut or is invalid goes back as the words that came. */
    private static Object input(ContentBlock.ToolUse call) {
        return call.isInputValid() ? call.inputAsMap() : call.input();
    }

    private static String words(ContentBlock.ToolResult result) {
        var words = new StringBuilder();
        for (ContentBlock block : result.content()) {
            if (!(block instanceof ContentBlock.Text text)) {
                throw new IllegalArgumentException("messages: the toy takes results in words only");
            }
            words.append(text.text());
        }
        return words.toString();
    }

    // page: error
    @Override
    public ApiError error(TransportResponse response, String body) {
        String told = body.replace(key, "***"); // a proxy may echo what it was sent
        int status = response.status();
        Map<String, Object> said = Json.isObject(told) ? Json.readObject(told) : Map.of();
        return new ApiError(
                status,
                String.valueOf(said.getOrDefault("what", "")),
                "The toy answered " + status + ": " + said.getOrDefault("says", "it gave no reason"),
                requestId(response).orElse(null),
                RetryAfter.of(response, InstantSource.system()).orElse(null),
                told,
                status == 408 || status == 429 || status >= 500);
    }

    @Override
    public Optional<String> requestId(TransportResponse response) {
        return response.header("toy-request");
    }

    @Override
    public EventDecoder decoder() {
        return new Decoder();
    }
    // end

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // page: decoder
    private static final class Decoder implements EventDecoder {
        private int index = -1;
        private String open = ""; // the event that the open block grows by

        @Override
        public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
            var data = new Data(sse.data());
            switch (sse.type()) {
                case "hello" -> out.accept(new MessageStart(data.message()));
                case "think" -> {
                    grow("think", new ContentBlock.Thinking("", null, Map.of()), out);
                    out.accept(new ContentBlockDelta(index, new Delta.ThinkingDelta(data.text("words"))));
                }
                case "say" -> {
                    grow("say", new ContentBlock.Text(""), out);
                    out.accept(new ContentBlockDelta(index, new Delta.TextDelta(data.text("words"))));
                }
                case "call" -> {
                    stop(out);
                    out.accept(new ContentBlockStart(++index, data.call()));
                    out.accept(new ContentBlockStop(index));
                }
                case "bye" -> {
                    stop(out);
                    out.accept(data.end());
                    out.accept(new MessageStop()); // the answer is complete, nothing follows
                }
                case "oops" -> throw data.error();
                default -> out.accept(data.unknown(sse.type())); // a newer toy
            }
            if (!data.fields.isEmpty()) {
                out.accept(data.unknown(sse.type()));
            }
        }

        @Override
        public void end(Consumer<? super StreamEvent> out) {} // without a bye the answer is truncated

        private void grow(String event, ContentBlock empty, Consumer<? super StreamEvent> out) {
            if (!open.equals(event)) {
                stop(out);
                out.accept(new ContentBlockStart(++index, empty));
                open = event;
            }
        }

        private void stop(Consumer<? super StreamEvent> out) {
            if (!open.isEmpty()) {
                out.accept(new ContentBlockStop(index));
                open = "";
            }
        }
    }
    // end

    // page: data
    /** The object of one event. A field that is asked for is taken; what is left is kept raw. */
    private static final class Data {
        private final String json;
        private final Map<String, Object> fields;

        Data(String json) {
            this.json = json;
            try {
                fields = Json.readObject(json);
            } catch (IllegalArgumentException e) {
                throw new ProtocolError("The toy sent data that is no JSON object: " + e.getMessage(), e);
            }
        }

        Message message() {
            String id = text("id");
            String model = text("model");
            Usage usage = usage(0);
            return new Message(
                    id, Role.ASSISTANT, model, NAME, List.of(), FinishReason.UNKNOWN, null, null, usage, rest());
        }

        ContentBlock call() {
            String id = text("id");
            String tool = text("tool");
            return new ContentBlock.ToolUse(id, tool, Json.write(fields.remove("input")), rest());
        }

        MessageDelta end() {
            String why = text("why");
            FinishReason reason = switch (why) {
                case "done" -> FinishReason.STOP;
                case "full" -> FinishReason.LENGTH;
                case "your turn" -> FinishReason.TOOL_CALLS;
                case "rather not" -> FinishReason.CONTENT_FILTER;
                default -> FinishReason.UNKNOWN;
            };
            Usage usage = usage(number("out"));
            return new MessageDelta(reason, why, null, usage, rest());
        }

        ApiError error() {
            String what = text("what");
            String message = "The toy reported an error inside the stream: " + text("says");
            return new ApiError(200, what, message, null, null, json, PASSING.contains(what));
        }
        // end

        String text(String field) {
            return fields.remove(field) instanceof String text ? text : bad(field, "a text");
        }

        private long number(String field) {
            return fields.remove(field) instanceof Number number ? number.longValue() : bad(field, "a number");
        }

        private Usage usage(long output) {
            return new Usage(number("in"), output, number("cached"), 0, 0, Map.of());
        }

        private <T> T bad(String field, String wanted) {
            throw new ProtocolError("The toy's field '" + field + "' is not " + wanted + ": " + json, null);
        }

        private Map<String, String> rest() {
            var rest = new LinkedHashMap<String, String>();
            fields.forEach((name, value) -> rest.put(name, Json.write(value)));
            fields.clear();
            return rest;
        }

        StreamEvent unknown(String event) {
            var unknown = new StreamEvent.Unknown(event, Json.write(fields));
            fields.clear();
            return unknown;
        }
    }
}
