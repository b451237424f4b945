package dev.sluice.google;

import com.google.auth.Retryable;
import com.google.auth.oauth2.GoogleCredentials;
import dev.sluice.provider.Credentials;
import dev.sluice.transport.TransportRequest;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends each request with a token of Google's OAuth, by Google's own library. It keeps a token as long as it is good and renews it
 * in time; a request may wait for that. With the token goes the project that is billed, if the credentials name one.
 */
public final class GoogleCloudAuth implements Credentials {
    private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";

    /** Null until the first request needs them. Threads that come at once may each look; any of what they find will do. */
    private volatile @Nullable GoogleCredentials found;

    private final Source source;

    /** Finds credentials; may block. */
    interface Source {
        GoogleCredentials find() throws IOException;
    }

    GoogleCloudAuth(Source source) {
        this.source = source;
    }

    /**
     * Application default credentials: the file that {@code GOOGLE_APPLICATION_CREDENTIALS} names, what {@code gcloud auth
     * application-default login} has left, or the service account of the machine. They are looked for when the first request is
     * sent, on its thread.
     */
    public static GoogleCloudAuth applicationDefault() {
        return new GoogleCloudAuth(GoogleCredentials::getApplicationDefault);
    }

    /** These credentials. If they need a scope and have none, they get {@code cloud-platform}. */
    public static GoogleCloudAuth of(GoogleCredentials credentials) {
        Objects.requireNonNull(credentials, "credentials");
        return new GoogleCloudAuth(() -> credentials);
    }

    @Override
    public Map<String, String> headers(TransportRequest request) throws IOException {
        GoogleCredentials credentials = found;
        if (credentials == null) {
            credentials = find();
            found = credentials;
        }
        try {
            return single(credentials.getRequestMetadata(request.uri()));
        } catch (IOException e) {
            if (e instanceof Retryable known && !known.isRetryable()) {
                throw new IllegalStateException(e.getMessage(), e);
            }
            throw e;
        }
    }

    private GoogleCredentials find() {
        try {
            GoogleCredentials credentials = source.find();
            return credentials.createScopedRequired() ? credentials.createScoped(SCOPE) : credentials;
        } catch (IOException e) { // usually there are none, and there will be none in a second
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Map<String, String> single(Map<String, List<String>> metadata) {
        Map<String, String> headers = new HashMap<>();
        metadata.forEach((name, values) -> headers.put(name, String.join(",", values)));
        return headers;
    }

    @Override
    public String name() {
        return "Google Cloud's credentials";
    }
}
