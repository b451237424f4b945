package dev.sluice.transport;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Set;

/**
 * Our requests in the JDK's words. Its complaints quote what they complain of; ours don't, since a header's value may be a
 * key and an address may carry one.
 */
final class JdkRequests {
    private static final Set<String> ITS_OWN = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private JdkRequests() {}

    static HttpRequest of(TransportRequest request, boolean mayUpgrade) {
        HttpRequest.Builder builder = addressed(request, mayUpgrade);
        request.headers().forEach((name, value) -> header(builder, name, value));
        byte[] body = request.body();
        if (body.length == 0 && request.method().equals("GET")) {
            return builder.GET().build(); // any other way would send a content-length
        }
        BodyPublisher publisher = body.length == 0 ? BodyPublishers.noBody() : new JdkRequestBody(body);
        return builder.method(request.method(), publisher).build();
    }

    @SuppressWarnings("UnusedException") // it quotes the address
    private static HttpRequest.Builder addressed(TransportRequest request, boolean mayUpgrade) {
        try {
            HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri());
            if (!mayUpgrade && "http".equalsIgnoreCase(request.uri().getScheme())) {
                builder.version(HttpClient.Version.HTTP_1_1); // a client for HTTP/2 would ask the server to upgrade
            }
            return builder;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "uri: must be http or https and name a host, which this does not: " + request);
        }
    }

    @SuppressWarnings("UnusedException") // it quotes the value
    private static void header(HttpRequest.Builder builder, String name, String value) {
        try {
            builder.setHeader(name, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    ITS_OWN.contains(name.toLowerCase(Locale.ROOT))
                            ? "header " + name + ": the transport sets it, leave it out"
                            : "header " + name + ": its name or its value has a character that HTTP does not allow,"
                                    + " such as a line break");
        }
    }
}
