package dev.sluice.relay.http;

import java.util.Map;
import java.util.TreeMap;

/** The headers of every response that protect the browser. */
final class SecurityHeaders {
    /** For what is no page: nothing may be loaded, nobody may frame it. */
    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    /** For pages: their own files only; HTML may come from the sanitiser only. */
    static final String PAGE = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'; trusted-types dompurify";

    private SecurityHeaders() {}

    /** These, then others over them. */
    static Map<String, String> with(Map<String, String> others) {
        var all = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        all.put("X-Content-Type-Options", "nosniff");
        all.put("Referrer-Policy", "no-referrer");
        all.put("Content-Security-Policy", NOTHING);
        all.put("Cache-Control", "no-store");
        all.putAll(others);
        return all;
    }
}
