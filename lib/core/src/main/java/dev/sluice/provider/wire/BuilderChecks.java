package dev.sluice.provider.wire;

import dev.sluice.internal.base.Checks;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks the settings of a provider's builder. */
public final class BuilderChecks {
    private BuilderChecks() {}

    /** A base URL given as text. */
    public static URI url(String url) {
        try {
            return new URI(Checks.notBlank("baseUrl", url).strip());
        } catch (URISyntaxException e) {
            // Without the cause, whose message repeats the whole text, password and all.
            throw new IllegalArgumentException("baseUrl: is not a URL: " + e.getReason());
        }
    }

    /** A base URL, without the slash it may end with. */
    public static URI baseUrl(URI url) {
        boolean http = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
        if (!http || url.getHost() == null) {
            throw new IllegalArgumentException("baseUrl: must be an http or https URL with a host");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("baseUrl: must not have a user, a query or a fragment");
        }
        return URI.create(url.toString().replaceAll("/+$", ""));
    }

    /** A key or a token, which no message repeats. */
    public static String secret(String name, String value) {
        if (Checks.notBlank(name, value).chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            throw new IllegalArgumentException(
                    name + ": must not have blanks, line breaks or other characters no key has");
        }
        return value;
    }

    /** A word that goes into a header. */
    public static String word(String name, String value) {
        if (Checks.notBlank(name, value).chars().anyMatch(c -> c <= ' ' || c >= 127 || c == ',')) {
            throw new IllegalArgumentException(name + ": '" + Excerpt.of(value) + "', must be one word");
        }
        return value;
    }

    /** A text that goes into the name of a host, such as a region: letters, digits and hyphens. */
    public static String hostLabel(String name, String value) {
        if (!Checks.notBlank(name, value).matches("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")) {
            throw new IllegalArgumentException(
                    name + ": '" + Excerpt.of(value) + "', must be letters, digits and hyphens");
        }
        return value;
    }

    /** A text that goes into a path as it is, such as the id of a project or of a model. */
    public static String pathSegment(String name, String value) {
        if (!Checks.notBlank(name, value).matches("[A-Za-z0-9._:@-]+") || value.matches("[.]+")) {
            throw new IllegalArgumentException(
                    name + ": '" + Excerpt.of(value) + "', must be letters, digits and the signs . _ : @ -");
        }
        return value;
    }

    /** The value of an environment variable; empty if it is not set. */
    public static String variable(Function<String, @Nullable String> environment, String name) {
        String value = environment.apply(name);
        return value == null ? "" : value.strip();
    }

    /** Sets what came from an environment variable, so that a mistake names it. */
    public static void from(String variable, Runnable set) {
        try {
            set.run();
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "The environment variable " + variable + " cannot be right: " + e.getMessage(), e);
        }
    }
}
