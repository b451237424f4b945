package dev.sluice.provider;

import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Authenticates requests with headers that change: a token that expires, or a signature. A key that never changes goes into the
 * provider's builder instead.
 *
 * <p>Asked for each attempt: each retry, each continuation, each page of a list, and a request that is sent again because its
 * connection had gone. Its answer is never kept. It is called on the thread that sends the request, which for a stream
 * is the reader's, while no lock is held. It may block. The {@code headers} and {@code total} limits run meanwhile; a
 * limit that is met, a cancel and the client's {@code close} interrupt the thread. After them nothing is sent, even if
 * the credentials ignore the interrupt. Must be safe for use by any number of threads at once.
 *
 * <p>The headers go to the address of the request only, which never follows a redirect. They are in no message, no log and no
 * {@code toString}.
 */
@FunctionalInterface
public interface Credentials {

    /**
     * The headers that authenticate a request. Each replaces one of the same name.
     *
     * @param request what will be sent: method, address, body, and all headers but those that the transport sets ({@code host},
     *     {@code content-length})
     * @throws IOException if they could not be had this time; the request may be tried again
     * @throws InterruptedException if the thread was interrupted
     * @throws RuntimeException if they cannot be had; the request fails and is not tried again
     */
    Map<String, String> headers(TransportRequest request) throws IOException, InterruptedException;

    /** The name of these credentials in errors; never a secret. Unless overridden, the name of the class. */
    default String name() {
        return SuppliedHeader.nameOf(this);
    }

    /**
     * A token that is sent as {@code authorization: Bearer}. Blanks around it are removed.
     *
     * @param token is asked for each attempt and may block; caches as it likes
     */
    static Credentials bearer(Supplier<String> token) {
        return new SuppliedHeader("authorization", "Bearer ", token);
    }

    /**
     * A header whose value is the secret, such as Azure's {@code api-key}. Blanks around the value are removed.
     *
     * @param value is asked for each attempt and may block; caches as it likes
     * @throws IllegalArgumentException if the name cannot be that of a header
     */
    static Credentials header(String name, Supplier<String> value) {
        TransportRequest.checkHeader(name, "");
        return new SuppliedHeader(name, "", value);
    }
}
