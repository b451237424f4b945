package dev.sluice.client;

import java.time.Duration;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A stream that has ended: its whole life, retries included. */
@Name("dev.sluice.StreamEnd")
@Label("Stream End")
@Description("A stream from its start to its end, retries included")
@Category("Sluice")
@StackTrace(false)
final class JfrStreamEnd extends Event {
    /** How JFR writes a timespan that is not there. */
    private static final long UNKNOWN = Long.MIN_VALUE;

    @Label("Stream")
    @Nullable
    String stream;

    @Label("Provider")
    @Nullable
    String provider;

    @Label("Server")
    @Nullable
    String server;

    @Label("Requested Model")
    @Nullable
    String requestedModel;

    @Label("Model")
    @Description("The model that answered")
    @Nullable
    String model;

    @Label("Request Id")
    @Description("The provider's id of the last request")
    @Nullable
    String requestId;

    @Label("End")
    @Description("completed, cancelled, limit, or the class of the failure")
    @Nullable
    String end;

    @Label("Error Type")
    @Description("The failure; none if nothing failed")
    @Nullable
    String errorType;

    @Label("Time to Headers")
    @Timespan(Timespan.NANOSECONDS)
    long timeToHeaders = UNKNOWN;

    @Label("Time to First Token")
    @Timespan(Timespan.NANOSECONDS)
    long timeToFirstToken = UNKNOWN;

    @Label("Longest Gap")
    @Description("The longest time between two events that bring content")
    @Timespan(Timespan.NANOSECONDS)
    long longestGap;

    @Label("Events")
    @Description("Events received, pings included")
    long events;

    @Label("Received")
    @DataAmount
    long bytes;

    @Label("Input Tokens")
    @Description("Prompt tokens, cached ones included")
    long inputTokens;

    @Label("Output Tokens")
    long outputTokens;

    @Label("Retries")
    int retries;

    @Label("Continuations")
    int continuations;

    @Label("Resumes")
    @Description("How many times the rest of an answer in the background was asked for on another connection")
    int resumes;

    /** Takes what is known in the end. */
    void record(String name, StreamReport report, String error) {
        StreamMetrics metrics = report.metrics();
        stream = name;
        provider = report.provider();
        server = report.server().getRawAuthority();
        requestedModel = report.requestedModel();
        model = dev.sluice.internal.LogLabels.of(report.model());
        requestId = LogSummary.requestId(report);
        end = dev.sluice.internal.LogLabels.of(report.end());
        errorType = error;
        timeToHeaders = nanos(metrics.timeToHeaders());
        timeToFirstToken = nanos(metrics.timeToFirstToken().orElse(null));
        longestGap = metrics.gapMax().toNanos();
        events = metrics.events();
        bytes = metrics.bytes();
        inputTokens = report.usage().billed().totalInputTokens();
        outputTokens = report.usage().billed().outputTokens();
        retries = metrics.retries();
        continuations = metrics.continuations();
        resumes = metrics.resumes();
    }

    private static long nanos(@Nullable Duration duration) {
        return duration == null ? UNKNOWN : duration.toNanos();
    }
}
