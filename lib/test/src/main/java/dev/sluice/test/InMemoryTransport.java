package dev.sluice.test;

import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.server.Answer;
import dev.sluice.test.server.AnswerQueue;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Answers from a script without a socket, for unit tests. No address of a request is ever connected.
 *
 * <pre>{@code
 * var transport = InMemoryTransport.answering(Answer.text("Hello, ", "world"));
 * var client = LlmClient.builder(Claude.builder().apiKey("any").build()).transport(transport).build();
 * }</pre>
 *
 * <p>It keeps the contract of {@link HttpTransport}. A slow reader slows the script down. An interrupt or a close from
 * another thread ends a wait at once. Bytes sent before a break are read before the failure. Each exchange has a
 * virtual thread that runs its script. Raw bytes of a script are no HTTP here: the reader gets an {@link IOException}
 * for them.
 */
public final class InMemoryTransport implements HttpTransport {
    private final Function<ReceivedRequest, Script> scripts;
    private final List<ReceivedRequest> requests = new CopyOnWriteArrayList<>();
    private final Set<InMemoryExchange> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private InMemoryTransport(Function<ReceivedRequest, Script> scripts) {
        this.scripts = scripts;
    }

    /** A transport that gives the first answer to the first request and so on, in the wire that it is asked in. */
    public static InMemoryTransport answering(Answer... answers) {
        return scripted(AnswerQueue.of(answers));
    }

    /**
     * A transport that asks for a script at each request, on the thread that opens it. An {@link AnswerQueue} is one to ask: it takes
     * answers and faults while the test runs.
     */
    public static InMemoryTransport scripted(Function<ReceivedRequest, Script> scripts) {
        return new InMemoryTransport(scripts);
    }

    /** The requests so far. Each counts as a connection of its own. */
    public List<ReceivedRequest> requests() {
        return List.copyOf(requests);
    }

    /** How many responses have neither been read to their end nor been closed. */
    public int openExchanges() {
        return open.size();
    }

    @Override
    public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        ReceivedRequest received = received(request);
        requests.add(received);
        var exchange = new InMemoryExchange(scripts.apply(received), open::remove);
        open.add(exchange);
        if (closed) {
            exchange.abandon();
            throw new IOException("The transport is closed");
        }
        return exchange.start();
    }

    private ReceivedRequest received(TransportRequest request) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        return new ReceivedRequest(
                requests.size() + 1, request.method(), target(request.uri()), headers, request.body());
    }

    private static String target(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(open).forEach(InMemoryExchange::abandon);
    }
}
