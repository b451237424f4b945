package dev.sluice.examples.tools;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hosts that may be asked: names, each with its port unless it is the scheme's own. A name stands for itself, not for those
 * below it, and an address is no name, however it is written.
 */
final class AllowedHosts {
    private static final Pattern ENTRY = Pattern.compile(
            "(?<host>([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z]([a-z0-9-]*[a-z0-9])?)(:(?<port>[1-9]\\d{0,4}))?");
    private static final int LONGEST = 2048;

    private final Set<String> entries = new TreeSet<>();

    AllowedHosts(String... hosts) {
        for (String host : hosts) {
            Matcher entry = ENTRY.matcher(host.toLowerCase(Locale.ROOT));
            if (!entry.matches()) {
                throw new IllegalArgumentException("hosts: '" + host
                        + "' is neither a host's name nor a name and a port, such as example.com:8443");
            }
            entries.add(entry.group());
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("hosts: must not be empty");
        }
    }

    /** The URL that a text is, if it may be asked. */
    URI check(String text) throws ToolRefusal {
        if (text.length() > LONGEST) {
            throw new ToolRefusal("url: longer than " + LONGEST + " characters");
        }
        try {
            return check(new URI(text));
        } catch (URISyntaxException e) {
            throw new ToolRefusal("url: '" + text + "' is not a URL: " + e.getReason());
        }
    }

    /** The same URL, if it may be asked. */
    URI check(URI url) throws ToolRefusal {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new ToolRefusal("url: '" + url + "' does not begin with http:// or https://");
        }
        if (url.getHost() == null) {
            throw new ToolRefusal("url: '" + url + "' names no host");
        }
        if (url.getRawUserInfo() != null) {
            throw new ToolRefusal("url: a name or password before the host is not allowed");
        }
        String host = url.getHost().toLowerCase(Locale.ROOT);
        String entry = url.getPort() == -1 || url.getPort() == port(scheme) ? host : host + ":" + url.getPort();
        if (!entries.contains(entry)) {
            throw new ToolRefusal(
                    "url: " + entry + " is not among the hosts that may be asked: " + String.join(", ", entries));
        }
        return url;
    }

    /** The port of a URL. */
    static int port(URI url) {
        return url.getPort() == -1 ? port(url.getScheme().toLowerCase(Locale.ROOT)) : url.getPort();
    }

    private static int port(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }
}
