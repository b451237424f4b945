package dev.sluice.transport;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/** Our requests in the JDK's words. */
final class JdkRequests {
    private JdkRequests() {}

    static HttpRequest of(TransportRequest request, boolean mayUpgrade) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri());
        if (!mayUpgrade && "http".equalsIgnoreCase(request.uri().getScheme())) {
            builder.version(HttpClient.Version.HTTP_1_1); // a client for HTTP/2 would ask the server to upgrade
        }
        request.headers().forEach(builder::setHeader);
        byte[] body = request.body();
        if (body.length == 0 && request.method().equals("GET")) {
            return builder.GET().build(); // any other way would send a content-length
        }
        BodyPublisher publisher = body.length == 0 ? BodyPublishers.noBody() : new ReleasableBodyPublisher(body);
        return builder.method(request.method(), publisher).build();
    }
}
