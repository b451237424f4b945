package dev.sluice.relay.servlet;

import dev.sluice.relay.EventSink;
import dev.sluice.relay.http.FullResponse;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayExchange;
import dev.sluice.relay.http.RequestHead;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A request of a servlet container. */
final class ServletExchange implements RelayExchange {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Duration writeLimit;
    private final HalfOpenDetector halfOpen;
    private final RequestHead head;
    private @Nullable ServletSink sink;

    ServletExchange(
            HttpServletRequest request, HttpServletResponse response, Duration writeLimit, HalfOpenDetector halfOpen) {
        this.request = request;
        this.response = response;
        this.writeLimit = writeLimit;
        this.halfOpen = halfOpen;
        String query = request.getQueryString();
        String remote = request.getRemoteAddr();
        this.head = new RequestHead(
                request.getMethod(),
                path(request),
                query == null ? "" : query,
                headers(request),
                request.isSecure(),
                remote == null ? "" : remote,
                Optional.ofNullable(request.getUserPrincipal()));
    }

    private static String path(HttpServletRequest request) {
        if (request.getHttpServletMapping().getMappingMatch() == MappingMatch.DEFAULT) {
            return request.getServletPath();
        }
        String below = request.getPathInfo();
        return below == null ? "" : below;
    }

    private static Map<String, List<String>> headers(HttpServletRequest request) {
        var headers = new HashMap<String, List<String>>();
        for (String name : Collections.list(request.getHeaderNames())) {
            headers.put(name.toLowerCase(Locale.ROOT), Collections.list(request.getHeaders(name)));
        }
        headers.putIfAbsent(
                "host", List.of(request.getServerName() + ":" + request.getServerPort())); // HTTP/2 has none
        return headers;
    }

    @Override
    public RequestHead head() {
        return head;
    }

    /**
     * Where the page is if this request left out the slash after the path that the servlet is mapped to. The page's links would
     * lead elsewhere without it.
     */
    Optional<String> slashMissing() {
        if (!head.path().isEmpty()) {
            return Optional.empty();
        }
        String mounted = request.getServletContext().getContextPath() + request.getServletPath() + "/";
        try { // not the request's own, which may have more slashes in front and then lead to another host
            String path = new URI(null, null, mounted, null).getRawPath();
            return Optional.of(path + (head.query().isEmpty() ? "" : "?" + head.query()));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** The container's timeout becomes the one that the endpoint answers. */
    @Override
    public InputStream body() throws IOException {
        return new FilterInputStream(request.getInputStream()) {
            @Override
            public int read(byte[] target, int from, int length) throws IOException {
                try {
                    return in.read(target, from, length);
                } catch (IOException e) {
                    if (e instanceof SocketTimeoutException || e.getCause() instanceof SocketTimeoutException) {
                        throw new IOException(e.getMessage(), new TimeoutException(e.getMessage()));
                    }
                    throw e;
                }
            }
        };
    }

    @Override
    public void answer(FullResponse answer) throws IOException {
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        byte[] body = answer.body();
        if (answer.status() == 204) {
            return;
        }
        response.setContentLength(body.length);
        if (!head.method().equals("HEAD")) {
            response.getOutputStream().write(body);
        }
    }

    /**
     * The connection is kept. A container that is told to close it sends no chunks, and then a response that is cut looks
     * complete.
     */
    @Override
    public EventSink stream(Map<String, String> headers) throws IOException {
        response.setStatus(200);
        headers.forEach(response::setHeader);
        sink = ServletSink.open(request, response, writeLimit, halfOpen);
        return sink;
    }

    /** Gives the request's thread back. */
    void release() throws IOException {
        ServletSink streaming = sink;
        if (streaming != null) {
            streaming.release();
        }
    }
}
