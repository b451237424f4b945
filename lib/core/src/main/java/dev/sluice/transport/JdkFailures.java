package dev.sluice.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;

/** Why there was no response, in the types of the contract. The JDK's own have no message when a connection fails. */
final class JdkFailures {
    private JdkFailures() {}

    static IOException explain(Throwable failure, TransportRequest request, HttpClient client) {
        String host = request.uri().getHost();
        int port = request.uri().getPort();
        String noConnection = "No connection to " + (port < 0 ? host : host + ":" + port);
        if (failure instanceof HttpConnectTimeoutException) {
            String limit =
                    client.connectTimeout().map(time -> time.toMillis() + " ms").orElse("the system's limit");
            return because(failure, new SocketTimeoutException(noConnection + " within " + limit));
        } else if (failure instanceof ConnectException && isForWantOfAnAddress(failure)) {
            return because(failure, new UnknownHostException("No address for " + host));
        } else if (failure instanceof ConnectException) {
            String why = failure.getMessage() == null ? "; is the server running?" : ": " + failure.getMessage();
            return because(failure, new ConnectException(noConnection + why));
        } else if (isForWantOfAnyByte(failure)) {
            return new NoResponseException("The connection ended before a response began", failure);
        } else {
            return failure instanceof IOException known ? known : new IOException("The HTTP client failed", failure);
        }
    }

    private static boolean isForWantOfAnAddress(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
        }
        return false;
    }

    /** The JDK has no type for it, only words. */
    private static boolean isForWantOfAnyByte(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ClosedChannelException
                    || String.valueOf(cause.getMessage()).contains("header parser received no bytes")) {
                return true;
            }
        }
        return false;
    }

    private static IOException because(Throwable cause, IOException exception) {
        exception.initCause(cause);
        return exception;
    }
}
