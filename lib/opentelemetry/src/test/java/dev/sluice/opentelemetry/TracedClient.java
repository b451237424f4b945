package dev.sluice.opentelemetry;

import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** A client of a scripted peer, and the spans that it makes with the real SDK. */
final class TracedClient implements AutoCloseable {
    static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(100)
            .temperature(0.5)
            .stopSequences("END")
            .user("Tell me about rivers")
            .build();

    final ScriptedPeer peer;
    final LlmClient client;
    final OpenTelemetryObserver observer;
    final Tracer tracer;

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk;

    TracedClient(Consumer<LlmClient.Builder> settings, Script... scripts) {
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
        tracer = sdk.getTracer("test");
        observer = OpenTelemetryObserver.of(sdk);
        peer = ScriptedPeer.serving(scripts);
        RetryConfig quick = RetryConfig.from(RetryDefaults.config())
                .intervalBiFunction(null)
                .intervalFunction(attempt -> 5L)
                .build();
        var builder = LlmClient.builder(Claude.builder()
                        .apiKey("test-key")
                        .baseUrl(peer.uri("").toString())
                        .build())
                .resilience(Resilience.builder().retry(Retry.of("quick", quick)).build())
                .observer(observer);
        settings.accept(builder);
        client = builder.build();
    }

    /** Waits until there are so many spans, which are then all. */
    List<SpanData> spans(int count) {
        Awaitility.await().until(() -> exporter.getFinishedSpanItems().size() >= count);
        return exporter.getFinishedSpanItems();
    }

    /** The span of this name, once it has ended. */
    SpanData span(String name) {
        Awaitility.await().until(() -> found(name) != null);
        return found(name);
    }

    private SpanData found(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** A turn that calls tools: pairs of a call's id and its tool. */
    static Script calls(String... idsAndNames) {
        var events = new ArrayList<String>();
        events.add(ClaudeWire.messageStart());
        for (int i = 0; i < idsAndNames.length; i += 2) {
            events.add(ClaudeWire.toolStart(i / 2, idsAndNames[i], idsAndNames[i + 1]));
            events.add(ClaudeWire.inputJson(i / 2, "{\"x\":1}"));
            events.add(ClaudeWire.blockStop(i / 2));
        }
        events.add(ClaudeWire.messageDelta("tool_use", 5));
        events.add(ClaudeWire.messageStop());
        return Script.stream(events.toArray(String[]::new));
    }

    static Script says(String... words) {
        return Script.stream(ClaudeWire.answer(words));
    }

    @Override
    public void close() {
        client.close();
        peer.close();
        sdk.close();
    }
}
