package dev.sluice.opentelemetry;

import dev.sluice.internal.GenAiNames;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;

/** What the span of a run says. */
final class RunAttributes {
    private static final String OPERATION = "invoke_agent";

    private RunAttributes() {}

    static String name(Operation.Run run) {
        return run.name().map(name -> OPERATION + " " + name).orElse(OPERATION);
    }

    static SpanBuilder begin(SpanBuilder span, Operation.Run run) {
        span.setSpanKind(SpanKind.INTERNAL)
                .setAttribute(GenAiAttributes.OPERATION_NAME, OPERATION)
                .setAttribute(GenAiAttributes.PROVIDER_NAME, GenAiNames.provider(run.provider()));
        run.name().ifPresent(name -> span.setAttribute(GenAiAttributes.AGENT_NAME, name));
        return ChatAttributes.request(span, run.request());
    }

    static void end(Span span, Outcome.Run run) {
        span.setAttribute(SluiceAttributes.TURNS, (long) run.turns());
        ChatAttributes.usage(span, run.usage());
        SpanEnds.note(span, run.end());
    }
}
