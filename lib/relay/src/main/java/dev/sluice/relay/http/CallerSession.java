package dev.sluice.relay.http;

import dev.sluice.relay.Caller;
import dev.sluice.relay.Session;
import java.util.Map;

/**
 * The sender of a request.
 *
 * @param caller on whose behalf, and from where
 * @param introduction what the response says so that the next request is recognised
 */
record CallerSession(Caller caller, Map<String, String> introduction) {

    static CallerSession of(RequestHead head, RelayAuthenticator authenticator, ClientAddress addresses) {
        Session session = authenticator.authenticate(head);
        return new CallerSession(new Caller(session, addresses.of(head)), authenticator.introduce(head, session));
    }

    Session session() {
        return caller.session();
    }
}
