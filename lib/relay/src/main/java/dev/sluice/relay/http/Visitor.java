package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.util.Map;

/**
 * Who sent a request.
 *
 * @param session on whose behalf
 * @param introduction what the response says so that the next request is recognised
 * @param address where it came from
 */
record Visitor(Session session, Map<String, String> introduction, String address) {

    static Visitor of(RequestHead head, Authenticator authenticator) {
        Session session = authenticator.authenticate(head);
        return new Visitor(session, authenticator.introduce(head, session), head.remote());
    }

    /** A session by itself; all who are new at one address together, as each could be new every time. */
    String countedAs() {
        return introduction.isEmpty() ? "session " + session.id() : "address " + address;
    }
}
