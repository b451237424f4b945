package dev.sluice.relay.jetty;

import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.FullResponse;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayExchange;
import dev.sluice.relay.http.RequestHead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;

/** A request of Jetty's. */
final class JettyExchange implements RelayExchange {
    private final Request request;
    private final Response response;
    private final Callback completion;
    private final Duration writeLimit;
    private final HalfOpenDetector halfOpen;
    private final RequestHead head;
    private boolean last;

    JettyExchange(
            Request request, Response response, Callback completion, Duration writeLimit, HalfOpenDetector halfOpen) {
        this.request = request;
        this.response = response;
        this.completion = completion;
        this.writeLimit = writeLimit;
        this.halfOpen = halfOpen;
        this.head = head(request);
    }

    static RequestHead head(Request request) {
        var headers = new HashMap<String, List<String>>();
        for (HttpField field : request.getHeaders()) {
            headers.computeIfAbsent(
                    field.getLowerCaseName(), name -> request.getHeaders().getValuesList(name));
        }
        String authority = request.getHttpURI().getAuthority();
        if (authority != null) { // which is all that HTTP/2 has
            headers.putIfAbsent("host", List.of(authority));
        }
        String query = request.getHttpURI().getQuery();
        return new RequestHead(
                request.getMethod(),
                path(request),
                query == null ? "" : query,
                headers,
                request.isSecure(),
                Request.getRemoteAddr(request));
    }

    private static String path(Request request) {
        String path = Request.getPathInContext(request);
        try {
            return URIUtil.decodePath(path);
        } catch (RuntimeException e) { // there is nothing by that name
            return path;
        }
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public InputStream body() {
        return Request.asInputStream(request);
    }

    /** Reads the end of the connection, as {@link DisconnectWatch} does; what was sent behind the request is thrown away. */
    @Override
    public boolean isGone() {
        if (!DisconnectWatch.isWatchable(request)) {
            return false;
        }
        try {
            int read = request.getConnectionMetaData()
                    .getConnection()
                    .getEndPoint()
                    .fill(BufferUtil.allocate(256));
            last = read > 0;
            return read < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void answer(FullResponse answer) {
        if (last) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        send(answer, response, completion);
    }

    static void send(FullResponse answer, Response response, Callback completion) {
        response.setStatus(answer.status());
        byte[] body = answer.body();
        if (answer.status() != 204) {
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        }
        answer.headers().forEach(response.getHeaders()::put);
        response.write(true, ByteBuffer.wrap(body), completion);
    }

    /** It is the connection's last response, and in chunks, so that one that is cut does not look complete. */
    @Override
    public EventSink stream(Map<String, String> headers) throws IOException {
        response.setStatus(200);
        headers.forEach(response.getHeaders()::put);
        if (DisconnectWatch.isWatchable(request)) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
            response.getHeaders().put(HttpHeader.TRANSFER_ENCODING, "chunked");
        }
        var sink = new JettySink(request, response, completion, writeLimit, halfOpen);
        sink.open();
        return sink;
    }
}
