package dev.sluice.relay.servlet;

import dev.sluice.TimeSource;
import dev.sluice.internal.base.Checks;
import dev.sluice.relay.http.FullResponse;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves a {@link RelayEndpoint} in a servlet container. Register it for a path that ends with {@code /*}, {@code /assistant/*} say,
 * with {@code asyncSupported}, which each filter before it needs too. There is no WebSocket.
 *
 * <p>The container stops without a word to its clients: call {@link RelayEndpoint#shutdown} before.
 *
 * <p>Safe for use by any thread. A request keeps the container's thread while its body is read and its run is started, and none
 * while events are sent. For a body that does not come the container's own timeout counts, such as {@code connectionTimeout} of
 * Tomcat.
 */
public final class ServletRelay implements Servlet {
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(20);

    private final RelayEndpoint endpoint;
    private final Duration writeLimit;
    private final HalfOpenDetector halfOpen;
    private @Nullable ServletConfig config;

    /** Serves an endpoint. A client that takes nothing of what is written to it is cut off after 20 s. */
    public ServletRelay(RelayEndpoint endpoint) {
        this(endpoint, WRITE_LIMIT);
    }

    /**
     * Serves an endpoint.
     *
     * @param writeLimit how long a client may take nothing of what is written to it before it is cut off. On Linux also what the
     *     kernel has accepted and the client has not acknowledged counts as not taken
     */
    public ServletRelay(RelayEndpoint endpoint, Duration writeLimit) {
        this(
                endpoint,
                Checks.positive("writeLimit", writeLimit),
                HalfOpenDetector.create(writeLimit, TimeSource.system()));
    }

    /** With what finds half-open connections, for tests. */
    ServletRelay(RelayEndpoint endpoint, Duration writeLimit, HalfOpenDetector halfOpen) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.writeLimit = writeLimit;
        this.halfOpen = halfOpen;
    }

    @Override
    public void init(ServletConfig value) {
        config = value;
    }

    @Override
    public void service(ServletRequest asked, ServletResponse answered) throws ServletException, IOException {
        if (!(asked instanceof HttpServletRequest request) || !(answered instanceof HttpServletResponse response)) {
            throw new ServletException("ServletRelay serves HTTP only");
        }
        ServletSink.throwIfCut(request);
        if (!request.isAsyncSupported()) {
            throw new ServletException(
                    "ServletRelay needs asynchronous requests: set asyncSupported for it and for each filter"
                            + " that is mapped to " + request.getServletPath());
        }
        var exchange = new ServletExchange(request, response, writeLimit, halfOpen);
        Optional<String> page = exchange.slashMissing();
        if (page.isPresent()) {
            exchange.answer(FullResponse.redirect(page.get()));
            return;
        }
        try {
            endpoint.handle(exchange);
        } finally {
            exchange.release();
        }
    }

    @Override
    public @Nullable ServletConfig getServletConfig() {
        return config;
    }

    @Override
    public String getServletInfo() {
        return "Sluice relay";
    }

    /** Does nothing: {@link RelayEndpoint#shutdown} must come before the container stops taking requests. */
    @Override
    public void destroy() {}
}
