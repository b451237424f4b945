package dev.sluice.test.server;

import java.util.SplittableRandom;

/**
 * One answer to one request, to be put on a wire.
 *
 * @param requestId the id of the HTTP request, as the wire writes it
 * @param request what was asked
 * @param answer what is said
 * @param random for what the wire makes up: ids, signatures, padding
 */
record Reply(String requestId, ParsedRequest request, Answer answer, SplittableRandom random) {

    int inputTokens() {
        return answer.inputTokens().orElse(request.tokens());
    }

    int outputTokens() {
        return answer.outputTokens().orElse(answer.pieces());
    }

    int thinkingTokens() {
        return Math.min(answer.thinkingPieces(), outputTokens());
    }
}
