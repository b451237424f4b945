package dev.sluice.test;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes what a server sends to a file while another transport carries it, so that a {@link Recording} can replay it without the
 * server.
 *
 * <pre>{@code
 * try (var transport = RecordingTransport.to(Path.of("rivers.jsonl"), JdkHttpTransport.builder().build());
 *         var client = LlmClient.builder(Claude.fromEnvironment()).transport(transport).build()) {
 *     client.send(request);
 * }
 * }</pre>
 *
 * <p>The file has one JSON object in each line. Each exchange has its request line, its status and headers, each piece
 * of the body as it was read, and its end. All have the milliseconds since the exchange was opened. The request's
 * headers, query and body are left out. So are the response's headers that name a cookie, a key or an organisation.
 * <b>The body is there as it came:</b> look at it before you share it.
 *
 * <p>Safe for any number of threads. Bytes are in the file when the {@code read} that returned them ends. If the file
 * cannot be written, {@code open} and {@code read} throw the {@link IOException}.
 */
public final class RecordingTransport implements HttpTransport {
    private final HttpTransport transport;
    private final RecordingFile file;
    private final AtomicInteger exchanges = new AtomicInteger();

    private RecordingTransport(HttpTransport transport, RecordingFile file) {
        this.transport = transport;
        this.file = file;
    }

    /**
     * Records all exchanges of a transport in a file, which is made, or emptied if it is there.
     *
     * @param transport is closed with this one
     * @throws IOException if the file cannot be written
     */
    public static RecordingTransport to(Path file, HttpTransport transport) throws IOException {
        return new RecordingTransport(transport, RecordingFile.create(file));
    }

    @Override
    public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
        RecordingFile.Exchange exchange = file.exchange(exchanges.incrementAndGet());
        exchange.request(request.toString());
        TransportResponse response;
        try {
            response = transport.open(request);
        } catch (IOException e) {
            exchange.end(RecordingFile.FAILED, String.valueOf(e.getMessage()));
            throw e;
        } catch (InterruptedException e) {
            exchange.end(RecordingFile.CLOSED, "interrupted before the head");
            throw e;
        }
        try {
            exchange.head(response.status(), response.headers());
            return new TransportResponse(
                    response.status(), response.headers(), new RecordedBody(response.body(), exchange));
        } catch (IOException e) {
            response.close();
            throw e;
        }
    }

    /** Closes the transport and the file. */
    @Override
    public void close() {
        try {
            transport.close();
        } finally {
            file.close();
        }
    }
}
