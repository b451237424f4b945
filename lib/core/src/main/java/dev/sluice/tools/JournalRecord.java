package dev.sluice.tools;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a run writes into its journal. As JSON, a message is in the format of a stored conversation, with the record's fields beside
 * those of the conversation.
 */
sealed interface JournalRecord {

    /**
     * A request of this turn is about to be read; comes again if the turn is asked again.
     *
     * @param again whether it replaces a request that was lost with its process. The two count as one for the limit of turns
     */
    record TurnBegun(int turn, boolean again) implements JournalRecord {}

    /** The server keeps the answer of this turn: with this text all of it can be fetched. */
    record Kept(int turn, String token) implements JournalRecord {}

    /** The whole answer of a turn. */
    record Answer(int turn, Message said) implements JournalRecord {}

    /**
     * How far a call is; replaces what was recorded of the key before.
     *
     * @param use the call as the model made it
     * @param given the input that the tool is given: the model's, or as it was repaired
     * @param starts how often its tool was started
     */
    record Call(int turn, String key, ToolUse use, String given, Stage stage, int starts) implements JournalRecord {
        Call as(ToolUse again) {
            return new Call(turn, key, again, given, stage, starts);
        }
    }

    /** How far a call without a result is. */
    enum Stage {
        /** It has its key. Its tool has not started. */
        CALLED,
        /** A person was asked for leave, and answers some other time. */
        ASKED,
        /** Its tool may have started. */
        STARTED
    }

    /**
     * The result of a call.
     *
     * @param millis how long the tool has run
     */
    record Result(String key, ToolOutput output, ToolFailure end, long millis) implements JournalRecord {}

    /** The record as a JSON object. */
    default String toJson() {
        return switch (this) {
            case TurnBegun(int turn, boolean again) -> {
                Fields fields = fields("turn").with("turn", turn);
                yield Json.write((again ? fields.with("again", true) : fields).map);
            }
            case Kept(int turn, String token) ->
                Json.write(fields("kept").with("turn", turn).with("token", token).map);
            case Answer(int turn, Message said) ->
                fields("answer").with("turn", turn).and(said);
            case Call(int turn, String key, ToolUse use, String given, Stage stage, int starts) -> {
                Fields fields = fields("call")
                        .with("turn", turn)
                        .with("key", key)
                        .with("stage", stage.name().toLowerCase(Locale.ROOT))
                        .with("starts", starts);
                yield (given.equals(use.input()) ? fields : fields.with("given", given))
                        .and(Message.of(Role.ASSISTANT, List.of(use)));
            }
            case Result(String key, ToolOutput output, ToolFailure end, long millis) ->
                fields("result")
                        .with("key", key)
                        .with("error", output.isError())
                        .with("end", end.name().toLowerCase(Locale.ROOT))
                        .with("millis", millis)
                        .and(Message.of(Role.USER, output.content()));
        };
    }

    /**
     * The record of a text; empty if it is of a type that is not known.
     *
     * @throws IllegalArgumentException if it is no record
     */
    static Optional<JournalRecord> of(String json) {
        Map<String, Object> fields = Json.readObject(json);
        return Optional.ofNullable(
                switch (String.valueOf(fields.get("type"))) {
                    case "turn" -> new TurnBegun(number(fields, "turn"), Boolean.TRUE.equals(fields.get("again")));
                    case "kept" -> new Kept(number(fields, "turn"), text(fields, "token"));
                    case "answer" -> new Answer(number(fields, "turn"), message(json));
                    case "call" -> {
                        var use = (ToolUse) message(json).content().getFirst();
                        yield new Call(
                                number(fields, "turn"),
                                text(fields, "key"),
                                use,
                                fields.get("given") instanceof String given ? given : use.input(),
                                Stage.valueOf(text(fields, "stage").toUpperCase(Locale.ROOT)),
                                number(fields, "starts"));
                    }
                    case "result" ->
                        new Result(
                                text(fields, "key"),
                                new ToolOutput(message(json).content(), Boolean.TRUE.equals(fields.get("error"))),
                                ToolFailure.valueOf(text(fields, "end").toUpperCase(Locale.ROOT)),
                                whole(fields, "millis"));
                    default -> null;
                });
    }

    private static Message message(String json) {
        return Conversation.fromJson(json).messages().getFirst();
    }

    private static int number(Map<String, Object> fields, String name) {
        return Math.toIntExact(whole(fields, name));
    }

    private static long whole(Map<String, Object> fields, String name) {
        if (fields.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException("not a record of a run: " + name + " is no number");
    }

    private static String text(Map<String, Object> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("not a record of a run: " + name + " is no text");
    }

    private static Fields fields(String type) {
        return new Fields(new LinkedHashMap<>()).with("type", type);
    }

    /** The fields of a record, in order. */
    record Fields(Map<String, Object> map) {
        Fields with(String name, Object value) {
            map.put(name, value);
            return this;
        }

        /** With a message: a conversation of one message, which has these fields, too. */
        String and(Message message) {
            String own = Json.write(map);
            String conversation = new Conversation(List.of(), List.of(message)).toJson();
            return own.substring(0, own.length() - 1) + "," + conversation.substring(1);
        }
    }
}
