package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a UI message stream must look like for its client to take it; and what ours promises beyond. */
final class UiGrammar {
    private static final Set<String> TYPES = Set.of(
            "start",
            "start-step",
            "finish-step",
            "reset-step",
            "text-start",
            "text-delta",
            "text-end",
            "reasoning-start",
            "reasoning-delta",
            "reasoning-end",
            "tool-input-start",
            "tool-input-delta",
            "tool-input-available",
            "tool-approval-request",
            "tool-output-available",
            "tool-output-error",
            "data-tool-progress",
            "data-tool-event",
            "source-url",
            "error",
            "abort",
            "finish");

    private final Set<String> used = new HashSet<>();
    private final Set<String> open = new HashSet<>();
    private final Map<String, String> calls = new HashMap<>();
    private final Set<String> callsOfStep = new HashSet<>();
    private boolean inStep;

    private UiGrammar() {}

    /** The chunks of a whole stream, which is a legal one. */
    static List<Map<String, Object>> check(List<String> frames) {
        assertThat(frames.getLast()).isEqualTo("data: [DONE]\n\n");
        var chunks = new ArrayList<Map<String, Object>>();
        for (String frame : frames.subList(0, frames.size() - 1)) {
            assertThat(frame).startsWith("data: {").endsWith("}\n\n");
            assertThat(frame.substring(0, frame.length() - 2)).doesNotContain("\n", "\r");
            chunks.add(Json.readObject(frame.substring("data: ".length())));
        }
        assertThat(chunks.getFirst()).containsEntry("type", "start").containsEntry("messageId", "s1");
        assertThat(chunks.getLast().get("type")).isIn("finish", "error", "abort");
        var grammar = new UiGrammar();
        chunks.subList(1, chunks.size() - 1).forEach(grammar::inner);
        assertThat(grammar.inStep).as("a step is open at the end").isFalse();
        assertThat(grammar.calls.values()).as("the calls at the end").allMatch("over"::equals);
        return chunks;
    }

    private void inner(Map<String, Object> chunk) {
        String type = (String) chunk.get("type");
        assertThat(type).isIn(TYPES).isNotIn("start", "finish", "error", "abort");
        if (type.equals("reset-step")) {
            assertThat(inStep).as(type).isTrue();
            open.clear();
            calls.keySet().removeAll(callsOfStep);
            return;
        }
        if (type.endsWith("-step")) {
            assertThat(inStep).as(type).isEqualTo(type.equals("finish-step"));
            assertThat(open).as("open parts at " + type).isEmpty();
            inStep = !inStep;
            callsOfStep.clear();
            return;
        }
        assertThat(inStep).as(type + " is in a step").isTrue();
        String kind = type.substring(0, type.indexOf('-'));
        switch (kind) {
            case "text", "reasoning" -> part(kind, type.substring(type.indexOf('-') + 1), chunk);
            case "tool" -> tool(type, chunk);
            case "data" -> assertThat(chunk).containsKeys("id", "data");
            default -> assertThat(used.add((String) chunk.get("sourceId"))).isTrue();
        }
    }

    private void part(String kind, String step, Map<String, Object> chunk) {
        String id = (String) chunk.get("id");
        switch (step) {
            case "start" -> {
                assertThat(used.add(kind + id)).as("the id is new: " + chunk).isTrue();
                open.add(kind + id);
            }
            case "delta" -> {
                assertThat(open).contains(kind + id);
                assertThat(chunk.get("delta")).isInstanceOf(String.class);
            }
            default ->
                assertThat(open.remove(kind + id)).as("was open: " + chunk).isTrue();
        }
    }

    private void tool(String type, Map<String, Object> chunk) {
        String id = (String) chunk.get("toolCallId");
        switch (type) {
            case "tool-input-start" -> {
                assertThat(calls.put(id, "streaming")).isNull();
                callsOfStep.add(id);
                assertThat(chunk).containsEntry("providerExecuted", true).containsKey("toolName");
            }
            case "tool-input-delta" -> assertThat(calls).containsEntry(id, "streaming");
            case "tool-input-available" -> {
                assertThat(calls.put(id, "available")).isEqualTo("streaming");
                assertThat(chunk).containsEntry("providerExecuted", true).containsKeys("toolName", "input");
            }
            case "tool-approval-request" -> {
                assertThat(calls).containsEntry(id, "available");
                assertThat(chunk).containsKey("approvalId");
            }
            default -> {
                assertThat(calls.put(id, "over")).isIn("streaming", "available");
                assertThat(chunk).containsKey(type.endsWith("error") ? "errorText" : "output");
            }
        }
    }
}
