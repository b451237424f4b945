package dev.sluice.transport;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Logs what another transport sends and receives. Says nothing of its own: how it blocks and ends is the other one's. */
final class LoggingTransport implements HttpTransport {
    private static final String MASK = "***";

    /** Headers whose values tell nothing that is secret. All others are masked: keys have too many names to list. */
    private static final Set<String> SHOWN = Set.of(
            "accept",
            "anthropic-beta",
            "anthropic-version",
            "cache-control",
            "content-length",
            "content-type",
            "date",
            "request-id",
            "retry-after",
            "retry-after-ms",
            "server",
            "transfer-encoding",
            "user-agent",
            "x-request-id",
            "x-should-retry");

    private final HttpTransport transport;
    private final Logger log;
    private final AtomicLong exchanges = new AtomicLong();

    LoggingTransport(HttpTransport transport, Logger log) {
        this.transport = transport;
        this.log = log;
    }

    @Override
    public TransportResponse open(TransportRequest request) throws IOException, InterruptedException {
        if (!log.isInfoEnabled()) {
            return transport.open(request);
        }
        long exchange = exchanges.incrementAndGet();
        info(
                "#{} → {} {} {}",
                exchange,
                request,
                masked(request.headers()),
                text(request.body(), 0, request.body().length));
        try {
            TransportResponse response = transport.open(request);
            info("#{} ← {} {}", exchange, response.status(), masked(response.headers()));
            return new TransportResponse(
                    response.status(), response.headers(), new LoggedBody(response.body(), exchange));
        } catch (IOException | InterruptedException | RuntimeException e) {
            info("#{} ← {}", exchange, e.toString());
            throw e;
        }
    }

    @Override
    public void close() {
        transport.close();
    }

    /** Logs a line. A logger that throws must cost no response and leave no connection open. */
    private void info(String line, Object... arguments) {
        try {
            log.info(line, arguments);
        } catch (RuntimeException e) { // NOPMD there is no other place to tell
        }
    }

    private static Map<String, Object> masked(Map<String, ?> headers) {
        var masked = new TreeMap<String, Object>();
        headers.forEach(
                (name, value) -> masked.put(name, SHOWN.contains(name.toLowerCase(Locale.ROOT)) ? value : MASK));
        return masked;
    }

    private static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    /** Logs each piece as it is read, and the end. */
    private final class LoggedBody extends FilterInputStream {
        private final long exchange;

        LoggedBody(InputStream body, long exchange) {
            super(body);
            this.exchange = exchange;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            try {
                int count = super.read(buffer, from, length);
                if (count > 0) {
                    info("#{} ← {}", exchange, text(buffer, from, count));
                } else if (count < 0) {
                    info("#{} ← end of the body", exchange);
                }
                return count;
            } catch (IOException e) {
                info("#{} ← {}", exchange, e.toString());
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            info("#{} closed", exchange);
            super.close();
        }
    }
}
