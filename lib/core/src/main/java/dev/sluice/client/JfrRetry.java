package dev.sluice.client;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A request that failed and will be sent again. */
@Name("dev.sluice.Retry")
@Label("Retry")
@Description("A request failed and will be sent again after a delay")
@Category("Sluice")
@StackTrace(false)
final class JfrRetry extends Event {
    @Label("Stream")
    @Nullable
    String stream;

    @Label("Request Id")
    @Description("The provider's id of the request that failed")
    @Nullable
    String requestId;

    @Label("Retry")
    @Description("Which retry of the stream follows, counted from 1")
    int retry;

    @Label("Error Type")
    @Description("Why the request failed")
    @Nullable
    String errorType;

    @Label("Delay")
    @Description("How long the retry waits")
    @Timespan(Timespan.NANOSECONDS)
    long delay;
}
