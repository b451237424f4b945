package dev.sluice.client;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The first piece of content of a stream. */
@Name("dev.sluice.FirstToken")
@Label("First Token")
@Description("The first piece of content has come")
@Category("Sluice")
@StackTrace(false)
final class JfrFirstToken extends Event {
    @Label("Stream")
    @Nullable
    String stream;

    @Label("Request Id")
    @Description("The provider's id of the request")
    @Nullable
    String requestId;

    @Label("Time to First Token")
    @Description("From the start of the stream, retries included")
    @Timespan(Timespan.NANOSECONDS)
    long timeToFirstToken;
}
