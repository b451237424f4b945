package dev.sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.client.LlmClient;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.WithoutLibrary;
import org.junit.jupiter.api.Test;

/** The library on a class path without Micrometer, which is an optional dependency. */
class WithoutMicrometerTest {

    @Test
    void aClientIsMadeAndClosed() throws ReflectiveOperationException {
        var loader = new WithoutLibrary("io.micrometer.");
        Class<?> builder = loader.loadClass(Claude.class.getName() + "$Builder");
        Object keyed = builder.getMethod("apiKey", String.class)
                .invoke(
                        loader.loadClass(Claude.class.getName())
                                .getMethod("builder")
                                .invoke(null),
                        "test-key");
        Object claude = builder.getMethod("build").invoke(keyed);
        Class<?> clients = loader.loadClass(LlmClient.class.getName());
        Object settings = clients.getMethod("builder", loader.loadClass("dev.sluice.provider.Provider"))
                .invoke(null, claude);
        try (var client = (AutoCloseable) settings.getClass().getMethod("build").invoke(settings)) {
            assertThat(client.getClass()).isNotSameAs(LlmClient.class);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void onlyTheMetersNeedIt() {
        assertThatThrownBy(() -> Class.forName(StreamMeters.class.getName(), true, new WithoutLibrary("io.micrometer."))
                        .getMethods())
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("io/micrometer");
    }
}
