package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.FakeTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class RareWarningTest {

    @Test
    void warnsAtOnceAndThenOnceAMinuteAtMost() {
        List<Object> logged = new ArrayList<>();
        var time = new FakeTime();
        var warning = new RareWarning(
                (Logger) Proxy.newProxyInstance(
                        Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, args) -> {
                            assertThat(method.getName()).isEqualTo("warn");
                            logged.add(args[1]);
                            return null;
                        }),
                time);
        for (int i = 0; i < 1000; i++) {
            warning.warn("first");
        }
        time.advance(Duration.ofSeconds(59));
        warning.warn("too soon");
        time.advance(Duration.ofSeconds(1));
        warning.warn("second");
        assertThat(logged).containsExactly("first", "second");
    }
}
