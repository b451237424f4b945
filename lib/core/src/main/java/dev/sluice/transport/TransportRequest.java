package dev.sluice.transport;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * One HTTP request.
 *
 * @param method such as {@code POST}
 * @param uri where to; http or https
 * @param headers by name
 * @param body the bytes to send; empty for none. Not copied: not to be changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // requests are sent, not compared
public record TransportRequest(String method, URI uri, Map<String, String> headers, byte[] body) {

    /** Copies the headers. */
    public TransportRequest {
        headers = Map.copyOf(headers);
    }

    /** This request with one more header, unless it has that one, whatever the case of its name. */
    public TransportRequest withDefaultHeader(String name, String value) {
        if (headers.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
            return this;
        }
        var more = new HashMap<>(headers);
        more.put(name, value);
        return new TransportRequest(method, uri, more, body);
    }

    /** Method and address; never its user or query, a header or the body, where keys and conversations are. */
    @Override
    public String toString() {
        String authority = String.valueOf(uri.getRawAuthority());
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return method + " " + uri.getScheme() + "://" + host + uri.getRawPath();
    }
}
