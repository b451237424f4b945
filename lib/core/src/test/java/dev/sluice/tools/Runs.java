package dev.sluice.tools;

import dev.sluice.client.LlmClient;
import dev.sluice.internal.json.Json;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** A client, and the scripted peer that its runs send requests to. Requests are not retried. */
final class Runs implements AutoCloseable {
    static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(100)
            .user("Tell me about rivers")
            .build();

    static final String ANY_OBJECT = "{\"type\":\"object\"}";

    final ScriptedPeer peer;
    final LlmClient client;

    private Runs(ScriptedPeer peer, Consumer<LlmClient.Builder> settings) {
        this.peer = peer;
        var builder = LlmClient.builder(Claude.builder()
                        .apiKey("test-key")
                        .baseUrl(peer.uri("").toString())
                        .build())
                .resilience(Resilience.none());
        settings.accept(builder);
        client = builder.build();
    }

    static Runs with(Script... turns) {
        return new Runs(ScriptedPeer.serving(turns), settings -> {});
    }

    static Runs with(Consumer<LlmClient.Builder> settings, Script... turns) {
        return new Runs(ScriptedPeer.serving(turns), settings);
    }

    /** The script of each request is by how many messages it has. */
    static Runs byMessages(IntFunction<Script> turns) {
        return new Runs(
                ScriptedPeer.answering(request -> turns.apply(
                        ((List<?>) Json.readObject(request.bodyText()).get("messages")).size())),
                settings -> {});
    }

    ToolLoop.Builder run(Tool... tools) {
        return ToolLoop.builder(client, REQUEST).tools(tools);
    }

    /** The body of the n-th request, counted from 1. */
    Map<String, Object> requestBody(int n) {
        return Json.readObject(peer.awaitRequest(n).bodyText());
    }

    /** The content of the last message of the n-th request. */
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> lastContent(int n) {
        var messages = (List<Map<String, Object>>) requestBody(n).get("messages");
        return (List<Map<String, Object>>) messages.getLast().get("content");
    }

    /** A tool that takes whatever is given. */
    static Tool tool(String name, ToolFunction<String> function) {
        return Tool.of(name, "does " + name, ANY_OBJECT, function);
    }

    /** A turn that is text, in these pieces. */
    static Script says(String... words) {
        return Script.stream(ClaudeWire.answer(words));
    }

    /** A turn that calls tools: {@link #use} gives the events of each call. */
    static Script calls(String... events) {
        return Script.stream(turn("tool_use", events));
    }

    /** The events of a turn that ends for a reason. */
    static String[] turn(String stopReason, String... events) {
        var all = new ArrayList<String>();
        all.add(ClaudeWire.messageStart());
        all.addAll(List.of(events));
        all.add(ClaudeWire.messageDelta(stopReason, 5));
        all.add(ClaudeWire.messageStop());
        return all.toArray(String[]::new);
    }

    /** The events of one call. */
    static String use(int index, String id, String name, String input) {
        return ClaudeWire.toolStart(index, id, name) + ClaudeWire.inputJson(index, input) + ClaudeWire.blockStop(index);
    }

    /** All events of a run; and the exception that it ended with, or null. */
    record CollectedEvents(List<RunEvent> events, RuntimeException failure) {
        <E extends RunEvent> List<E> of(Class<E> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }

        /** The names of the events that are about tools. */
        List<String> aboutTools() {
            return events.stream()
                    .map(event -> switch (event) {
                        case RunEvent.ToolStart start -> "start " + start.id();
                        case RunEvent.ToolProgress progress -> "progress " + progress.id();
                        case RunEvent.ToolComplete complete -> "complete " + complete.id();
                        case RunEvent.ToolError error -> "error " + error.id();
                        case RunEvent.ToolEvent event1 -> "event " + event1.id();
                        default -> "";
                    })
                    .filter(name -> !name.isEmpty())
                    .toList();
        }
    }

    static CollectedEvents collect(ToolLoop loop) {
        return collect(loop, event -> {});
    }

    static CollectedEvents collect(ToolLoop loop, Consumer<RunEvent> each) {
        var events = new ArrayList<RunEvent>();
        try {
            for (RunEvent event : loop) {
                events.add(event);
                each.accept(event);
            }
            return new CollectedEvents(events, null);
        } catch (RuntimeException e) {
            return new CollectedEvents(events, e);
        }
    }

    /** Waits for a latch as long as nobody interrupts. */
    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(20, java.util.concurrent.TimeUnit.SECONDS)) {
            throw new AssertionError("the latch never opened");
        }
    }

    /** Whether a task ends within five seconds, as it does unless another thread holds a lock that it needs. */
    static boolean endsSoon(Future<?> task) {
        try {
            task.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException | InterruptedException e) {
            return false;
        }
        return true;
    }

    /** Waits for a latch; interrupts have no effect, and are forgotten. */
    static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // goes on waiting
            }
        }
    }

    @Override
    public void close() {
        client.close();
        peer.close();
    }
}
