package dev.sluice.transport.apache;

import dev.sluice.internal.ConnectFailures;
import dev.sluice.internal.ResponseHeads;
import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;

/** Why there was no response, in the types of the contract. */
final class ApacheFailures {
    private ApacheFailures() {}

    static IOException explain(IOException failure, TransportRequest request, Duration connectTimeout) {
        return switch (failure) {
            case SocketTimeoutException e ->
                ConnectFailures.timedOut(request.uri(), connectTimeout.toMillis() + " ms", e);
            case UnknownHostException e -> ConnectFailures.unknownHost(request.uri(), e);
            case ConnectException e -> ConnectFailures.refused(request.uri(), e);
            case MessageConstraintException e -> ResponseHeads.malformed(String.valueOf(e.getMessage()), e);
            case IOException e
            when e.getCause() instanceof HttpException malformed -> // Apache's ClientProtocolException
                ResponseHeads.malformed(String.valueOf(malformed.getMessage()), e);
            default -> failure;
        };
    }
}
