package dev.sluice.relay.http;

import dev.sluice.relay.Session;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A session is who has its cookie: 256 random bits. */
final class SessionCookie implements Authenticator {
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final SecureRandom random = new SecureRandom();
    private final boolean alwaysSecure;

    SessionCookie(boolean alwaysSecure) {
        this.alwaysSecure = alwaysSecure;
    }

    @Override
    public Session authenticate(RequestHead head) {
        return new Session(known(head).orElseGet(this::next));
    }

    @Override
    public Map<String, String> introduce(RequestHead head, Session session) {
        if (known(head).isPresent()) {
            return Map.of();
        }
        return Map.of(
                "Set-Cookie",
                name(head) + "=" + session.id() + "; Path=/; HttpOnly; SameSite=Lax"
                        + (isSecure(head) ? "; Secure" : ""));
    }

    private Optional<String> known(RequestHead head) {
        return head.cookie(name(head)).filter(value -> VALUE.matcher(value).matches());
    }

    /** A browser lets nobody but this very host set a cookie with the prefix. */
    private String name(RequestHead head) {
        return isSecure(head) ? "__Host-sluice" : "sluice";
    }

    private boolean isSecure(RequestHead head) {
        return alwaysSecure || head.secure();
    }

    private String next() {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
