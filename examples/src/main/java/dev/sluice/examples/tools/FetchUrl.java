package dev.sluice.examples.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolContext;
import dev.sluice.tools.ToolFunction;
import dev.sluice.tools.ToolOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A tool that fetches a page from one of the named hosts, and from none else: no other ports, no addresses of this machine or
 * its network however the name gets to mean one, no redirect out of that, nothing but text, nothing above a size, nothing
 * that takes too long.
 */
public final class FetchUrl implements ToolFunction<FetchUrl.Input> {
    private static final int MOST_REDIRECTS = 5;
    private static final int CHUNK = 8192;
    private static final List<String> TEXTS =
            List.of("application/json", "application/xml", "application/javascript", "application/x-ndjson");

    private final AllowedHosts hosts;
    private final Limits limits;
    private final Resolver resolver;
    private final Predicate<InetAddress> allowed;

    FetchUrl(AllowedHosts hosts, Limits limits, Resolver resolver, Predicate<InetAddress> allowed) {
        this.hosts = hosts;
        this.limits = limits;
        this.resolver = resolver;
        this.allowed = allowed;
    }

    /**
     * What the model says.
     *
     * @param url the page
     */
    public record Input(
            @JsonPropertyDescription("the whole URL, with http:// or https://")
            String url) {}

    /**
     * How much and how long.
     *
     * @param maxBytes how large a page may be
     * @param time how long all of it may take, redirects included
     */
    record Limits(int maxBytes, Duration time) {
        static final Limits DEFAULT = new Limits(256 * 1024, Duration.ofSeconds(20));
    }

    /** Who knows the addresses of a name. */
    @FunctionalInterface
    interface Resolver {
        List<InetAddress> addresses(String host) throws UnknownHostException;
    }

    /**
     * The tool, for pages of up to 256 KB that come within 20 s.
     *
     * @param hosts names such as {@code example.com}, or {@code example.com:8443} for another port than the scheme's own
     * @throws IllegalArgumentException if one is no name of a host
     */
    public static Tool from(String... hosts) {
        return Tool.of(
                "fetch_url",
                "Fetches a text page from one of: " + String.join(", ", hosts),
                Input.class,
                new FetchUrl(
                        new AllowedHosts(hosts),
                        Limits.DEFAULT,
                        host -> List.of(InetAddress.getAllByName(host)),
                        PublicAddresses::contains));
    }

    /** All on a thread of its own, for not everything in it ends when it is told to: looking up a name does not. */
    @Override
    public Object call(Input input, ToolContext context) throws Exception {
        var fetching = new FutureTask<>(() -> fetch(input.url(), context));
        Thread thread = Thread.ofVirtual().name("fetch-url-" + context.id()).start(fetching);
        try {
            return fetching.get(limits.time.toNanos(), NANOSECONDS);
        } catch (TimeoutException e) {
            return ToolOutput.error(tooLong());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ToolRefusal refusal) {
                return ToolOutput.error(refusal.getMessage());
            }
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            thread.interrupt();
        }
    }

    private String tooLong() {
        return "It took longer than " + limits.time.toMillis() + " ms and was given up";
    }

    private String fetch(String text, ToolContext context) throws ToolRefusal, IOException {
        URI url = hosts.check(text);
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            List<InetAddress> addresses = addresses(url.getHost().toLowerCase(Locale.ROOT));
            context.progress("asking " + url.getHost());
            try (var get = new PinnedGet(url, addresses, Timeout.of(limits.time))) {
                Optional<URI> next = redirect(get.response(), url);
                if (next.isEmpty()) {
                    return page(get.response(), context);
                }
                url = next.get();
            } catch (SocketTimeoutException e) { // its limit is the same one, and may be met first
                throw new ToolRefusal(tooLong());
            } catch (IOException e) {
                throw new ToolRefusal(
                        "The page could not be fetched: " + e.getClass().getSimpleName()); // its message has addresses
            }
        }
        throw new ToolRefusal("There were more than " + MOST_REDIRECTS + " redirects");
    }

    /** All must be allowed: which of them is connected to is nothing to rely on. */
    private List<InetAddress> addresses(String host) throws ToolRefusal {
        List<InetAddress> addresses;
        try {
            addresses = resolver.addresses(host);
        } catch (UnknownHostException e) {
            throw new ToolRefusal("The host " + host + " is not known");
        }
        if (addresses.isEmpty() || !addresses.stream().allMatch(allowed)) {
            throw new ToolRefusal("The host " + host + " has an address that is not on the public Internet");
        }
        return addresses;
    }

    /** Where a response sends on to, checked like the first URL. */
    private Optional<URI> redirect(ClassicHttpResponse response, URI from) throws ToolRefusal {
        Header location = response.getFirstHeader("Location");
        if (response.getCode() < 301 || response.getCode() > 308 || response.getCode() == 304 || location == null) {
            return Optional.empty();
        }
        URI next;
        try {
            next = hosts.check(from.resolve(location.getValue()));
        } catch (IllegalArgumentException e) {
            throw new ToolRefusal("The redirect to '" + location.getValue() + "' is to no URL");
        } catch (ToolRefusal e) {
            throw new ToolRefusal("The page redirects: " + e.getMessage());
        }
        if (from.getScheme().equalsIgnoreCase("https") && next.getScheme().equalsIgnoreCase("http")) {
            throw new ToolRefusal("The redirect from https to http is not followed");
        }
        return Optional.of(next);
    }

    private String page(ClassicHttpResponse response, ToolContext context) throws ToolRefusal, IOException {
        if (response.getCode() < 200 || response.getCode() > 299) {
            throw new ToolRefusal("The server answered with status " + response.getCode());
        }
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return "";
        }
        if (entity.getContentEncoding() != null && !entity.getContentEncoding().equalsIgnoreCase("identity")) {
            throw new ToolRefusal("The page comes packed as " + entity.getContentEncoding() + ", unasked");
        }
        Charset charset = charset(entity.getContentType());
        return new String(bytes(entity, context), charset);
    }

    private static Charset charset(@Nullable String header) throws ToolRefusal {
        ContentType type;
        try {
            type = ContentType.parse(header);
        } catch (IllegalArgumentException e) { // a charset that there is not
            throw new ToolRefusal("The page is of the type '" + header + "', which cannot be read");
        }
        String mime = type == null ? "" : type.getMimeType().toLowerCase(Locale.ROOT);
        if (!mime.startsWith("text/") && !TEXTS.contains(mime) && !mime.endsWith("+json") && !mime.endsWith("+xml")) {
            throw new ToolRefusal("The page is no text but " + (mime.isEmpty() ? "of no type" : mime));
        }
        return type.getCharset(UTF_8);
    }

    /** The size that was announced is only a first guess: what counts is what comes. */
    private byte[] bytes(HttpEntity entity, ToolContext context) throws ToolRefusal, IOException {
        long size = entity.getContentLength();
        var bytes = new ByteArrayOutputStream();
        byte[] chunk = new byte[CHUNK];
        InputStream in = entity.getContent(); // not closed: that would read what is left
        for (int count = 0; count >= 0; count = in.read(chunk)) {
            bytes.write(chunk, 0, count);
            if (Math.max(bytes.size(), size) > limits.maxBytes) {
                throw new ToolRefusal("The page has more than " + Sizes.of(limits.maxBytes));
            }
            if (size > 0) {
                context.progress("got " + Sizes.of(bytes.size()), Sizes.percent(bytes.size(), size));
            } else {
                context.progress("got " + Sizes.of(bytes.size()));
            }
        }
        return bytes.toByteArray();
    }
}
