package dev.sluice.opentelemetry;

import dev.sluice.internal.GenAiNames;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.observation.Observer.Outcome;
import dev.sluice.observation.Observer.Outcome.ToolFailure;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;

/** What the span of a tool's call says. */
final class ToolAttributes {
    private static final String OPERATION = "execute_tool";

    private ToolAttributes() {}

    static String name(Operation.ToolCall call) {
        return OPERATION + " " + call.call().name();
    }

    static SpanBuilder begin(SpanBuilder span, Operation.ToolCall call) {
        span.setSpanKind(SpanKind.INTERNAL)
                .setAttribute(GenAiAttributes.OPERATION_NAME, OPERATION)
                .setAttribute(GenAiAttributes.TOOL_NAME, call.call().name())
                .setAttribute(GenAiAttributes.TOOL_CALL_ID, call.call().id())
                .setAttribute(GenAiAttributes.TOOL_TYPE, "function");
        if (call.tool().description() != null) {
            span.setAttribute(GenAiAttributes.TOOL_DESCRIPTION, call.tool().description());
        }
        return span;
    }

    static void end(Span span, Outcome.ToolCall call) {
        if (call.failure() != ToolFailure.NONE) {
            span.setStatus(StatusCode.ERROR).setAttribute(GenAiAttributes.ERROR_TYPE, GenAiNames.errorType(call));
            call.cause().ifPresent(span::recordException);
        }
    }
}
