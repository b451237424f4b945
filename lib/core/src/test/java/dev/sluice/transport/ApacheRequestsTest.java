package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whatever character a header has: those of RFC 9110 are sent, and others are refused without quoting the value. */
class ApacheRequestsTest {
    /** Sections 5.1 and 5.6.2: a token. */
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** Section 5.5: a tab, a blank, what is visible, and obs-text. */
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]*");

    @Test
    void everyCharacterIsSentOrRefusedAsTheStandardSays() {
        for (int c = 0; c <= 0x1ff; c++) {
            String name = "x" + (char) c;
            String value = "secret" + (char) c;
            assertThat(sent(name, "v"))
                    .as("name with %x", c)
                    .isEqualTo(NAME.matcher(name).matches());
            assertThat(sent("x", value))
                    .as("value with %x", c)
                    .isEqualTo(VALUE.matcher(value).matches());
        }
        assertThat(sent("", "v")).isFalse();
        assertThat(sent("x", "")).isTrue();
    }

    private static boolean sent(String name, String value) {
        var uri = URI.create("http://localhost/");
        try {
            var request = ApacheRequests.of(new TransportRequest("GET", uri, Map.of(name, value), new byte[0]));
            assertThat(request.getFirstHeader(name).getValue()).isEqualTo(value);
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("does not allow").hasMessageNotContaining("secret");
            return false;
        }
    }
}
