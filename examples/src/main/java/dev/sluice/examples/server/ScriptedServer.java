package dev.sluice.examples.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A server on a free port of the loopback address that speaks the APIs of three vendors: Claude's messages, Gemini's
 * content and OpenAI's chat completions, streamed or not, with their lists of models and, where there is one, the count of
 * tokens. It takes any key, answers from a script at a model's pace, and fails on demand, in each of them alike.
 *
 * <p>Any thread may call it. Its own threads are daemons: a program that forgets to close it still ends.
 */
public final class ScriptedServer implements AutoCloseable {
    static {
        // Each event must leave when it is written. The JDK's server reads this once, and its default is to wait.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final HttpServer http;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("scripted-server-", 0).factory());
    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final ExchangeHandler exchanges;

    private ScriptedServer(HttpServer http, Pace pace, long seed) {
        this.http = http;
        exchanges = new ExchangeHandler(pace, seed, faults);
        http.createContext("/", exchanges);
        http.setExecutor(threads);
    }

    /** A server that answers at a model's pace. */
    public static ScriptedServer start() {
        return start(Pace.natural(), 1);
    }

    /**
     * A server that answers at the given pace.
     *
     * @param pace how fast
     * @param seed decides where tokens are cut and how long each pause is; the same seed, the same answers
     */
    public static ScriptedServer start(Pace pace, long seed) {
        try {
            var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var server = new ScriptedServer(http, pace, seed);
            // The dispatcher inherits whether it is a daemon from the thread that starts it.
            Thread.ofPlatform().daemon().start(http::start).join();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("no port for the scripted server", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the scripted server started", e);
        }
    }

    /** Where it is: the base URL for a client. */
    public URI uri() {
        InetSocketAddress address = http.getAddress();
        return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort());
    }

    /** The next answer that has no fault yet goes wrong in this way. */
    public void next(Fault fault) {
        faults.add(fault);
    }

    /** How many answers are being given right now. */
    public int open() {
        return exchanges.open();
    }

    /** Drops every connection. */
    @Override
    public void close() {
        threads.shutdownNow();
        http.stop(0);
    }
}
