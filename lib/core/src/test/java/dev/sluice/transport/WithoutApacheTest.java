package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.provider.Claude;
import dev.sluice.stream.LlmClient;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** The library on a class path without Apache HttpClient, which is an optional dependency. */
class WithoutApacheTest {

    @Test
    void aClientIsMadeAndClosed() throws Exception {
        var loader = new NoApache();
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
        Class<?> transport = new NoApache().loadClass(ApacheHttpTransport.class.getName());
        assertThatThrownBy(transport::getMethods)
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("org/apache/hc/");
    }

    /** Loads this library's classes anew, where Apache's are not to be found. */
    private static final class NoApache extends ClassLoader {
        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.apache.hc.")) {
                throw new ClassNotFoundException(name);
            } else if (!name.startsWith("dev.sluice.")) {
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
