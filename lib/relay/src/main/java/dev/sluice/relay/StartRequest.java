package dev.sluice.relay;

import dev.sluice.message.Conversation;
import dev.sluice.tools.RunJournal;
import java.util.Map;
import java.util.Optional;

/**
 * A client's request for a run.
 *
 * @param session on whose behalf
 * @param chatId the client's name for the conversation; empty if it has none
 * @param conversation the conversation so far, the new turn last, as far as the client's format has it
 * @param body the request's JSON body: plain values
 * @param journal where the run writes itself down, so that it outlives this machine: for {@link
 *     dev.sluice.tools.ToolLoop.Builder#journal}. Empty if the relay has no journal
 */
public record StartRequest(
        Session session,
        String chatId,
        Conversation conversation,
        Map<String, Object> body,
        Optional<RunJournal.Claim> journal) {

    /** A request of a relay that has no journal. */
    public StartRequest(Session session, String chatId, Conversation conversation, Map<String, Object> body) {
        this(session, chatId, conversation, body, Optional.empty());
    }
}
