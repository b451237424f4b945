package dev.sluice.client;

import static dev.sluice.client.Fault.of;

import dev.sluice.Timeouts.Phase;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Answers that are no success, or no stream. */
final class StatusFaults {
    private static final String OVERLOADED = ClaudeWire.errorJson("overloaded_error", "Overloaded");

    private StatusFaults() {}

    static List<Fault> rows() {
        List<Fault> rows = new ArrayList<>();
        status(rows, 408, "timeout_error", true);
        status(rows, 409, "conflict_error", true);
        status(rows, 429, "rate_limit_error", true);
        status(rows, 500, "api_error", true);
        status(rows, 502, "api_error", true);
        status(rows, 503, "api_error", true);
        status(rows, 504, "timeout_error", true);
        status(rows, 529, "overloaded_error", true);
        status(rows, 999, "strange_error", true);
        status(rows, 400, "invalid_request_error", false);
        status(rows, 401, "authentication_error", false);
        status(rows, 402, "billing_error", false);
        status(rows, 403, "permission_error", false);
        status(rows, 404, "not_found_error", false);
        status(rows, 413, "request_too_large", false);
        status(rows, 422, "invalid_request_error", false);
        headers(rows);
        bodies(rows);
        return rows;
    }

    /** A status with the body that Claude gives it, with a proxy's page and with nothing. */
    private static void status(List<Fault> rows, int status, String type, boolean retried) {
        Script json = Script.json(status, ClaudeWire.errorJson(type, "because"));
        Script page = Script.whole(status, "text/html", "<h1>Sorry</h1>");
        Script nothing = Script.empty().head(status, "content-length", "0");
        rows.add(of("status " + status, json).gives("ApiError(" + status + " " + type + ")"));
        rows.add(of("status " + status + " with a page", page)
                .gives("ApiError(" + status + ")")
                .unprinted());
        rows.add(of("status " + status + " with no body", nothing)
                .gives("ApiError(" + status + ")")
                .unprinted());
        rows.subList(rows.size() - 3, rows.size()).forEach(row -> {
            row.keepsConnection();
            if (retried) {
                row.retried();
            }
        });
    }

    /** What a server can say about retries. */
    private static void headers(List<Fault> rows) {
        rows.add(of("400 with `x-should-retry: true`", Script.json(400, "{}", "x-should-retry", "true"))
                .gives("ApiError(400)")
                .retried()
                .keepsConnection());
        rows.add(of("500 with `x-should-retry: false`", Script.json(500, "{}", "x-should-retry", "false"))
                .gives("ApiError(500)")
                .keepsConnection());
        rows.add(asksToWait("`retry-after-ms`", "retry-after-ms", "120").waiting(Duration.ofMillis(120)));
        rows.add(asksToWait("`retry-after` in seconds", "retry-after", "0.12").waiting(Duration.ofMillis(120)));
        rows.add(of("529 with a `retry-after` of an hour", Script.json(529, OVERLOADED, "retry-after", "3600"))
                .gives("ApiError(529 overloaded_error)")
                .asksForTooLong()
                .keepsConnection());
        rows.add(of(
                        "529 with a `retry-after` date",
                        requests -> overloadedUntil(ZonedDateTime.now().plusSeconds(2))
                                .start(requests))
                .gives("ApiError(529 overloaded_error)")
                .retried()
                .keepsConnection()
                .waiting(Duration.ofMillis(500))); // dates have whole seconds: one at least, in two waits
        rows.add(asksToWait(
                "a `retry-after` date that has passed",
                "retry-after",
                date(ZonedDateTime.now().minusYears(1))));
    }

    private static FaultPeer overloadedUntil(ZonedDateTime time) {
        return FaultPeer.scripted(Script.json(529, OVERLOADED, "retry-after", date(time)));
    }

    private static Fault asksToWait(String what, String header, String value) {
        return of("529 with " + what, Script.json(529, OVERLOADED, header, value))
                .gives("ApiError(529 overloaded_error)")
                .retried()
                .keepsConnection();
    }

    private static String date(ZonedDateTime time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.withZoneSameInstant(ZoneOffset.UTC));
    }

    private static void bodies(List<Fault> rows) {
        Script begun = Script.empty().head(503, "content-length", "100").raw("the disk is");
        rows.add(of("the body of a 503 is cut", begun.cut())
                .gives("ApiError(503)")
                .retried());
        rows.add(of("the body of a 503 never comes", begun.stall())
                .gives("ApiError(503)")
                .retried()
                .endedBy(Phase.IDLE));
        rows.add(of(
                        "the body of a 401 never comes",
                        Script.empty().head(401, "content-length", "100").stall())
                .gives("ApiError(401)")
                .endedBy(Phase.FIRST_EVENT));
        rows.add(of("redirect 302", redirect(302)).gives("ApiError(302)").keepsConnection());
        rows.add(of("redirect 307", redirect(307)).gives("ApiError(307)").keepsConnection());
        rows.add(of("204", Script.empty().head(204, "content-length", "0"))
                .gives("Truncated")
                .retried()
                .keepsConnection());
        rows.add(of("an empty 200", Script.empty().head(200, "content-length", "0"))
                .gives("Truncated")
                .retried()
                .keepsConnection());
        rows.add(of(
                        "an event stream without an event",
                        Script.stream().sse(": hello\n\n").end())
                .gives("Truncated")
                .retried()
                .keepsConnection());
        rows.add(of("a 200 with a page", Script.whole(200, "text/html", "<h1>Sign in</h1>" + "x".repeat(99_999)))
                .gives("ProtocolError"));
        rows.add(of("a 200 with a JSON object", Script.json(200, "{\"message\":\"hi\"}"))
                .gives("ProtocolError")
                .keepsConnection());
        String events = String.join("", ClaudeWire.answer("one ", "two"));
        rows.add(of("an event stream called `text/plain`", Script.whole(200, "text/plain", events))
                .gives(7, "one two")
                .keepsConnection());
        rows.add(of(
                        "an event stream without a content type",
                        Script.empty().head(200).sse(events).end())
                .gives(7, "one two")
                .keepsConnection());
        rows.add(of(
                        "a compressed stream that nobody asked for",
                        Script.empty()
                                .head(200, "content-type", "text/event-stream", "content-encoding", "gzip")
                                .sse(gzip(events))
                                .stall())
                .gives("ProtocolError"));
    }

    private static Script redirect(int status) {
        return Script.whole(status, "text/plain", "", "location", "http://localhost:1/");
    }

    private static byte[] gzip(String text) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
