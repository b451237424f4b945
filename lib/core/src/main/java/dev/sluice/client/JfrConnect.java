package dev.sluice.client;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** One request: from its sending to the head of its response, or to what came instead. */
@Name("dev.sluice.Connect")
@Label("Connect")
@Description("From sending a request to the head of its response, or to what came instead")
@Category("Sluice")
@StackTrace(false) // always the same
final class JfrConnect extends Event {
    @Label("Stream")
    @Nullable
    String stream;

    @Label("Request")
    @Description("Method and address, without query")
    @Nullable
    String request;

    @Label("Purpose")
    @Description("first, retry or continuation")
    String purpose = "first";

    @Label("Status")
    @Description("The HTTP status; 0 if there was no response")
    int status;

    @Label("Request Id")
    @Description("The provider's id of the request; none if it gave none")
    @Nullable
    String requestId;

    @Label("Error Type")
    @Description("Why there was no response; none if there was one")
    @Nullable
    String errorType;
}
