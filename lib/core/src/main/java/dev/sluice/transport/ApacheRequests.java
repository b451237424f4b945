package dev.sluice.transport;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.net.URIAuthority;

/** Our requests in Apache's words. Apache sends what it is given, so it is checked here, as in {@link JdkRequests}. */
final class ApacheRequests {
    private static final Set<String> ITS_OWN =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade");

    /** What a name may have besides letters and digits: RFC 9110, 5.1 and 5.6.2. */
    private static final String MARKS = "!#$%&'*+-.^_`|~";

    private ApacheRequests() {}

    static HttpUriRequestBase of(TransportRequest request) {
        URI uri = request.uri();
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "uri: must be http or https and name a host, which this does not: " + request);
        }
        var apache = new HttpUriRequestBase(request.method(), uri);
        apache.setAuthority(new URIAuthority(uri.getHost(), uri.getPort())); // without a user
        request.headers().forEach((name, value) -> {
            check(name, value);
            apache.setHeader(name, value);
        });
        if (request.body().length > 0) {
            apache.setEntity(new ByteArrayEntity(request.body(), null));
        }
        return apache;
    }

    private static void check(String name, String value) {
        if (ITS_OWN.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("header " + name + ": the transport sets it, leave it out");
        } else if (!isName(name) || !isValue(value)) {
            throw new IllegalArgumentException("header " + name
                    + ": its name or its value has a character that HTTP does not allow, such as a line break");
        }
    }

    private static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (MARKS.indexOf(c) < 0 && (c >= 0x80 || !Character.isLetterOrDigit(c))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** RFC 9110, 5.5. */
    private static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || c == 0x7f || (c < ' ' && c != '\t')) {
                return false;
            }
        }
        return true;
    }
}
