package dev.sluice.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.test.peer.WithoutLibrary;
import io.micrometer.context.ContextRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is carried without being named. */
class DetectedCarriersTest {
    private static final String MICROMETER = "io.micrometer.";

    @Test
    void whatMicrometersRegistryKnowsIsCarried() {
        var tenant = new ThreadLocal<String>();
        ContextRegistry registry = ContextRegistry.getInstance();
        registry.registerThreadLocalAccessor("tenant", tenant);
        List<String> seen = new ArrayList<>();
        try {
            tenant.set("acme");
            Captured context = ContextCarrier.detected().capture();
            tenant.remove();
            context.run(() -> seen.add(tenant.get()));
            assertThat(tenant.get()).isNull();
        } finally {
            registry.removeThreadLocalAccessor("tenant");
        }
        assertThat(seen).containsExactly("acme");
        assertThat(ContextCarrier.detected().capture()).isSameAs(Captured.nothing());
    }

    @Test
    void withoutMicrometerTheRestIsDetected() throws ReflectiveOperationException {
        var loader = new WithoutLibrary(MICROMETER);
        Object detected = loader.loadClass(ContextCarrier.class.getName())
                .getMethod("detected")
                .invoke(null);
        assertThat(detected.toString()).contains("MdcCarrier").doesNotContain("MicrometerCarrier");
        assertThat(ContextCarrier.detected().toString()).contains("MdcCarrier", "MicrometerCarrier");
    }

    @Test
    void onlyItsCarrierNeedsMicrometer() {
        assertThatThrownBy(() -> Class.forName(
                                "dev.sluice.context.MicrometerCarrier", true, new WithoutLibrary(MICROMETER))
                        .getDeclaredFields())
                .isInstanceOf(NoClassDefFoundError.class)
                .hasMessageContaining("io/micrometer");
    }
}
