package dev.sluice.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;

/** Why there was no response, in the types of the contract. */
final class ApacheFailures {
    private ApacheFailures() {}

    static IOException explain(Exception failure, TransportRequest request, Duration connectTimeout) {
        String host = request.uri().getHost();
        int port = request.uri().getPort();
        String noConnection = "No connection to " + (port < 0 ? host : host + ":" + port);
        return switch (failure) {
            case SocketTimeoutException e ->
                because(e, new SocketTimeoutException(noConnection + " within " + connectTimeout.toMillis() + " ms"));
            case UnknownHostException e -> because(e, new UnknownHostException("No address for " + host));
            case ConnectException e -> because(e, new ConnectException(noConnection + ": " + reason(e)));
            case IOException e -> e;
            default -> new IOException("The HTTP client failed", failure);
        };
    }

    /** Apache says whom it could not reach in many words, and why not in the last of its causes. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static IOException because(Throwable cause, IOException exception) {
        exception.initCause(cause);
        return exception;
    }
}
