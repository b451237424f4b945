package dev.sluice.opentelemetry;

import dev.sluice.context.ContextCarrier;
import dev.sluice.observation.Observer;
import dev.sluice.observation.Observer.Observation;
import dev.sluice.observation.Observer.Operation;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes spans of a client's work: {@code LlmClient.builder(provider).observer(OpenTelemetryObserver.of(openTelemetry))}.
 *
 * <p>A run is {@code invoke_agent}; inside it are one {@code chat} for each turn and one {@code execute_tool} for each tool that ran.
 * Attempts, retries and continuations are events of their {@code chat}. The tool's code runs with its span as the current one. Names
 * and attributes are those of version 1.41 of <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/">OpenTelemetry's
 * conventions for generative AI</a>. No span holds a word of the conversation, a tool's input or its output.
 *
 * <p>Safe for use by any thread; does not block.
 */
public final class OpenTelemetryObserver implements Observer {
    private static final String SCOPE = "dev.sluice";

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    private OpenTelemetryObserver(OpenTelemetry openTelemetry) {
        tracer = openTelemetry.getTracer(SCOPE);
        propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    /** An observer that makes spans with this OpenTelemetry. */
    public static OpenTelemetryObserver of(OpenTelemetry openTelemetry) {
        return new OpenTelemetryObserver(Objects.requireNonNull(openTelemetry, "openTelemetry"));
    }

    @Override
    public Observation start(Operation operation) {
        return switch (operation) {
            case Operation.Chat chat ->
                observe(ChatAttributes.begin(tracer.spanBuilder(ChatAttributes.name(chat)), chat));
            case Operation.Run run -> observe(RunAttributes.begin(tracer.spanBuilder(RunAttributes.name(run)), run));
            case Operation.ToolCall call ->
                observe(ToolAttributes.begin(tracer.spanBuilder(ToolAttributes.name(call)), call));
            case Operation.Watch watch -> observe(watching(watch));
        };
    }

    /**
     * The trace that is current on this thread as text: a {@code traceparent}, as the propagators of this OpenTelemetry write it.
     * Empty if there is none.
     */
    @Override
    public Optional<String> origin() {
        if (!Span.current().getSpanContext().isValid()) {
            return Optional.empty();
        }
        var headers = new HashMap<String, String>();
        propagator.inject(Context.current(), headers, (into, name, value) -> headers.put(name, value));
        return Optional.ofNullable(headers.get(W3C));
    }

    /**
     * The trace that a request's headers name, to be in force while the request is served: {@code
     * RelayEndpoint.builder(relay, factory).requestContext(head -> observer.fromHeaders(head::header))}. A trace that is current
     * already, as a server's own instrumentation makes it, stays so.
     *
     * @param headers gives a header's value by its name
     */
    public ContextCarrier.Captured fromHeaders(Function<String, Optional<String>> headers) {
        if (Span.current().getSpanContext().isValid()) {
            return ContextCarrier.Captured.nothing();
        }
        Context extracted = propagator.extract(Context.current(), headers, HeaderGetter.INSTANCE);
        return code -> OpenTelemetryCarrier.run(extracted, code);
    }

    private SpanBuilder watching(Operation.Watch watch) {
        SpanBuilder span = tracer.spanBuilder("watch_run")
                .setSpanKind(SpanKind.INTERNAL)
                .setAttribute(SluiceAttributes.WATCH_RESUMED, watch.resumed());
        watch.origin().map(this::linked).filter(SpanContext::isValid).ifPresent(span::addLink);
        return span;
    }

    private SpanContext linked(String origin) {
        Context found = propagator.extract(
                Context.root(), name -> Optional.ofNullable(Map.of(W3C, origin).get(name)), HeaderGetter.INSTANCE);
        return Span.fromContext(found).getSpanContext();
    }

    private static Observation observe(SpanBuilder builder) {
        Span span = builder.startSpan();
        return new SpanObservation(span, Context.current().with(span));
    }

    private static final String W3C = "traceparent";
}
