package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.RelayListener;
import dev.sluice.relay.Session;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the application's code throws, the client gets an answer, its response ends, and its session can start again. */
@ParameterizedClass
@EnumSource(WebServer.class)
class FailingCallbacksTest extends WebServerFixture {

    /** What is thrown, new each time. */
    static Stream<Named<Supplier<Throwable>>> failures() {
        return Stream.of(
                Named.of("exception", () -> new IllegalStateException("on purpose")),
                Named.of("error", () -> new AssertionError("on purpose")),
                Named.of("checked", () -> new InterruptedException("on purpose")));
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aStarterThatThrowsIsAnswered(Supplier<Throwable> failure) throws Exception {
        mount();
        starter = request -> {
            throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
        };
        for (int i = 0; i < 3; i++) {
            WireClient answer = send("POST", "/api/v1/stream", BODY);
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).contains("\"start_failed\"");
        }
        assertThat(get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void aStarterThatReturnsNothingIsAnswered() throws Exception {
        mount();
        starter = request -> null;
        WireClient answer = send("POST", "/api/v1/stream", BODY);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("\"start_failed\"");
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anAuthenticatorThatThrowsIsAnswered(Supplier<Throwable> failure) throws Exception {
        mount(builder -> builder.authenticator(new RelayAuthenticator() {
            @Override
            public Session authenticate(RequestHead head) {
                if (head.path().endsWith("/introduced")) {
                    return new Session("alice");
                }
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }

            @Override
            public Map<String, String> introduce(RequestHead head, Session session) {
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }
        }));
        for (String path : List.of("/api/v1/stream/x", "/api/v1/stream/introduced")) {
            WireClient answer = get(path);
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.body()).contains("\"internal\"");
        }
        assertThat(get("/healthz").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aListenerThatThrowsChangesNothing(Supplier<Throwable> failure) throws Exception {
        settings.streamsPerSession(1).listener(throwing(failure));
        mount();
        var cookie = new AtomicReference<>("X-Nothing: 1");
        for (int i = 0; i < 2; i++) {
            WireClient client = post(cookie.get());
            if (i == 0) {
                cookie.set(client.cookie());
            }
            ScriptedRun run = run();
            run.step(1);
            run.complete();
            assertThat(client.ids()).as("run " + i).containsExactly("1", "2");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> relay.running() == 0 && relay.watching() == 0);
        }
    }

    private static RelayListener throwing(Supplier<Throwable> failure) {
        return new RelayListener() {
            @Override
            public void started() {
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }

            @Override
            public void ended(Outcome outcome, Duration duration) {
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }

            @Override
            public void attached(boolean resumed) {
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }

            @Override
            public void left(Departure why) {
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }

            @Override
            public void written(int events, long characters, Duration delay) {
                throw FailingCallbacksTest.<RuntimeException>sneaky(failure.get());
            }
        };
    }
}
