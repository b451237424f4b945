package dev.sluice.provider.gemini;

import dev.sluice.message.FinishReason;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.MessageDelta;
import dev.sluice.message.Usage;
import dev.sluice.provider.wire.JsonFields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One answer, step by step. Their index identifies steps, which may take turns. The indexes of blocks are in the order
 * in which the steps first appear.
 */
final class InteractionsAnswer {
    /** The token that continues an answer that was paused. */
    static final String CONTINUATION_TOKEN = "continuation_token";

    /** The status of an answer that this token continues. */
    static final String PAUSED = "requires_continuation";

    private static final String COMPLETED = "completed";
    private static final String STATUS = "status";
    private static final String MODEL = "model";

    /** Fields that an interaction repeats of its request, or that are reported elsewhere. */
    private static final List<String> SKIPPED = List.of(
            "object",
            "role",
            STATUS,
            "usage",
            "steps",
            "input",
            "system_instruction",
            "tools",
            "generation_config",
            "agent_config",
            "response_format",
            "response_mime_type",
            "response_modalities",
            "safety_settings",
            "labels",
            "webhook_config",
            "cached_content",
            "store",
            "stream",
            "background");

    private final Map<Long, InteractionsStep> steps = new TreeMap<>();
    private final InteractionsUsage usage = new InteractionsUsage();
    private boolean started;
    private String id = "";
    private String model = "";
    private String status = "";
    private @Nullable String token;
    private long latest = -1;
    private int blocks;
    private boolean called;
    private String serverCall = "";
    private int signatures;

    /** The index of the next block. */
    int nextBlock() {
        return blocks++;
    }

    /** Notes that one of the caller's tools is called. */
    void called() {
        called = true;
    }

    /** Notes the last call of a tool of Google's. */
    void calledServer(String call) {
        serverCall = call;
    }

    /** The id of the last call of a tool of Google's. */
    String serverCall() {
        return serverCall;
    }

    /** Notes a signature, which identifies answers without an id. */
    void signed(String signature) {
        signatures = 31 * signatures + signature.hashCode();
    }

    /** The id of a call that has none; the same each time the answer is read. */
    String callId(int block) {
        return GeminiIds.call(id.isEmpty() ? Integer.toHexString(signatures) : id, block);
    }

    InteractionsUsage usage() {
        return usage;
    }

    /** Takes a report of the answer's state, and the token that continues it, if there is one. */
    void status(JsonFields wire) {
        String word = InteractionsStep.text(wire, STATUS);
        status = word.isEmpty() ? status : word;
        String more = wire.raw(CONTINUATION_TOKEN);
        token = more == null ? token : more;
        usage.merge(wire.objectIfAny("usage"));
    }

    /** Begins the answer, with what its first event says of it; false if it has begun. */
    boolean start(@Nullable JsonFields interaction, String knownId, Consumer<? super StreamEvent> out) {
        if (started) {
            return false;
        }
        started = true;
        id = knownId;
        Map<String, String> extra = Map.of();
        if (interaction != null) {
            id = InteractionsStep.text(interaction, "id");
            model = InteractionsStep.text(interaction, MODEL);
            SKIPPED.forEach(interaction::skip);
            extra = interaction.rest();
        }
        out.accept(new StreamEvent.MessageStart(new Message(
                id,
                Role.ASSISTANT,
                model,
                GeminiInteractions.NAME,
                List.of(),
                FinishReason.UNKNOWN,
                null,
                null,
                Usage.NONE,
                extra)));
        return true;
    }

    /** Where a step is: the index that an event says, or else the next one's. */
    long place(JsonFields event, boolean isStart) {
        return event.number("index", Math.max(0, isStart ? latest + 1 : latest));
    }

    /** Takes a step as it starts; false if it does not say what it is. */
    boolean stepStart(long place, @Nullable JsonFields wire, Consumer<? super StreamEvent> out) {
        String type = wire == null ? "" : InteractionsStep.text(wire, "type");
        if (wire == null || type.isEmpty()) {
            return false;
        }
        step(place, type, out).start(wire, out);
        return true;
    }

    /** Takes more of a step, which is begun if it was not announced; false if there is no place for it. */
    boolean stepDelta(long place, JsonFields delta, Consumer<? super StreamEvent> out) {
        String type = InteractionsStep.text(delta, "type");
        InteractionsStep step = steps.get(place);
        if (step == null) {
            String of = InteractionsStep.typeOf(type);
            if (of.isEmpty()) {
                return false;
            }
            step = step(place, of, out);
        }
        return !step.isStopped() && step.delta(type, delta, out);
    }

    /** Ends a step. */
    void stepStop(long place, Consumer<? super StreamEvent> out) {
        InteractionsStep step = steps.get(place);
        if (step != null) {
            step.stop(out);
        }
    }

    private InteractionsStep step(long place, String type, Consumer<? super StreamEvent> out) {
        stepStop(place, out); // of a server that does not count
        InteractionsStep step = InteractionsStep.of(type, this);
        steps.put(place, step);
        latest = place;
        return step;
    }

    /** Ends the answer: with its steps, if none were streamed, and why it ended. */
    void end(@Nullable JsonFields interaction, Consumer<? super StreamEvent> out) {
        boolean unused = start(interaction, "", out);
        if (interaction == null) {
            interaction = new JsonFields();
        } else {
            status(interaction);
        }
        boolean isOpen = status.isEmpty() || status.equals("in_progress");
        String why = isOpen && !interaction.has(STATUS) ? COMPLETED : status;
        if (why.equals("failed")) {
            throw GeminiErrors.ofFailed(interaction);
        }
        if (steps.isEmpty()) {
            List<JsonFields> all = interaction.objectsIfAny("steps");
            for (int i = 0; i < all.size(); i++) {
                if (stepStart(i, all.get(i), out)) {
                    stepStop(i, out);
                } else {
                    out.accept(new StreamEvent.Unknown("step", all.get(i).raw()));
                }
            }
        }
        steps.values().forEach(step -> step.stop(out));
        out.accept(new MessageDelta(finish(why), why, null, usage.soFar(), extra(interaction)));
        out.accept(new StreamEvent.MessageStop());
    }

    /** The parts that only the answer knows. */
    private Map<String, String> extra(JsonFields interaction) {
        boolean unusedId = interaction.takeIf("id", id) || interaction.takeIf("id", "");
        boolean unusedModel = interaction.takeIf(MODEL, model);
        SKIPPED.forEach(interaction::skip);
        interaction.skip(CONTINUATION_TOKEN);
        var extra = new LinkedHashMap<>(interaction.rest());
        if (token != null) {
            extra.put(CONTINUATION_TOKEN, token);
        }
        return extra;
    }

    private FinishReason finish(String why) {
        return switch (why) {
            case COMPLETED -> called ? FinishReason.TOOL_CALLS : FinishReason.STOP;
            case "requires_action" -> FinishReason.TOOL_CALLS;
            case "incomplete", "budget_exceeded" -> FinishReason.LENGTH;
            case PAUSED -> FinishReason.PAUSE;
            default -> FinishReason.UNKNOWN;
        };
    }
}
