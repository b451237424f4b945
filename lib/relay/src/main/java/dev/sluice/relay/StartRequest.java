package dev.sluice.relay;

import dev.sluice.message.Conversation;
import java.util.Map;

/**
 * A client's request for a run.
 *
 * @param session on whose behalf
 * @param chatId the client's name for the conversation; empty if it has none
 * @param conversation the conversation so far, the new turn last, as far as the client's format has it
 * @param body the request's JSON body: plain values
 */
public record StartRequest(Session session, String chatId, Conversation conversation, Map<String, Object> body) {}
