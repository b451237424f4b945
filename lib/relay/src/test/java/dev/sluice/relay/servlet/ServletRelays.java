package dev.sluice.relay.servlet;

import dev.sluice.TimeSource;
import dev.sluice.relay.http.HalfOpenDetector;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.http.RelayServerFixture.Server;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/** Starts a relay in servlet containers, with a detector that is not for users to set. */
public final class ServletRelays {
    /** Tomcat says there that a connection was cut, which is what many tests do. Held, because loggers are kept weakly. */
    private static final Logger TOMCAT_LOG = Logger.getLogger("org.apache");

    static {
        TOMCAT_LOG.setUseParentHandlers(false);
    }

    /** Counts the connections of the container that was started last. */
    static LongSupplier connections = () -> 0;

    private ServletRelays() {}

    static ServletRelay relay(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen) {
        return new ServletRelay(
                mounted,
                writeLimit,
                halfOpen == null ? HalfOpenDetector.create(writeLimit, TimeSource.system()) : halfOpen);
    }

    /** Tomcat with nothing else in it. */
    public static Server tomcat(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
            throws IOException {
        return tomcat(relay(mounted, writeLimit, halfOpen), "/*", Map.of());
    }

    /**
     * Tomcat.
     *
     * @param pattern the path that the relay has
     * @param connector settings of the connector
     * @param filters come before it
     */
    static Server tomcat(Servlet relay, String pattern, Map<String, String> connector, Filter... filters)
            throws IOException {
        return tomcat(relay, pattern, connector, true, filters);
    }

    /** Tomcat whose requests may not be asynchronous unless it is said. */
    static Server tomcat(Servlet relay, String pattern, Map<String, String> connector, boolean async, Filter... filters)
            throws IOException {
        Path directory = Files.createTempDirectory("tomcat");
        var tomcat = new Tomcat();
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(0);
        connector.forEach(tomcat.getConnector()::setProperty);
        var context = (StandardContext) tomcat.addContext("", directory.toString());
        context.setUnloadDelay(20); // it would wait for streams that a test leaves open; 0 is for ever
        for (Filter filter : filters) {
            filter(context, filter);
        }
        var wrapper = Tomcat.addServlet(context, "relay", relay);
        wrapper.setAsyncSupported(async);
        context.addServletMappingDecoded(pattern, "relay");
        try {
            tomcat.start();
        } catch (LifecycleException e) {
            throw new IOException(e);
        }
        var protocol = (AbstractProtocol<?>) tomcat.getConnector().getProtocolHandler();
        connections = () -> protocol.getConnectionCount() - 1; // it counts the one that it waits for
        return new Server(tomcat.getConnector().getLocalPort(), () -> {
            tomcat.stop();
            tomcat.destroy();
            try (var files = Files.walk(directory)) {
                files.sorted(java.util.Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        });
    }

    private static void filter(Context context, Filter filter) {
        var definition = new FilterDef();
        definition.setFilterName("before");
        definition.setFilter(filter);
        definition.setAsyncSupported("true");
        context.addFilterDef(definition);
        var mapping = new FilterMap();
        mapping.setFilterName("before");
        mapping.addURLPattern("/*");
        context.addFilterMap(mapping);
    }

    /** Jetty's servlet container. */
    public static Server jetty(RelayEndpoint mounted, Duration writeLimit, @Nullable HalfOpenDetector halfOpen)
            throws IOException {
        var server = new org.eclipse.jetty.server.Server();
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        server.addConnector(connector);
        connections = () -> connector.getConnectedEndPoints().size();
        var context = new ServletContextHandler("/");
        var holder = new ServletHolder(relay(mounted, writeLimit, halfOpen));
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/*");
        server.setHandler(context);
        try {
            server.start();
        } catch (Exception e) {
            throw new IOException(e);
        }
        return new Server(server.getURI().getPort(), server::stop);
    }
}
