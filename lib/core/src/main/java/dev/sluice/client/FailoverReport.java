package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.client.StreamReport.Hop.Reason;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Usage;
import java.util.List;

/** Adds up what the providers of one stream came to. */
final class FailoverReport {
    private FailoverReport() {}

    /**
     * The report of the whole.
     *
     * @param whole measured what was moved on
     * @param hops the providers that were asked, one at least
     */
    static StreamReport of(MetricsRecorder whole, List<FailoverHop> hops, MessageRequest request, EndReason end) {
        FailoverHop last = hops.getLast();
        for (FailoverHop hop : hops) {
            last = hop.hasAnswered() ? hop : last;
        }
        StreamReport of = last.reader.reportOf(end);
        Usage usage = whole.usage();
        return new StreamReport(
                of.provider(),
                of.server(),
                request.model(),
                of.model(),
                of.requestId(),
                end,
                metrics(whole, hops, usage.outputTokens()),
                usage,
                hops.stream().map(FailoverHop::report).toList());
    }

    /** The times of the whole, and the sizes of all. */
    static StreamMetrics metrics(MetricsRecorder whole, List<FailoverHop> hops, long outputTokens) {
        StreamMetrics own = whole.metrics(outputTokens);
        long bytes = 0;
        int retries = 0;
        int continuations = 0;
        int failovers = 0;
        int resumes = 0;
        for (FailoverHop hop : hops) {
            StreamMetrics theirs = hop.reader.metrics(0);
            bytes += theirs.bytes();
            retries += theirs.retries();
            continuations += theirs.continuations();
            resumes += theirs.resumes();
            failovers += hop.reason == Reason.FAILOVER || hop.reason == Reason.CONTINUATION ? 1 : 0;
        }
        return new StreamMetrics(
                own.timeToHeaders(),
                own.timeToFirstEvent(),
                own.timeToFirstText(),
                own.duration(),
                own.events(),
                bytes,
                own.gapP50(),
                own.gapP99(),
                own.gapMax(),
                outputTokens,
                own.tokensPerSecond(),
                retries,
                continuations,
                failovers,
                resumes);
    }
}
