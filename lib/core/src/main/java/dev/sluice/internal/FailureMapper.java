package dev.sluice.internal;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import javax.net.ssl.SSLException;

/**
 * Maps the failure of one request to a type of ours.
 *
 * @param request the request's method and address
 * @param answered whether the head of a response had come
 * @param events how many events had
 * @param limits the time limits it had
 */
public record FailureMapper(String request, boolean answered, long events, Timeouts limits) {

    /** Ends even if the exception's own methods throw, because another thread waits for it. */
    public StreamException of(Throwable e) {
        try {
            return switch (e) {
                case StreamException known -> known;
                case SocketTimeoutException timeout
                when !answered -> new TimedOut(Timeouts.Phase.CONNECT, limits.connect());
                case ProtocolException malformed
                when !answered ->
                    new ProtocolError(
                            "The answer to " + request + " does not begin as HTTP does: " + malformed.getMessage()
                                    + "; check the address and what stands between",
                            malformed);
                case IOException broken -> connectionFailed(broken);
                default -> new ProtocolError("Reading the answer to " + request + " failed: " + e, e);
            };
        } catch (RuntimeException | Error unprintable) {
            return new ProtocolError(
                    "Reading the answer to " + request + " failed: "
                            + e.getClass().getName(),
                    e);
        }
    }

    private ConnectionFailed connectionFailed(IOException e) {
        boolean hopeless = e instanceof SSLException || e instanceof UnknownServiceException;
        return new ConnectionFailed(what(e, hopeless) + words(e), e, !hopeless);
    }

    private String what(IOException e, boolean hopeless) {
        if (answered) {
            return "The connection of " + request + " broke after " + events + " events: ";
        }
        boolean connected = !(hopeless || e instanceof ConnectException || e instanceof UnknownHostException);
        return (connected ? "No response to " : "No connection to ") + request + ": ";
    }

    private static String words(IOException e) {
        String name = e.getClass().getSimpleName();
        return e.getMessage() == null ? name : e.getMessage() + " (" + name + ")";
    }
}
