package dev.sluice.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.provider.Claude;
import dev.sluice.stream.LlmClient;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** The library on a class path without Micrometer, which is an optional dependency. */
class WithoutMicrometerTest {

    @Test
    void aClientIsMadeAndClosed() throws ReflectiveOperationException {
        var loader = new NoMicrometer();
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
        assertThatThrownBy(() -> Class.forName(StreamMeters.class.getName(), true, new NoMicrometer())
                        .getMethods())
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("io/micrometer");
    }

    /** Loads this library's classes anew, where Micrometer is not to be found. */
    private static final class NoMicrometer extends ClassLoader {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("dev.sluice.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : defined(name);
        }

        private Class<?> defined(String name) throws ClassNotFoundException {
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
