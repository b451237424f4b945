package dev.sluice.test.peer;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A host name whose lookup does not answer until this is closed or told to; closed, it says that there is no such host. */
public final class HangingHostName implements AutoCloseable {
    private static final Map<String, HangingHostName> ALL = new ConcurrentHashMap<>();
    private static final AtomicInteger NEXT = new AtomicInteger(); // never the same: the JDK remembers answers

    private final String host = "host-" + NEXT.incrementAndGet() + ".hangs.invalid";
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean here;

    /** A new name. */
    public HangingHostName() {
        ALL.put(host, this);
    }

    /** The name. */
    public String host() {
        return host;
    }

    /** Waits until the name is being looked up. */
    public void awaitAsked() throws InterruptedException {
        if (!asked.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("nobody looked up " + host);
        }
    }

    /** Lets the lookup go on, and say that the name is this machine's. */
    public void answer() {
        here = true;
        over.countDown();
    }

    @Override
    public void close() {
        ALL.remove(host);
        over.countDown();
    }

    static @Nullable HangingHostName of(String host) {
        return ALL.get(host);
    }

    /** Hears no interrupt, as the system's own lookup. Returns whether the name is this machine's. */
    boolean hang() {
        asked.countDown();
        boolean interrupted = false;
        for (boolean waiting = true; waiting; ) {
            try {
                over.await();
                waiting = false;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return here;
    }
}
