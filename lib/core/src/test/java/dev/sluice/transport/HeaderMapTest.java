package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a response's headers are to who reads them: a map that does not change, and does not mind the case of a name. */
class HeaderMapTest {
    private static Map<String, List<String>> of(Map<String, List<String>> headers) {
        return new TransportResponse(200, headers, InputStream.nullInputStream()).headers();
    }

    @Test
    void aNameIsFoundWhateverItsCase() {
        var headers = of(Map.of("Content-Type", List.of("text/plain"), "x-b", List.of("1", "2"), "A", List.of("")));
        assertThat(headers.get("content-TYPE")).containsExactly("text/plain");
        assertThat(headers.get("X-B")).containsExactly("1", "2");
        assertThat(headers.get("a")).containsExactly("");
        assertThat(headers)
                .containsKey("CONTENT-type")
                .doesNotContainKey("content")
                .doesNotContainKey("z");
        assertThat(headers.get("")).isNull();
        assertThat(headers.getOrDefault("z", List.of("none"))).containsExactly("none");
        assertThat(of(Map.of()).get("a")).isNull();
    }

    @Test
    void whatIsNoNameIsNotFound() {
        var headers = of(Map.of("a", List.of("1")));
        assertThat(headers.get(null)).isNull();
        assertThat(headers.containsKey(null)).isFalse();
        assertThat(headers.containsKey(1)).isFalse();
    }

    @Test
    void namesKeepTheirSpellingAndAreInOrder() {
        var headers = of(Map.of("b", List.of("2"), "A", List.of("1"), "C", List.of("3")));
        assertThat(headers.keySet()).containsExactly("A", "b", "C");
        assertThat(headers.values()).containsExactly(List.of("1"), List.of("2"), List.of("3"));
        assertThat(headers).hasSize(3).isEqualTo(Map.of("A", List.of("1"), "b", List.of("2"), "C", List.of("3")));
    }

    @Test
    void twoSpellingsOfANameAreOneHeader() {
        var given = new LinkedHashMap<String, List<String>>();
        given.put("Via", List.of("one", "two"));
        given.put("via", List.of("three"));
        assertThat(of(given)).hasSize(1);
        assertThat(of(given).get("VIA")).containsExactly("one", "two", "three");
    }

    @Test
    void itDoesNotChange() {
        var value = new ArrayList<>(List.of("1"));
        var given = new LinkedHashMap<String, List<String>>(Map.of("a", value));
        var headers = of(given);
        value.add("2");
        given.put("b", List.of("3"));
        assertThat(headers).isEqualTo(Map.of("a", List.of("1")));
        var unsupported = assertThatExceptionOfType(UnsupportedOperationException.class);
        unsupported.isThrownBy(() -> headers.put("b", List.of()));
        unsupported.isThrownBy(() -> headers.remove("a"));
        unsupported.isThrownBy(headers::clear);
        unsupported.isThrownBy(() -> headers.get("a").add("2"));
        unsupported.isThrownBy(() -> headers.entrySet().iterator().next().setValue(List.of()));
    }

    /** Of thousands of streams the names are the same. */
    @Test
    void aNameIsKeptOnce() {
        String name = of(Map.of("x-request", List.of("1"))).keySet().iterator().next();
        String again = of(Map.of(new String("x-request".toCharArray()), List.of("2")))
                .keySet()
                .iterator()
                .next();
        assertThat(again).isSameAs(name);
    }
}
