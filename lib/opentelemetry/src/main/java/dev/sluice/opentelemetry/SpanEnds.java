package dev.sluice.opentelemetry;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Failed;
import dev.sluice.internal.LogLabels;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;

/** How a span says that its operation has ended. What was cancelled, or met a limit of the caller's, is no error. */
final class SpanEnds {
    private SpanEnds() {}

    static void note(Span span, EndReason end) {
        span.setAttribute(SluiceAttributes.END, LogLabels.of(end));
        if (end instanceof Failed(var failure)) {
            span.setStatus(StatusCode.ERROR).setAttribute(GenAiAttributes.ERROR_TYPE, LogLabels.of(failure));
        }
    }
}
