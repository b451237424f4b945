package dev.sluice.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import org.apache.hc.client5.http.DnsResolver;
import org.jspecify.annotations.Nullable;

/** Looks names up on a thread of its own, because a lookup hears no interrupt; who waits for it does. */
final class ApacheLookup implements DnsResolver {
    private static final ThreadFactory WORKERS =
            Thread.ofVirtual().name("sluice-lookup-", 0).factory();

    private final Set<FutureTask<?>> asked = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    @Override
    public InetAddress[] resolve(@Nullable String host) throws UnknownHostException {
        var lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
        asked.add(lookup);
        if (closed) {
            lookup.cancel(true);
        }
        WORKERS.newThread(lookup).start();
        try {
            return lookup.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // whoever asked looks for it
            throw because(e, new UnknownHostException("The lookup was interrupted"));
        } catch (CancellationException e) {
            throw because(e, new UnknownHostException("The transport was closed"));
        } catch (ExecutionException e) {
            throw because(e.getCause(), new UnknownHostException("No address for " + host));
        } finally {
            asked.remove(lookup);
        }
    }

    /** Nobody waits any longer. */
    void close() {
        closed = true;
        asked.forEach(lookup -> lookup.cancel(true));
    }

    private static UnknownHostException because(@Nullable Throwable cause, UnknownHostException exception) {
        exception.initCause(cause);
        return exception;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host; // for Kerberos only
    }
}
