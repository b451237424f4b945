package dev.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.transport.TransportRequest;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private static final TransportRequest REQUEST =
            new TransportRequest("GET", URI.create("https://api.example/"), Map.of(), new byte[0]);

    @Test
    void aBearerTokenIsAnAuthorization() throws Exception {
        assertThat(Credentials.bearer(() -> " a-token\n").headers(REQUEST))
                .isEqualTo(Map.of("authorization", "Bearer a-token"));
    }

    @Test
    void aHeaderIsTheSecretItself() throws Exception {
        assertThat(Credentials.header("api-key", () -> "a-key\n").headers(REQUEST))
                .isEqualTo(Map.of("api-key", "a-key"));
    }

    @Test
    void aNameThatCannotBeSentIsRefusedAtOnce() {
        for (String name : new String[] {"", "a b", "host"}) {
            assertThatThrownBy(() -> Credentials.header(name, () -> "x"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("header " + name);
        }
    }

    /** A record's toString has all that is in it. */
    private record Vault(String secret) implements Supplier<String>, Credentials {
        @Override
        public String get() {
            return secret;
        }

        @Override
        public Map<String, String> headers(TransportRequest request) {
            return Map.of("x-api-key", secret);
        }
    }

    @Test
    void theirNamesSayWhereTheyComeFromAndNeverWhatTheyAre() {
        var vault = new Vault("kingfisher");
        Credentials signer = request -> Map.of();

        assertThat(vault.name()).isEqualTo(Vault.class.getName());
        assertThat(Credentials.bearer(vault).name())
                .isEqualTo("the supplier of authorization (" + Vault.class.getName() + ")");
        assertThat(Credentials.header("api-key", () -> "kingfisher").name())
                .isEqualTo("the supplier of api-key (a lambda of " + CredentialsTest.class.getName() + ")");
        assertThat(signer.name()).isEqualTo("a lambda of " + CredentialsTest.class.getName());
        assertThat(Credentials.bearer(vault).toString()).doesNotContain("kingfisher");
    }
}
