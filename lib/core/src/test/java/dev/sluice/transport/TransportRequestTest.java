package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportRequestTest {

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/v1, POST https://api.example.com/v1",
        "https://api.example.com:8443/v1?key=secret#secret, POST https://api.example.com:8443/v1",
        "https://user:secret@api.example.com:8443/v1, POST https://api.example.com:8443/v1",
        "https://user:secret@an_odd_name/v1, POST https://an_odd_name/v1",
        "http://[::1]:80/v1, POST http://[::1]:80/v1",
    })
    void showsWhereItGoesAndNothingSecret(String uri, String shown) {
        var request = new TransportRequest("POST", URI.create(uri), Map.of("x-api-key", "secret"), "secret".getBytes());
        assertThat(request).hasToString(shown);
    }
}
