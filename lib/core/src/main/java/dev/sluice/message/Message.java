package dev.sluice.message;

import dev.sluice.internal.base.InternalParts;
import dev.sluice.internal.base.LazyList;
import dev.sluice.internal.json.AnswerType;
import dev.sluice.json.JsonSchema;
import dev.sluice.json.PartialJson;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.ContentBlock.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something said: a turn of the caller's, or the model's answer, whole or as far as it has come.
 *
 * @param id the provider's id of an answer; empty for a message the caller made and before an answer has begun
 * @param role who speaks
 * @param model the model that answered; empty where {@code id} is
 * @param provider the provider that answered, as {@code Provider.name()} says it; empty where {@code id} is. Parts that
 *     only that provider can read, such as signed thinking, are left out when the message is sent to another
 * @param content the blocks, in order
 * @param finishReason why the model stopped, in neutral words; {@link FinishReason#UNKNOWN} while it has not
 * @param stopReason why, in the provider's word; null while it has not said
 * @param stopSequence the stop sequence that was met, if one was
 * @param usage the tokens of this message
 * @param extra every other field of the wire, by name, each as raw JSON text: {@code container}, {@code stop_details}, …
 */
public record Message(
        String id,
        Role role,
        String model,
        String provider,
        List<ContentBlock> content,
        FinishReason finishReason,
        @Nullable String stopReason,
        @Nullable String stopSequence,
        Usage usage,
        Map<String, String> extra) {

    /** An answer of which nothing has come yet. */
    public static final Message EMPTY = of(Role.ASSISTANT, List.of());

    /** Copies the collections. */
    public Message {
        content = LazyList.copyOf(content);
        extra = RawFields.copy(extra);
    }

    /** An answer whose provider is not known. */
    public Message(
            String id,
            Role role,
            String model,
            List<ContentBlock> content,
            FinishReason finishReason,
            @Nullable String stopReason,
            @Nullable String stopSequence,
            Usage usage,
            Map<String, String> extra) {
        this(id, role, model, "", content, finishReason, stopReason, stopSequence, usage, extra);
    }

    /** A turn of the given role. */
    public static Message of(Role role, List<ContentBlock> content) {
        Objects.requireNonNull(role, "role");
        return new Message("", role, "", "", content, FinishReason.UNKNOWN, null, null, Usage.NONE, Map.of());
    }

    /** A message of the caller's. */
    public static Message user(String text) {
        return of(Role.USER, List.of(new Text(text)));
    }

    /** A message of the caller's, in blocks. */
    public static Message user(ContentBlock... content) {
        return of(Role.USER, List.of(content));
    }

    /** A message of the model's, or the beginning of an answer that the model shall continue. */
    public static Message assistant(String text) {
        return of(Role.ASSISTANT, List.of(new Text(text)));
    }

    /** The words of all text blocks, joined with nothing between them; empty if there are none. */
    public String text() {
        var words = new ArrayList<String>();
        for (ContentBlock block : content) {
            if (block instanceof Text text) {
                words.add(text.text());
            }
        }
        return words.size() == 1 ? words.getFirst() : String.join("", words);
    }

    /**
     * Which provider and model made which part of an answer: one part, or several if a {@code Failover} had the next provider
     * continue an answer that broke off. Empty for a message that no model made.
     */
    public List<Part> parts() {
        String several = extra.get(Part.FIELD);
        List<Part> parts = several == null ? List.of() : AnswerParts.read(several);
        return !parts.isEmpty() || provider.isEmpty() ? parts : List.of(new Part(provider, model, 0, 0));
    }

    /**
     * The beginning of the part of an answer that one model made. It ends where the next part begins.
     *
     * @param provider the provider, as {@code Provider.name()} says it
     * @param model the model
     * @param block the place in {@link Message#content()} of the block that it begins in
     * @param offset where it begins in the text of that block, in {@code char}s
     */
    public record Part(String provider, String model, int block, int offset) {
        /** The field of {@link Message#extra()} that has the parts of an answer of several providers, as raw JSON. */
        public static final String FIELD = "sluice_parts";
    }

    /**
     * The calls of the caller's tools, in order: those that want a result. If an answer was taken back and another
     * model continued, marked by a block of the type {@code fallback}: those after it.
     */
    public List<ToolUse> toolUses() {
        int from = content.size();
        while (from > 0
                && !(content.get(from - 1) instanceof Unknown(String type, var json) && type.equals("fallback"))) {
            from--;
        }
        return content.subList(from, content.size()).stream()
                .filter(ToolUse.class::isInstance)
                .map(ToolUse.class::cast)
                .toList();
    }

    /**
     * The words as a record or bean: an answer to {@link MessageRequest.Builder#output}. They must fit the class's {@link
     * dev.sluice.json.JsonSchema}. Fields that the class does not have are ignored, and so is one Markdown fence around the JSON.
     *
     * @throws IllegalArgumentException if they are no JSON, or do not fit the class; the message says which part does
     *     not fit, and if the answer was cut, refused or paused
     */
    public <T> T textAs(Class<T> type) {
        return read(type.getSimpleName(), () -> StructuredText.read(text(), type));
    }

    /**
     * The same for a type with parameters, such as a list, or for a sealed interface of records.
     *
     * @throws IllegalArgumentException as for a class
     */
    @SuppressWarnings("unchecked") // the token says so
    public <T> T textAs(JsonSchema.TypeToken<T> type) {
        AnswerType answer = InternalParts.of(type, AnswerType.class);
        return (T) read(answer.name(), () -> StructuredText.read(text(), answer));
    }

    private <T> T read(String type, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            String end = unfinished();
            throw new IllegalArgumentException(
                    "The answer is no " + type + (end.isEmpty() ? "" : ": " + end) + ": " + e.getMessage(), e);
        }
    }

    /**
     * The words as a record or bean, as far as they have come. A missing field is null, zero or false. A text that is
     * cut has the characters that have come. A value that its beginning cannot make is left out. Costs as much as
     * reading all words so far. If it is called after each event, time grows with the square of the answer's length. So
     * call it when there is something to show.
     *
     * @return the value; empty if there is nothing to make it of, or what there is does not fit the class
     */
    public <T> Optional<T> partialTextAs(Class<T> type) {
        return PartialJson.parseAs(text(), type);
    }

    /** Why the words may not be all there should be; empty if the model was done. */
    private String unfinished() {
        return switch (finishReason) {
            case STOP -> "";
            case LENGTH ->
                "it met the output limit after " + text().length() + " characters and is cut; allow more tokens";
            case CONTENT_FILTER -> "it was refused or withheld (" + stopReason + ")";
            case TOOL_CALLS ->
                "it calls tools first: "
                        + String.join(
                                ", ", toolUses().stream().map(ToolUse::name).toList());
            case PAUSE -> "the turn was paused; send it back to continue";
            case UNKNOWN -> stopReason == null ? "it has not come to its end" : "it ended with " + stopReason;
        };
    }
}
