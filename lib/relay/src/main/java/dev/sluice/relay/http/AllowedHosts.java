package dev.sluice.relay.http;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which names the server answers to. A page of another site can give its own name this machine's address, and is then
 * of the same origin as the server ("DNS rebinding"). But it cannot send a name other than its own. An address in place
 * of a name, and {@code localhost}, are nobody's to give.
 */
final class AllowedHosts {
    private static final Pattern NAME = Pattern.compile("[a-z0-9_.\\-]+");
    private static final Pattern ADDRESS = Pattern.compile("localhost|[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");
    private static final Pattern PORT = Pattern.compile(":[0-9]*$");
    private static final Pattern THIS_MACHINE = Pattern.compile("127\\..*|\\[?(::|(0:){7})1(%.*)?]?");

    private final Set<String> allowed = new HashSet<>();

    AllowedHosts(Collection<String> allowed) {
        for (String host : allowed) {
            String plain = host.toLowerCase(Locale.ROOT);
            if (!NAME.matcher(plain).matches()) {
                throw new IllegalArgumentException(
                        "allowedHosts: '" + host + "' is not a host's name, without a scheme or a port");
            }
            this.allowed.add(plain);
        }
    }

    /** Throws if the request is for a name that is none of the server's. A client that is no browser may send none. */
    void check(RequestHead head) {
        String host = PORT.matcher(head.header("host").orElse("localhost").toLowerCase(Locale.ROOT))
                .replaceFirst("");
        if (!ADDRESS.matcher(host).matches() && !isAllowed(host, head.remote())) {
            throw new Problem(
                    403, "foreign_host", "This server does not answer to that name; see RelayEndpoint's allowedHosts.");
        }
    }

    /** If no name is known, any may be right, but not for who is on this machine: there it is the page of a stranger. */
    private boolean isAllowed(String host, String remote) {
        return allowed.isEmpty() ? !THIS_MACHINE.matcher(remote).matches() : allowed.contains(host);
    }
}
