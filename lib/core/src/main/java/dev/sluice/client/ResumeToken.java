package dev.sluice.client;

import dev.sluice.provider.Provider;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Names an answer that a server keeps, and how much of it has been consumed. As a text it is what {@link MessageStream#resumeToken}
 * gives: a version, the number of events, and the words in Base64, each with a dot behind it. It is no secret and not signed.
 *
 * @param provider the provider's name
 * @param model the model that was asked for
 * @param answerId the provider's id of the answer
 * @param position behind which event of the wire, in the provider's words; empty for the beginning
 * @param events how many events of the stream have been consumed behind that
 */
record ResumeToken(String provider, String model, String answerId, String position, long events) {
    private static final String VERSION = "1";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    /** The version, the number of events, four words, and nothing behind the last dot: so that a text that was cut is noticed. */
    private static final int PARTS = 7;

    private static final int LONGEST = 4096;
    private static final long MOST_EVENTS = 1L << 40;

    /** Those of the vendors are of such characters; these cannot leave their place in an address. */
    private static final Pattern ID = Pattern.compile("[^\\p{Cntrl}]*[^\\p{Cntrl}.][^\\p{Cntrl}]*");

    /** Whether it is of an answer of this provider's. */
    boolean isOf(Provider asked) {
        return asked.name().equals(provider);
    }

    /** The token as a text. */
    String text() {
        return Stream.of(provider, model, answerId, position)
                .map(word -> BASE64.encodeToString(word.getBytes(StandardCharsets.UTF_8)))
                .collect(Collectors.joining(".", VERSION + "." + events + ".", "."));
    }

    /**
     * The token of a text.
     *
     * @throws IllegalArgumentException if it is none
     */
    static ResumeToken parse(String text) {
        String[] parts = text.length() > LONGEST ? new String[0] : text.split("\\.", -1);
        if (parts.length != PARTS || !parts[0].equals(VERSION) || !parts[PARTS - 1].isEmpty()) {
            throw malformed("it is none", null);
        }
        try {
            long events = Long.parseLong(parts[1]);
            var token = new ResumeToken(word(parts[2]), word(parts[3]), word(parts[4]), word(parts[5]), events);
            if (events < 0
                    || events > MOST_EVENTS
                    || !ID.matcher(token.answerId).matches()) {
                throw malformed("it has a part that cannot be", null);
            }
            return token;
        } catch (NumberFormatException e) {
            throw malformed("it is damaged", e);
        }
    }

    private static String word(String base64) {
        try {
            return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed("it is damaged", e);
        }
    }

    private static IllegalArgumentException malformed(String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "token: " + why + "; give the text that MessageStream.resumeToken() returned, unchanged", cause);
    }
}
