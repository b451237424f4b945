package dev.sluice.opentelemetry;

import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Step;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;

/**
 * One operation as a span, which is the current one inside it.
 *
 * @param span the span
 * @param inside the context with the span
 */
record SpanObservation(Span span, Context inside) implements Observation {

    @Override
    public void run(Runnable code) {
        OpenTelemetryCarrier.run(inside, code);
    }

    @Override
    public void step(Step step) {
        ChatAttributes.step(span, step);
    }

    @Override
    public void end(Outcome outcome) {
        switch (outcome) {
            case Outcome.Chat chat -> ChatAttributes.end(span, chat);
            case Outcome.Run run -> RunAttributes.end(span, run);
            case Outcome.ToolCall call -> ToolAttributes.end(span, call);
            case Outcome.Watch(String cause) -> span.setAttribute(SluiceAttributes.END, cause);
        }
        span.end();
    }
}
