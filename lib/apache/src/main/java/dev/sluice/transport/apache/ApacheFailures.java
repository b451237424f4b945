package dev.sluice.transport.apache;

import dev.sluice.transport.ConnectFailures;
import dev.sluice.transport.ResponseHeads;
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
            case SocketTimeoutException e -> ConnectFailures.timedOut(request, connectTimeout.toMillis() + " ms", e);
            case UnknownHostException e -> ConnectFailures.unknownHost(request, e);
            case ConnectException e -> ConnectFailures.refused(request, e);
            case MessageConstraintException e -> ResponseHeads.malformed(String.valueOf(e.getMessage()), e);
            case IOException e
            when e.getCause() instanceof HttpException malformed -> // Apache's ClientProtocolException
                ResponseHeads.malformed(String.valueOf(malformed.getMessage()), e);
            default -> failure;
        };
    }
}
