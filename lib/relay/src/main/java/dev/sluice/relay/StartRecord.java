package dev.sluice.relay;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Conversation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The first record of a durable run: the request that it was started with, so that another machine can start it again. */
final class StartRecord {
    private static final String TYPE = "start";

    private StartRecord() {}

    static String of(StartRequest request) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("type", TYPE);
        fields.put("session", request.session().id());
        fields.put("chat", request.chatId());
        fields.put("conversation", request.conversation().toJson());
        fields.put("body", request.body());
        return Json.write(fields);
    }

    /** The session whose run begins with this record; empty if it is not the first record of a relay's run. */
    static Optional<Session> session(String record) {
        if (!Json.isObject(record)) {
            return Optional.empty();
        }
        Map<String, Object> fields = Json.readObject(record);
        return TYPE.equals(fields.get("type")) && fields.get("session") instanceof String session
                ? Optional.of(new Session(session))
                : Optional.empty();
    }

    /** The request of a claimed run; empty if its first record is no such one. */
    static Optional<StartRequest> read(DurableRun claim) {
        List<String> records = claim.recorded();
        if (records.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> fields = Json.readObject(records.getFirst());
        return fields.get("type") instanceof String type
                        && type.equals(TYPE)
                        && fields.get("session") instanceof String session
                        && fields.get("chat") instanceof String chat
                        && fields.get("conversation") instanceof String conversation
                        && fields.get("body") instanceof Map<?, ?> body
                ? Optional.of(new StartRequest(
                        new Session(session),
                        chat,
                        Conversation.fromJson(conversation),
                        plain(body),
                        Optional.of(claim)))
                : Optional.empty();
    }

    private static Map<String, Object> plain(Map<?, ?> body) {
        var fields = new LinkedHashMap<String, Object>();
        body.forEach((name, value) -> fields.put(String.valueOf(name), value));
        return fields;
    }
}
