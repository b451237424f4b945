package dev.sluice.benchmarks;

import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;

/**
 * Answers every request with the same bytes, without a network.
 *
 * @param answer the body
 * @param atOnce how many bytes a read gives at most
 */
record InMemory(byte[] answer, int atOnce) implements HttpTransport {
    @Override
    public TransportResponse open(TransportRequest request) {
        var body = new ByteArrayInputStream(answer) {
            @Override
            public int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, atOnce));
            }
        };
        return new TransportResponse(200, Map.of("content-type", List.of("text/event-stream")), body);
    }

    @Override
    public void close() {
        // nothing is open
    }
}
