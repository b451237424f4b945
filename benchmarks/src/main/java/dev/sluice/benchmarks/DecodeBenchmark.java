package dev.sluice.benchmarks;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.sse.SseReader;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one text event costs on its way from bytes to a record and into the message, without a network.
 *
 * <p>{@code mvn -q -Pbench -Dargs="Decode -prof gc"}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DecodeBenchmark.EVENTS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DecodeBenchmark {
    static final int EVENTS = 10_000;

    /** Whose answer; {@code changing} is one of chat completions no chunk of which is like another. */
    @Param({"claude", "openai", "changing", "responses"})
    String wire = "claude";

    private final ObjectMapper mapper = JsonMapper.builder().build();
    private Provider provider = Claude.builder().apiKey("none").build();
    private byte[] answer = {};

    @Setup
    public void open() {
        switch (wire) {
            case "claude" -> answer = claude();
            case "responses" -> {
                answer = responses();
                provider = OpenAi.builder().apiKey("none").build();
            }
            default -> {
                answer = chunks(wire.equals("changing"));
                provider = OpenAi.chatCompletions().apiKey("none").build();
            }
        }
    }

    /** Lines to events: what the framing costs. */
    @Benchmark
    public void frame(Blackhole sink) throws IOException {
        var sse = new SseReader(new ByteArrayInputStream(answer), Limits.defaults());
        while (sse.next()) {
            sink.consume(sse.length());
        }
    }

    /** Bytes to records. */
    @Benchmark
    public void decode(Blackhole sink) throws IOException {
        var sse = new SseReader(new ByteArrayInputStream(answer), Limits.defaults());
        EventDecoder decoder = provider.decoder();
        while (sse.next()) {
            decoder.decode(sse, sink::consume);
        }
    }

    /** Bytes to the whole message. */
    @Benchmark
    public Object aggregate() throws IOException {
        var sse = new SseReader(new ByteArrayInputStream(answer), Limits.defaults());
        EventDecoder decoder = provider.decoder();
        var message = new ChunkAggregator();
        while (sse.next()) {
            decoder.decode(sse, message::accept);
        }
        return message.snapshot();
    }

    /** The usual way, for comparison: a string for each line and a tree for each event. */
    @Benchmark
    public void linesAndTrees(Blackhole sink) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(new ByteArrayInputStream(answer), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data:")) {
                sink.consume(mapper.readTree(line.substring(5)));
            }
        }
    }

    private static byte[] chunks(boolean changing) {
        var wire = new StringBuilder();
        for (int i = 0; i < EVENTS; i++) {
            wire.append("""
                data: {"id":"chatcmpl-CkQ4vT9aPz1uWn0xLb7dEr2sFh","object":"chat.completion.chunk","created":%d,\
                "model":"gpt-5.4-2026-03-05","service_tier":"default","system_fingerprint":"fp_3c7a9b11",\
                "choices":[{"index":0,"delta":{"content":"twelve chars"},"logprobs":null,"finish_reason":null}],\
                "usage":null,"obfuscation":"%s"}

                """.formatted(changing ? 1785312204 + i : 1785312204, "q8Zr1Mk".substring(i % 7)));
        }
        return wire.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] responses() {
        var wire = new StringBuilder();
        event(wire, "response.created", "\"response\":{\"id\":\"resp_1\",\"model\":\"m\"}");
        for (int i = 0; i < EVENTS; i++) {
            event(wire, "response.output_text.delta", """
                "content_index":0,"delta":"twelve chars",\
                "item_id":"msg_7c11c05dff7b9c8f9abbd0c6d548d393c5f96e75c454fa23d8","logprobs":[],\
                "obfuscation":"%s","output_index":0,"sequence_number":%d\
                """.formatted("q8Zr1Mk".substring(i % 7), i));
        }
        event(wire, "response.completed", "\"response\":{\"status\":\"completed\"}");
        return wire.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] claude() {
        var wire = new StringBuilder();
        event(wire, "message_start", """
            "message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],\
            "usage":{"input_tokens":10,"output_tokens":1}}\
            """);
        event(wire, "content_block_start", """
            "index":0,"content_block":{"type":"text","text":""}\
            """);
        for (int i = 0; i < EVENTS; i++) {
            event(wire, "content_block_delta", """
                "index":0,"delta":{"type":"text_delta","text":"twelve chars"}\
                """);
        }
        event(wire, "content_block_stop", "\"index\":0");
        event(wire, "message_delta", """
            "delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":10000}\
            """);
        event(wire, "message_stop", "\"x\":0");
        return wire.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void event(StringBuilder wire, String type, String fields) {
        wire.append("event: ")
                .append(type)
                .append("\ndata: {\"type\":\"")
                .append(type)
                .append("\",");
        wire.append(fields).append("}\n\n");
    }
}
