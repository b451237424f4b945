package dev.sluice.provider.wire;

/** The body of an error response, as far as it may be shown: a proxy can echo the request, and with it the key. */
public final class ErrorBody {
    /** A shorter key is a word that stands in for one, such as "EMPTY": masking it would hide other words. */
    private static final int SHORTEST_KEY = 8;

    private ErrorBody() {}

    /** The body without the key. */
    public static String withoutKey(String body, String key) {
        return key.length() < SHORTEST_KEY ? body : body.replace(key, "***");
    }
}
