package dev.sluice.provider.openai;

import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.Excerpt;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.sse.SseReader;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Decodes the chunks of one answer to a chat completions request.
 *
 * <p>The answer is complete with {@code [DONE]}, after which nothing counts. If a server does not send that, it is
 * complete at the end of the response after a {@code finish_reason}. The events that end it wait for that, because the
 * usage comes after the reason. Without a single choice there is no answer, with any end.
 */
final class OpenAiDecoder implements EventDecoder {
    private final @Nullable OpenAiScanner scanner;
    private final JsonFields chunk = new JsonFields(Set.of("choices", OpenAiToolCalls.CALLS));
    private final OpenAiAssembler answer = new OpenAiAssembler(OpenAiAssembler.CHUNK);
    private boolean done;

    /** The result of the chunk that is being parsed: how many events, and the last of them. */
    private int events;

    private @Nullable StreamEvent latest;

    OpenAiDecoder() {
        this(new OpenAiScanner());
    }

    /** A decoder that decodes the same without a scanner as with it, more slowly. */
    OpenAiDecoder(@Nullable OpenAiScanner scanner) {
        this.scanner = scanner;
    }

    @Override
    public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
        if (done) {
            return;
        }
        ContentBlockDelta delta = scanner == null ? null : scanner.scan(sse);
        if (delta != null) {
            answer.grow(delta, out);
        } else {
            parse(sse, out);
        }
    }

    private void parse(SseReader sse, Consumer<? super StreamEvent> out) {
        if (scanner != null) {
            scanner.forget();
        }
        try {
            if (chunk.read(sse)) {
                parsed(sse, out);
            } else {
                decodeForeign(sse, null, out);
            }
        } catch (JacksonException e) { // also of what is read only when it is asked for
            decodeForeign(sse, e, out);
        }
    }

    private void parsed(SseReader sse, Consumer<? super StreamEvent> out) {
        if (sse.type().equals("error") || OpenAiErrors.isError(chunk)) {
            throw OpenAiErrors.inStream(chunk, sse.data());
        }
        events = 0;
        answer.chunk(chunk, event -> {
            events++;
            latest = event;
            out.accept(event);
        });
        if (scanner != null && events == 1 && latest instanceof ContentBlockDelta delta) {
            scanner.learn(sse, chunk, delta);
        }
    }

    @Override
    public void unparsedLines(String lines) {
        if (!done) {
            ApiError error = OpenAiErrors.ofUnframed(lines);
            if (error != null) {
                throw error;
            }
        }
    }

    @Override
    public void whole(byte[] body, Consumer<? super StreamEvent> out) {
        OpenAiWhole.decode(body, out);
    }

    @Override
    public void end(Consumer<? super StreamEvent> out) {
        if (!done && answer.isFinished()) {
            done = true;
            answer.end(out);
        }
    }

    /** Interprets data that is no JSON object: the end marker, or an error. */
    private void decodeForeign(SseReader sse, @Nullable JacksonException cause, Consumer<? super StreamEvent> out) {
        String data = sse.data();
        if (data.strip().equals("[DONE]")) {
            if (!answer.isFinished()) {
                unparsedLines(
                        sse.unparsedLines()); // llama.cpp of 2025 puts its errors in lines "error: {...}" before the
                // end marker
            }
            done = true;
            if (answer.isStarted()) {
                answer.end(out);
            }
            return;
        }
        if (data.isBlank()) {
            return; // some keep the connection alive with it
        }
        if (sse.type().equals("error")) {
            throw OpenAiErrors.ofForeignEvent(data);
        }
        throw new ProtocolError(
                "The server sent data that is " + (cause == null ? "no JSON object: " : "no JSON: ") + Excerpt.of(data),
                cause);
    }
}
