package dev.sluice.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** Why there is no connection, in the types and words of {@link HttpTransport#open}, for those who implement a transport. */
public final class ConnectFailures {
    private ConnectFailures() {}

    /** The server could not be reached in this time. */
    public static IOException timedOut(TransportRequest request, String limit, Throwable cause) {
        return because(cause, new SocketTimeoutException(noConnection(request) + " within " + limit));
    }

    /** The name of the server has no address. */
    public static IOException unknownHost(TransportRequest request, Throwable cause) {
        return because(
                cause,
                new UnknownHostException("No address for " + request.uri().getHost()));
    }

    /** The server, or the network, refused the connection. */
    public static IOException refused(TransportRequest request, Throwable cause) {
        String why = rootCause(cause).getMessage();
        return because(
                cause,
                new ConnectException(noConnection(request) + (why == null ? "; is the server running?" : ": " + why)));
    }

    /** Why a body broke off: what the last of the causes says, or its name. */
    public static String reason(Throwable failure) {
        Throwable cause = rootCause(failure);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static String noConnection(TransportRequest request) {
        int port = request.uri().getPort();
        String host = request.uri().getHost();
        return "No connection to " + (port < 0 ? host : host + ":" + port);
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static IOException because(Throwable cause, IOException exception) {
        exception.initCause(cause);
        return exception;
    }
}
