package dev.sluice.transport;

import dev.sluice.internal.HeaderSyntax;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One HTTP request. It is checked when it is made, so that every transport may send it as it stands.
 *
 * @param method such as {@code POST}
 * @param uri where to; http or https, with a host
 * @param headers by name
 * @param body the bytes to send; empty for none. Not copied: not to be changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // requests are sent, not compared
public record TransportRequest(String method, URI uri, Map<String, String> headers, byte[] body) {
    private static final Set<String> THE_TRANSPORTS =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");

    /**
     * Copies the headers.
     *
     * @throws IllegalArgumentException if the address or a header cannot be sent; the message names it, without its value
     */
    public TransportRequest {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "uri: must be http or https and name a host, which this does not: " + withoutSecrets(method, uri));
        }
        headers = Map.copyOf(headers);
        headers.forEach(TransportRequest::checkHeader);
    }

    /**
     * Checks that a header can be sent.
     *
     * @throws IllegalArgumentException if the transport sets it, if its name is no token of RFC 9110, or if its value
     *     has anything but printable ASCII and tabs. The message names the header, without its value
     */
    public static void checkHeader(String name, String value) {
        if (THE_TRANSPORTS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("header " + name + ": the transport sets it, leave it out");
        } else if (!HeaderSyntax.isToken(name) || !HeaderSyntax.isSendable(value)) {
            throw new IllegalArgumentException("header " + name
                    + ": its name or its value has a character that cannot be sent, such as a line break; use"
                    + " printable ASCII");
        }
    }

    /** This request with one more header, unless it has that one in any case of its name. */
    public TransportRequest withDefaultHeader(String name, String value) {
        if (headers.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
            return this;
        }
        var more = new HashMap<>(headers);
        more.put(name, value);
        return new TransportRequest(method, uri, more, body);
    }

    /**
     * This request with more headers. Each replaces one of the same name, in any case of the name.
     *
     * @throws IllegalArgumentException if one cannot be sent; the message names it, without its value
     */
    public TransportRequest withHeaders(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.putAll(headers);
        more.forEach((name, value) -> {
            all.remove(name); // or its old spelling would stay
            all.put(name, value);
        });
        return new TransportRequest(method, uri, all, body);
    }

    /** Method and address; never its user or query, a header or the body, where keys and conversations are. */
    @Override
    public String toString() {
        return withoutSecrets(method, uri);
    }

    private static String withoutSecrets(String method, URI uri) {
        String authority = String.valueOf(uri.getRawAuthority());
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return method + " " + uri.getScheme() + "://" + host + uri.getRawPath();
    }
}
