package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.util.Map;
import java.util.Objects;

/** Makes a session of the user whom the web server has authenticated. */
final class UserSession implements RelayAuthenticator {
    private final RelayAuthenticator other;

    UserSession(RelayAuthenticator other) {
        this.other = Objects.requireNonNull(other, "other");
    }

    @Override
    public Session authenticate(RequestHead head) {
        return head.user().map(user -> new Session(user.getName())).orElseGet(() -> other.authenticate(head));
    }

    @Override
    public Map<String, String> introduce(RequestHead head, Session session) {
        return head.user().isPresent() ? Map.of() : other.introduce(head, session);
    }
}
