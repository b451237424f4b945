package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransportRequestTest {
    /** RFC 9110, sections 5.1 and 5.6.2: a token. */
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** Section 5.5 without obs-text, which clients write as question marks. */
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");

    private static TransportRequest request(String uri, String header, String value) {
        return new TransportRequest("POST", URI.create(uri), Map.of(header, value), "secret".getBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/v1, POST https://api.example.com/v1",
        "https://api.example.com:8443/v1?key=secret#secret, POST https://api.example.com:8443/v1",
        "https://user:secret@api.example.com:8443/v1, POST https://api.example.com:8443/v1",
        "http://[::1]:80/v1, POST http://[::1]:80/v1",
    })
    void showsWhereItGoesAndNothingSecret(String uri, String shown) {
        assertThat(request(uri, "x-api-key", "secret")).hasToString(shown);
    }

    @Test
    void aFurtherHeaderTakesThePlaceOfOneOfItsName() {
        TransportRequest request = request("http://localhost/", "X-Key", "old");
        assertThat(request.withHeaders(Map.of("x-key", "new", "x-date", "today"))
                        .headers())
                .isEqualTo(Map.of("x-key", "new", "x-date", "today"));
        assertThat(request.headers()).isEqualTo(Map.of("X-Key", "old"));
        assertThat(request.withHeaders(Map.of()).headers()).isEqualTo(request.headers());
        assertThatThrownBy(() -> request.withHeaders(Map.of("x-key", "secret\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x-key")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void everyCharacterOfAHeaderIsTakenOrRefusedAsTheStandardSays() {
        for (int c = 0; c <= 0x1ff; c++) {
            String name = "x" + (char) c;
            String value = "secret" + (char) c;
            assertThat(takes(name, "v"))
                    .as("name with %x", c)
                    .isEqualTo(NAME.matcher(name).matches());
            assertThat(takes("x", value))
                    .as("value with %x", c)
                    .isEqualTo(VALUE.matcher(value).matches());
        }
        assertThat(takes("", "v")).isFalse();
        assertThat(takes("x", "")).isTrue();
    }

    private static boolean takes(String name, String value) {
        try {
            var unused = request("http://localhost/", name, value);
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(e)
                    .hasMessageContaining("cannot be sent")
                    .hasMessageNotContaining("secret")
                    .hasNoCause();
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "content-length", "Connection", "expect", "Upgrade", "transfer-encoding"})
    void aHeaderThatIsTheTransportsIsRefusedByName(String name) {
        assertThatThrownBy(() -> request("http://localhost/", name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header " + name + ": the transport sets it, leave it out");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://host/?key=sk-secret",
                "/path?key=sk-secret",
                "http:///path?key=sk-secret",
                "https://user:sk-secret@an_odd_name/v1"
            })
    void anAddressThatIsNoneIsRefusedWithoutItsQuery(String uri) {
        assertThatThrownBy(() -> request(uri, "a", "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("uri: ")
                .hasNoCause()
                .satisfies(e -> assertThat(e.toString()).doesNotContain("sk-secret"));
    }
}
