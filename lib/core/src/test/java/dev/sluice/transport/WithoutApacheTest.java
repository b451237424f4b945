package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.peer.WithoutLibrary;
import dev.sluice.provider.Claude;
import dev.sluice.stream.LlmClient;
import org.junit.jupiter.api.Test;

/** The library on a class path without Apache HttpClient, which is an optional dependency. */
class WithoutApacheTest {

    @Test
    void aClientIsMadeAndClosed() throws Exception {
        var loader = new WithoutLibrary("org.apache.hc.");
        Class<?> builder = loader.loadClass(Claude.class.getName() + "$Builder");
        Object start =
                loader.loadClass(Claude.class.getName()).getMethod("builder").invoke(null);
        Object claude = builder.getMethod("build")
                .invoke(builder.getMethod("apiKey", String.class).invoke(start, "test-key"));
        Object settings = loader.loadClass(LlmClient.class.getName())
                .getMethod("builder", loader.loadClass("dev.sluice.provider.Provider"))
                .invoke(null, claude);
        try (var client = (AutoCloseable) settings.getClass().getMethod("build").invoke(settings)) {
            assertThat(client.getClass()).isNotSameAs(LlmClient.class);
        }
    }

    @Test
    void onlyItsTransportNeedsIt() throws Exception {
        Class<?> transport = new WithoutLibrary("org.apache.hc.").loadClass(ApacheHttpTransport.class.getName());
        assertThatThrownBy(transport::getMethods)
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("org/apache/hc/");
    }
}
