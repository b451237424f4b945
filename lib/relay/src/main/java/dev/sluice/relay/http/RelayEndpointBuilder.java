package dev.sluice.relay.http;

import dev.sluice.TimeSource;
import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.base.Checks;
import dev.sluice.relay.Quota;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Collects the settings of a {@link RelayEndpoint}. Not for use by several threads. */
public final class RelayEndpointBuilder {
    /** Where {@code sluice-relay-page} has it. */
    private static final String PAGE = "dev/sluice/relay/page";

    final Relay relay;
    final RunFactory starter;
    RelayAuthenticator authenticator = RelayAuthenticator.cookie();
    List<String> allowedHosts = List.of();
    List<String> allowedOrigins = List.of();
    int maxBodyBytes = 1 << 20;
    int maxMessages = 2_000;
    int maxParts = 10_000;
    int starts = 60;
    Duration startsPer = Duration.ofMinutes(1);
    Quota sockets = new Quota(16, 160, 10_000);
    int trustedProxies;
    private int startsPerAddress; // 0 for a multiple of what a session may

    @Nullable
    String page;

    ClassLoader loader = RelayEndpoint.class.getClassLoader();
    List<String> suggestions = List.of();
    TimeSource time = TimeSource.system();
    RequestContext requestContext = head -> Captured.nothing();

    RelayEndpointBuilder(Relay relay, RunFactory starter) {
        this.relay = Objects.requireNonNull(relay, "relay");
        this.starter = Objects.requireNonNull(starter, "starter");
    }

    /** Sets the authenticator, which says on whose behalf a request is. A session cookie for everybody if nothing is set. */
    public RelayEndpointBuilder authenticator(RelayAuthenticator value) {
        authenticator = Objects.requireNonNull(value, "authenticator");
        return this;
    }

    /**
     * The sites besides the server's own whose pages may use it, each as {@code https://host} or {@code https://host:port};
     * none if nothing is set.
     */
    public RelayEndpointBuilder allowedOrigins(String... origins) {
        allowedOrigins = List.of(origins);
        return this;
    }

    /**
     * The names by which browsers reach the server, without a port; an address and {@code localhost} are always right. If
     * nothing is set any name is, but from this machine none: so a proxy on this machine needs its name to be set.
     */
    public RelayEndpointBuilder allowedHosts(String... names) {
        allowedHosts = List.of(names);
        return this;
    }

    /** How long a request's body or a WebSocket's message may be; 1 MiB if nothing is set. */
    public RelayEndpointBuilder maxBodyBytes(int bytes) {
        maxBodyBytes = Checks.atLeast("bytes", bytes, 1);
        return this;
    }

    /** How many messages a request may have; 2,000 if nothing is set. One with more is answered 413. */
    public RelayEndpointBuilder maxMessages(int messages) {
        maxMessages = Checks.atLeast("messages", messages, 1);
        return this;
    }

    /**
     * How many parts and tool calls all messages of a request may have together; 10,000 if nothing is set. One with more is
     * answered 413.
     */
    public RelayEndpointBuilder maxParts(int parts) {
        maxParts = Checks.atLeast("parts", parts, 1);
        return this;
    }

    /**
     * How many runs a session may start in a time, spread or at once; 60 in a minute if nothing is set. An answer to a run's question
     * counts as a start.
     */
    public RelayEndpointBuilder startLimit(int runs, Duration per) {
        Checks.atLeast("runs", runs, 1);
        Checks.positive("per", per);
        starts = runs;
        startsPer = per;
        return this;
    }

    /**
     * How many runs all sessions of one address may start in the time of {@link #startLimit}. If nothing is set, four
     * times as many as a session. Behind a proxy, see {@link #trustedProxies}.
     */
    public RelayEndpointBuilder startsPerAddress(int runs) {
        startsPerAddress = Checks.atLeast("runs", runs, 1);
        return this;
    }

    /** How many WebSockets may be open at once; 16 of a session, 160 from an address and 10,000 in all if nothing is set. */
    public RelayEndpointBuilder sockets(Quota quota) {
        sockets = Objects.requireNonNull(quota, "quota");
        return this;
    }

    /**
     * How many proxies stand in front of the server and append their client's address to {@code X-Forwarded-For}. If
     * nothing is set it is 0, and the header is ignored, because a client can send it, too.
     */
    public RelayEndpointBuilder trustedProxies(int proxies) {
        trustedProxies = Checks.atLeast("proxies", proxies, 0);
        return this;
    }

    int startsPerAddress() {
        return startsPerAddress == 0 ? (int) Math.min(4L * starts, Integer.MAX_VALUE) : startsPerAddress;
    }

    /**
     * Serves the chat page of {@code sluice-relay-page}, which must be on the class path, at {@code /}. This library's class
     * loader is asked for it first, then that of the thread's context.
     *
     * @throws IllegalStateException if neither finds it
     */
    public RelayEndpointBuilder page() {
        for (ClassLoader each : Arrays.asList(
                RelayEndpoint.class.getClassLoader(), Thread.currentThread().getContextClassLoader())) {
            if (each != null && each.getResource(PAGE + "/index.html") != null) {
                return page(PAGE, each);
            }
        }
        throw new IllegalStateException(
                "the chat page is not on the class path: add dev.sluice:sluice-relay-page of the"
                        + " version of sluice-relay, or serve a page of your own by page(folder, loader)");
    }

    /**
     * Serves the files of a class path's folder, with {@code index.html} at {@code /}. Browser libraries that are there
     * as jars are under {@code /webjars/} and {@code /_static/}. If nothing is set there is no page.
     */
    public RelayEndpointBuilder page(String folder, ClassLoader from) {
        page = Objects.requireNonNull(folder, "folder");
        loader = Objects.requireNonNull(from, "from");
        return this;
    }

    /**
     * Sets the questions that the page offers as buttons before anything was said; none if nothing is set. A page of your own
     * finds them as a list at {@code /suggestions.json}.
     *
     * @throws IllegalArgumentException if one is blank
     */
    public RelayEndpointBuilder suggestions(String... questions) {
        var all = List.of(questions);
        if (all.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("questions: none may be blank, are " + all);
        }
        suggestions = all;
        return this;
    }

    /** Sets what is in force while a request is served, such as the trace that its headers name. Nothing if nothing is set. */
    public RelayEndpointBuilder requestContext(RequestContext value) {
        requestContext = Objects.requireNonNull(value, "requestContext");
        return this;
    }

    /** The clock. */
    public RelayEndpointBuilder time(TimeSource value) {
        time = Objects.requireNonNull(value, "time");
        return this;
    }

    /** The endpoint. */
    public RelayEndpoint build() {
        return new RelayEndpoint(this);
    }
}
