package dev.sluice.transport;

import dev.sluice.internal.ConnectFailures;
import dev.sluice.internal.ResponseHeads;
import dev.sluice.transport.HttpTransport.NoResponseException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.function.Predicate;

/** Why there was no response, in the types of the contract. The JDK's own have no message when a connection fails. */
final class JdkFailures {
    private JdkFailures() {}

    static IOException explain(IOException failure, TransportRequest request, HttpClient client) {
        if (failure instanceof HttpConnectTimeoutException) {
            String limit =
                    client.connectTimeout().map(time -> time.toMillis() + " ms").orElse("the system's limit");
            return ConnectFailures.timedOut(request.uri(), limit, failure);
        } else if (failure instanceof ConnectException) {
            return hasCause(failure, UnresolvedAddressException.class::isInstance)
                    ? ConnectFailures.unknownHost(request.uri(), failure)
                    : ConnectFailures.refused(request.uri(), failure);
        } else if (hasCause(failure, JdkFailures::isForWantOfAnyByte)) {
            return new NoResponseException("The connection ended before a response began", failure);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProtocolException malformed) { // the JDK's, or one of ours that the JDK rethrows
                return ResponseHeads.malformed(String.valueOf(malformed.getMessage()), failure);
            }
        }
        return failure;
    }

    /** The JDK has no type for it, only words. */
    private static boolean isForWantOfAnyByte(Throwable cause) {
        return cause instanceof ClosedChannelException
                || String.valueOf(cause.getMessage()).contains("header parser received no bytes");
    }

    private static boolean hasCause(Throwable failure, Predicate<Throwable> which) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (which.test(cause)) {
                return true;
            }
        }
        return false;
    }
}
