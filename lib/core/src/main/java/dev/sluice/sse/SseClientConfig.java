package dev.sluice.sse;

import dev.sluice.Limits;
import dev.sluice.TimeSource;
import dev.sluice.Timeouts;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;

/**
 * What an {@link SseClient} was told.
 *
 * @param request what it asks, without the last event's id
 * @param lastEventId the id that the first request has; empty for none
 * @param ownsTransport whether the transport goes with the client
 * @param maxFailures how many connections in a row may fail; 0 for any number
 * @param tellsComments whether somebody wants to know of comments
 * @param tellsStates whether somebody wants to know of states
 */
record SseClientConfig(
        TransportRequest request,
        String lastEventId,
        HttpTransport transport,
        boolean ownsTransport,
        Timeouts timeouts,
        Limits limits,
        int queueCapacity,
        long queueBytes,
        ReconnectDelay delay,
        int maxFailures,
        boolean tellsComments,
        boolean tellsStates,
        TimeSource time) {}
