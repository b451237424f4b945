package dev.sluice.provider.openai;

import dev.sluice.message.StreamEvent;
import dev.sluice.provider.wire.NonStreamingBody;
import dev.sluice.provider.wire.WholeBlocks;
import java.util.function.Consumer;

/** Decodes an answer that was not streamed. It has the fields of a stream of one chunk, so it is read as one. */
final class OpenAiWhole {
    private OpenAiWhole() {}

    /** Emits the content of a response's body. */
    static void decode(byte[] body, Consumer<? super StreamEvent> out) {
        NonStreamingBody.read(body, wire -> {
            if (OpenAiErrors.isError(wire)) {
                throw OpenAiErrors.inPlace(wire, wire.raw());
            }
            var answer = new OpenAiAssembler(OpenAiAssembler.WHOLE);
            var whole = new WholeBlocks(out);
            answer.chunk(wire, whole);
            if (!answer.isStarted()) {
                throw wire.mismatch("choices", "a list with an answer");
            }
            answer.end(whole);
            return answer;
        });
    }
}
