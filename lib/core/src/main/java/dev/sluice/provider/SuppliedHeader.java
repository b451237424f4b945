package dev.sluice.provider;

import dev.sluice.transport.TransportRequest;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Credentials of one header, whose value a supplier gives. */
final class SuppliedHeader implements Credentials {
    private static final String LAMBDA = "$$Lambda";

    private final String header;
    private final String scheme;
    private final Supplier<String> secret;

    SuppliedHeader(String header, String scheme, Supplier<String> secret) {
        this.header = header;
        this.scheme = scheme;
        this.secret = Objects.requireNonNull(secret, "secret");
    }

    @Override
    public Map<String, String> headers(TransportRequest request) {
        String value = Objects.requireNonNull(secret.get(), "it gave null").strip();
        if (value.isEmpty()) {
            throw new IllegalStateException("it gave an empty text");
        }
        return Map.of(header, scheme + value);
    }

    @Override
    public String name() {
        return "the supplier of " + header + " (" + nameOf(secret) + ")";
    }

    /** The name of an object's class. Never its {@code toString}, which may have the secret. */
    static String nameOf(Object supplier) {
        String name = supplier.getClass().getName();
        int lambda = name.indexOf(LAMBDA);
        return lambda < 0 ? name : "a lambda of " + name.substring(0, lambda);
    }
}
