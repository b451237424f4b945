package dev.sluice.benchmarks;

import dev.sluice.json.PartialJson;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What it costs to parse a tool's input while it is written, in microseconds for the whole of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PartialJsonBenchmark {

    /** How many fragments of about twelve characters there are. */
    @Param({"500", "5000"})
    private int fragments = 500;

    private final List<String> pieces = new ArrayList<>();

    /** Cuts the input, borders of values or not. */
    @Setup
    public void cut() {
        var json = new StringBuilder("{\"items\":[");
        for (int i = 0; json.length() < fragments * 12; i++) {
            json.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"number ")
                    .append(i)
                    .append("\",\"value\":")
                    .append(i)
                    .append('}');
        }
        json.append("]}");
        for (int from = 0; from < json.length(); from += 12) {
            pieces.add(json.substring(from, Math.min(from + 12, json.length())));
        }
    }

    /** The value once, at the end. */
    @Benchmark
    public Object parse() {
        var json = new PartialJson();
        pieces.forEach(json::append);
        return json.value();
    }

    /** The value after every fragment. */
    @Benchmark
    public void parseAndLook(Blackhole sink) {
        var json = new PartialJson();
        for (String piece : pieces) {
            sink.consume(json.append(piece).value());
        }
    }
}
