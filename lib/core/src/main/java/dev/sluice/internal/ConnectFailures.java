package dev.sluice.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;

/** Why there is no connection, in the exception types that a transport throws. The two transports share it. */
public final class ConnectFailures {
    private ConnectFailures() {}

    /** The server could not be reached in this time. */
    public static IOException timedOut(URI server, String limit, Throwable cause) {
        return withCause(cause, new SocketTimeoutException(noConnection(server) + " within " + limit));
    }

    /** The name of the server has no address. */
    public static IOException unknownHost(URI server, Throwable cause) {
        return withCause(cause, new UnknownHostException("No address for " + server.getHost()));
    }

    /** The server, or the network, refused the connection. */
    public static IOException refused(URI server, Throwable cause) {
        String why = rootCause(cause).getMessage();
        return withCause(
                cause,
                new ConnectException(noConnection(server) + (why == null ? "; is the server running?" : ": " + why)));
    }

    /** Why a body broke off: what the last of the causes says, or its name. */
    public static String reason(Throwable failure) {
        Throwable cause = rootCause(failure);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static String noConnection(URI server) {
        int port = server.getPort();
        String host = server.getHost();
        return "No connection to " + (port < 0 ? host : host + ":" + port);
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static IOException withCause(Throwable cause, IOException exception) {
        exception.initCause(cause);
        return exception;
    }
}
