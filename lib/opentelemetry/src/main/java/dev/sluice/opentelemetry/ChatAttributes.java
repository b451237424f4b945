package dev.sluice.opentelemetry;

import dev.sluice.internal.GenAiNames;
import dev.sluice.internal.LogLabels;
import dev.sluice.message.FinishReason;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Usage;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Step;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.List;

/** What the span of one answer says. */
final class ChatAttributes {
    private static final String OPERATION = "chat";

    private ChatAttributes() {}

    static String name(Operation.Chat chat) {
        return OPERATION + " " + chat.request().model();
    }

    static SpanBuilder begin(SpanBuilder span, Operation.Chat chat) {
        span.setSpanKind(SpanKind.CLIENT)
                .setAttribute(GenAiAttributes.OPERATION_NAME, OPERATION)
                .setAttribute(GenAiAttributes.PROVIDER_NAME, GenAiNames.provider(chat.provider()))
                .setAttribute(GenAiAttributes.SERVER_PORT, (long) GenAiNames.port(chat.server()));
        if (chat.server().getHost() != null) {
            span.setAttribute(GenAiAttributes.SERVER_ADDRESS, chat.server().getHost());
        }
        if (chat.streamed()) {
            span.setAttribute(GenAiAttributes.STREAM, true);
        }
        return request(span, chat.request());
    }

    /** The request's settings, and no word of it. */
    static SpanBuilder request(SpanBuilder span, MessageRequest request) {
        span.setAttribute(GenAiAttributes.REQUEST_MODEL, request.model());
        request.maxTokens().ifPresent(most -> span.setAttribute(GenAiAttributes.MAX_TOKENS, (long) most));
        request.temperature().ifPresent(value -> span.setAttribute(GenAiAttributes.TEMPERATURE, value));
        request.topP().ifPresent(value -> span.setAttribute(GenAiAttributes.TOP_P, value));
        if (!request.stopSequences().isEmpty()) {
            span.setAttribute(GenAiAttributes.STOP_SEQUENCES, request.stopSequences());
        }
        request.outputSchema().ifPresent(schema -> span.setAttribute(GenAiAttributes.OUTPUT_TYPE, "json"));
        return span;
    }

    static void step(Span span, Step step) {
        switch (step) {
            case Step.Attempt(int number) ->
                span.addEvent("sluice.attempt", Attributes.of(SluiceAttributes.ATTEMPT, (long) number));
            case Step.Response(int status, var requestId) ->
                span.addEvent(
                        "sluice.response",
                        requestId
                                .map(id -> Attributes.of(
                                        GenAiAttributes.HTTP_STATUS,
                                        (long) status,
                                        SluiceAttributes.REQUEST_ID,
                                        LogLabels.of(id)))
                                .orElseGet(() -> Attributes.of(GenAiAttributes.HTTP_STATUS, (long) status)));
            case Step.FirstToken(Duration since) ->
                span.addEvent("sluice.first_token", Attributes.of(SluiceAttributes.SINCE_START, seconds(since)));
            case Step.Retry(int number, Duration delay, var failure) ->
                span.addEvent(
                        "sluice.retry",
                        Attributes.of(
                                SluiceAttributes.RETRY,
                                (long) number,
                                SluiceAttributes.RETRY_DELAY,
                                seconds(delay),
                                GenAiAttributes.ERROR_TYPE,
                                LogLabels.of(failure)));
            case Step.Resume(int number, Duration delay, var failure) ->
                span.addEvent(
                        "sluice.resume",
                        Attributes.of(
                                SluiceAttributes.RESUME,
                                (long) number,
                                SluiceAttributes.RETRY_DELAY,
                                seconds(delay),
                                GenAiAttributes.ERROR_TYPE,
                                LogLabels.of(failure)));
            case Step.Continuation(int number, var failure) ->
                span.addEvent(
                        "sluice.continuation",
                        Attributes.of(
                                SluiceAttributes.CONTINUATION,
                                (long) number,
                                GenAiAttributes.ERROR_TYPE,
                                LogLabels.of(failure)));
        }
    }

    static void end(Span span, Outcome.Chat chat) {
        if (chat.model() != null) {
            span.setAttribute(GenAiAttributes.RESPONSE_MODEL, LogLabels.of(chat.model()));
        }
        if (chat.messageId() != null) {
            span.setAttribute(GenAiAttributes.RESPONSE_ID, LogLabels.of(chat.messageId()));
        }
        if (chat.finish() != FinishReason.UNKNOWN) {
            span.setAttribute(GenAiAttributes.FINISH_REASONS, List.of(GenAiNames.finishReason(chat.finish())));
        }
        if (chat.timeToFirstEvent() != null) {
            span.setAttribute(GenAiAttributes.TIME_TO_FIRST_CHUNK, seconds(chat.timeToFirstEvent()));
        }
        usage(span, chat.usage());
        if (chat.usage().billed().thinkingTokens() > 0) {
            span.setAttribute(GenAiAttributes.REASONING, chat.usage().billed().thinkingTokens());
        }
        SpanEnds.note(span, chat.end());
    }

    /** What is paid for; nothing if the provider has said nothing. */
    static void usage(Span span, Usage usage) {
        Usage billed = usage.billed();
        if (billed.totalTokens() == 0) {
            return;
        }
        span.setAttribute(GenAiAttributes.INPUT_TOKENS, billed.totalInputTokens());
        span.setAttribute(GenAiAttributes.OUTPUT_TOKENS, billed.outputTokens());
        if (billed.cacheReadTokens() > 0) {
            span.setAttribute(GenAiAttributes.CACHE_READ, billed.cacheReadTokens());
        }
        if (billed.cacheWriteTokens() > 0) {
            span.setAttribute(GenAiAttributes.CACHE_CREATION, billed.cacheWriteTokens());
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
