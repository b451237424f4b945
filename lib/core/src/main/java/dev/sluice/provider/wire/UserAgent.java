package dev.sluice.provider.wire;

import org.jspecify.annotations.Nullable;

/** The name of this library in its requests to servers. */
public final class UserAgent {
    /** Name and version; the version is the jar's. */
    public static final String NAME =
            "sluice/" + orUnknown(UserAgent.class.getPackage().getImplementationVersion());

    private UserAgent() {}

    private static String orUnknown(@Nullable String version) {
        return version == null ? "dev" : version;
    }
}
