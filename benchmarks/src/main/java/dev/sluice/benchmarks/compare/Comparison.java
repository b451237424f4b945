package dev.sluice.benchmarks.compare;

import java.io.IOException;

/**
 * Everything that is compared with the peers, one after the other, and the report. Takes a quarter of an hour, and with
 * {@code quick} two minutes.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.compare.Comparison}
 */
public final class Comparison {
    private Comparison() {}

    /** Runs all of it. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var options = Options.of(args);
        Results results = Results.load();
        StreamBench.run(options, results);
        results.save();
        ConcurrencyBench.run(options, results);
        results.save();
        ColdStart.run(options, results);
        results.save();
        Report.write(results);
    }
}
