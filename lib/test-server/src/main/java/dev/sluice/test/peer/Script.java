package dev.sluice.test.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The steps of a {@link ScriptedPeer} for one request. Immutable: each step gives a longer script. When a script is
 * over without {@link #end()}, {@link #cut()} or {@link #reset()}, the connection stays open and silent.
 */
public final class Script {
    private static final String[] EVENT_STREAM = {
        "content-type", "text/event-stream; charset=utf-8", "cache-control", "no-cache", "request-id", "req_scripted"
    };

    private final List<Step> steps;
    private final boolean readsBody;

    /** One thing that a peer does. */
    @FunctionalInterface
    public interface Step {
        /** Does it, on the script's thread. */
        void run(ScriptOutput connection) throws IOException, InterruptedException;
    }

    private Script(List<Step> steps, boolean readsBody) {
        this.steps = steps;
        this.readsBody = readsBody;
    }

    /** Does nothing yet: the client waits for a head. */
    public static Script empty() {
        return new Script(List.of(), true);
    }

    /** Reads the head of the request and never its body, so that a large one gets stuck. */
    public static Script unreadBody() {
        return new Script(List.of(), false);
    }

    /** Begins with the head of an event stream: 200, chunked. */
    public static Script stream() {
        return empty().head(200, EVENT_STREAM);
    }

    /** A whole event stream: the head, each text as an HTTP chunk of its own, and the end. */
    public static Script stream(String... sse) {
        return stream().sse(sse).end();
    }

    /** A whole answer with a length; names and values of further headers in turn. */
    public static Script whole(int status, String contentType, String body, String... headers) {
        byte[] bytes = utf8(body);
        String[] all = Stream.concat(
                        Stream.of("content-type", contentType, "content-length", String.valueOf(bytes.length)),
                        Arrays.stream(headers))
                .toArray(String[]::new);
        return empty().head(status, all).sse(bytes);
    }

    /** A whole JSON answer. */
    public static Script json(int status, String body, String... headers) {
        return whole(status, "application/json", body, headers);
    }

    /** A transcript, see {@link #transcriptBytes}, as a whole event stream, in HTTP chunks of this size. */
    public static Script transcript(String name, int chunkBytes) {
        byte[] all = transcriptBytes(name);
        Script script = stream();
        for (int from = 0; from < all.length; from += chunkBytes) {
            script = script.sse(Arrays.copyOfRange(all, from, Math.min(all.length, from + chunkBytes)));
        }
        return script.end();
    }

    /**
     * The bytes of a transcript: a resource of the tests in the folder {@code transcripts}.
     *
     * @throws NullPointerException if there is none of this name
     */
    public static byte[] transcriptBytes(String name) {
        try (InputStream in = Objects.requireNonNull(
                Script.class.getResourceAsStream("/transcripts/" + name), () -> "no transcript " + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends a head; names and values of headers in turn. The body is chunked unless there is a {@code content-length}, or
     * {@code connection: close}, which lets the body end with the connection.
     */
    public Script head(int status, String... headers) {
        return then(connection -> connection.head(status, headers));
    }

    /** Sends each text as one HTTP chunk. */
    public Script sse(String... texts) {
        return Arrays.stream(texts).reduce(this, (script, text) -> script.sse(utf8(text)), (a, b) -> b);
    }

    /** Sends bytes as one HTTP chunk. */
    public Script sse(byte[] bytes) {
        return then(connection -> connection.body(bytes));
    }

    /** Sends raw bytes, without framing. */
    public Script raw(byte[] bytes) {
        return then(connection -> connection.raw(bytes));
    }

    /** Sends a raw text, without framing. */
    public Script raw(String text) {
        return raw(utf8(text));
    }

    /** Sends a text a byte at a time, each an HTTP chunk, with a pause after each. */
    public Script trickle(String text, Duration pace) {
        byte[] bytes = utf8(text);
        return then(connection -> {
            for (byte one : bytes) {
                connection.body(new byte[] {one});
                connection.pause(pace);
            }
        });
    }

    /** Sends a text over and over, each an HTTP chunk. */
    public Script repeat(String text, long times) {
        byte[] bytes = utf8(text);
        return then(connection -> {
            for (long i = 0; i < times; i++) {
                connection.body(bytes);
            }
        });
    }

    /** Sends a text over and over, each an HTTP chunk, with a pause after each. */
    public Script repeatPaced(String text, long times, Duration pace) {
        byte[] bytes = utf8(text);
        return then(connection -> {
            for (long i = 0; i < times; i++) {
                connection.body(bytes);
                connection.pause(pace);
            }
        });
    }

    /** Sends zeros, in HTTP chunks of 64 KiB, until so many bytes are sent or the client is gone. */
    public Script offer(long bytes) {
        byte[] piece = new byte[64 << 10];
        return then(connection -> {
            for (long left = bytes; left > 0; left -= piece.length) {
                connection.body(left < piece.length ? new byte[(int) left] : piece);
            }
        });
    }

    /** Waits for a latch of the test's to open. */
    public Script gate(CountDownLatch open) {
        return then(connection -> open.await());
    }

    /** Opens a latch of the test's: it knows then that the steps before are done. */
    public Script reach(CountDownLatch latch) {
        return then(connection -> latch.countDown());
    }

    /** Waits. For the pace of a realistic stream; what must happen in an order belongs behind a {@link #gate}. */
    public Script pause(Duration time) {
        return then(connection -> connection.pause(time));
    }

    /** Keeps the connection open and says nothing, for ever. */
    public Script stall() {
        return then(ScriptOutput::stall);
    }

    /** Ends a chunked body as it should; the next request may come. */
    public Script end() {
        return then(ScriptOutput::end);
    }

    /** Closes the connection: FIN, and no terminal chunk. */
    public Script cut() {
        return then(ScriptOutput::close);
    }

    /** Breaks the connection: RST. */
    public Script reset() {
        return then(ScriptOutput::reset);
    }

    /** Sends FIN and keeps listening. */
    public Script halfClose() {
        return then(ScriptOutput::halfClose);
    }

    /** Sends a chunk whose size is no number. */
    public Script malformedChunk() {
        return raw("zz\r\nnot a chunk\r\n");
    }

    /** Announces a chunk, sends a part of it and closes the connection. */
    public Script cutInsideChunk(String part) {
        byte[] bytes = utf8(part);
        return raw(Integer.toHexString(bytes.length + 100) + "\r\n").raw(bytes).cut();
    }

    /** The script that many times in a row, for as many requests. */
    public Script[] times(int count) {
        return IntStream.range(0, count).mapToObj(i -> this).toArray(Script[]::new);
    }

    /** Whether the body of the request is read. */
    boolean readsBody() {
        return readsBody;
    }

    /**
     * Does all steps, one after another.
     *
     * @param connection what to write the response to
     * @throws IOException if the client has gone
     */
    public void run(ScriptOutput connection) throws IOException, InterruptedException {
        for (Step step : steps) {
            step.run(connection);
        }
    }

    /** Does a step of the caller's. */
    public Script then(Step step) {
        return new Script(Stream.concat(steps.stream(), Stream.of(step)).toList(), readsBody);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
