package dev.sluice.client;

import dev.sluice.StreamException;
import dev.sluice.StreamException.CredentialsFailed;
import dev.sluice.internal.base.Throwables;
import dev.sluice.provider.Credentials;
import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks the provider's credentials for the headers of one attempt's requests, and keeps those headers out of what is told. */
final class RequestSigner {
    /** What the names of headers have that hold a secret. Those beside them, such as a date, explain a failure. */
    private static final List<String> SECRET =
            List.of("auth", "token", "key", "secret", "credential", "password", "signature", "cookie");

    /** A shorter one is a word that stands in for a secret: to hide it would hide other words. */
    private static final int SHORTEST_SECRET = 8;

    private final Optional<Credentials> credentials;
    private final String request; // its method and address

    /** Null unless the credentials are being asked. Written by the thread that signs; any thread may ask. */
    private volatile @Nullable String missing;

    private List<String> secrets = List.of();

    RequestSigner(Optional<Credentials> credentials, String request) {
        this.credentials = credentials;
        this.request = request;
    }

    /**
     * The request with the headers that authenticate it now. Blocks as long as the credentials do.
     *
     * @throws CredentialsFailed if there are none
     * @throws InterruptedException if the credentials say that the thread was interrupted
     */
    TransportRequest sign(TransportRequest unsigned) throws InterruptedException {
        return credentials.isEmpty() ? unsigned : sign(unsigned, credentials.get());
    }

    private TransportRequest sign(TransportRequest unsigned, Credentials given) throws InterruptedException {
        String name = name(given); // here, because the timer, which may have to say it, runs no code of the caller's
        missing = name + " had not given the credentials for " + request;
        try {
            Map<String, String> headers = Objects.requireNonNull(given.headers(unsigned), "it gave null");
            secrets = secrets(headers);
            return unsigned.withHeaders(headers);
        } catch (InterruptedException | CredentialsFailed e) {
            throw e;
        } catch (Throwable e) { // it is the caller's, who may throw anything
            throw new CredentialsFailed(
                    name + " gave no credentials for " + request + ", so that nothing was sent: "
                            + Throwables.message(e) + " (" + e.getClass().getSimpleName() + ")",
                    e,
                    mayPass(e));
        } finally {
            missing = null;
        }
    }

    /** What is being waited for, in words; empty if it is not for credentials. For any thread. */
    Optional<String> waitsFor() {
        return Optional.ofNullable(missing);
    }

    /** What the server said, without the secrets that were sent: a proxy can echo a request. */
    String withoutSecrets(String body) {
        String told = body;
        for (String secret : secrets) {
            told = told.replace(secret, "***");
        }
        return told;
    }

    private static boolean mayPass(Throwable e) {
        return e instanceof IOException
                || e instanceof UncheckedIOException
                || (e instanceof StreamException ours && ours.retryable());
    }

    private static String name(Credentials given) {
        try {
            return given.name();
        } catch (RuntimeException | Error e) { // the caller's, too
            return given.getClass().getName();
        }
    }

    /** The values that are secret, with a scheme such as Bearer and without it. */
    private static List<String> secrets(Map<String, String> headers) {
        return headers.entrySet().stream()
                .filter(header -> SECRET.stream().anyMatch(header.getKey().toLowerCase(Locale.ROOT)::contains))
                .flatMap(header -> Stream.of(
                        header.getValue(),
                        header.getValue().substring(header.getValue().indexOf(' ') + 1)))
                .filter(secret -> secret.length() >= SHORTEST_SECRET)
                .toList();
    }
}
