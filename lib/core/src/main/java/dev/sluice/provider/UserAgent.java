package dev.sluice.provider;

import org.jspecify.annotations.Nullable;

/** What this library calls itself to servers. */
final class UserAgent {
    /** Name and version; the version is the jar's. */
    static final String NAME =
            "sluice/" + orUnknown(UserAgent.class.getPackage().getImplementationVersion());

    private UserAgent() {}

    private static String orUnknown(@Nullable String version) {
        return version == null ? "dev" : version;
    }
}
