package dev.sluice.relay;

import static dev.sluice.relay.RelayFixture.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the application's code throws, wherever: no run, no watcher, no slot of a session's and no response is left over. */
class FailingCallbacksTest {
    private static final String TEXT = "a text of some length ".repeat(5);

    /** One method of all that is called throws, each time. */
    private static final class Thrower {
        private final String method;
        private final Supplier<Throwable> failure;
        final AtomicInteger calls = new AtomicInteger();

        Thrower(String method, Supplier<Throwable> failure) {
            this.method = method;
            this.failure = failure;
        }

        <T> T around(Class<T> type, T real) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, called, args) -> {
                        if (method.equals(type.getSimpleName() + "." + called.getName())) {
                            calls.incrementAndGet();
                            throw failure.get();
                        }
                        try {
                            Object value = called.invoke(real, args);
                            return value instanceof StreamFormat.Encoder encoder
                                    ? around(StreamFormat.Encoder.class, encoder)
                                    : value;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }
    }

    private static Stream<Arguments> with(String... methods) {
        List<Supplier<Throwable>> failures = List.of(
                () -> new IllegalStateException("on purpose"),
                () -> new AssertionError("on purpose"),
                Unspeakable::new);
        return Stream.of(methods)
                .flatMap(method -> failures.stream()
                        .map(failure ->
                                Arguments.of(method, failure.get().getClass().getSimpleName(), failure)));
    }

    /** One that cannot even say what it is. */
    private static final class Unspeakable extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("on purpose");
        }
    }

    static Stream<Arguments> always() {
        return with(
                "RelayListener.started",
                "RelayListener.ended",
                "RelayListener.attached",
                "RelayListener.left",
                "RelayListener.written",
                "RelayListener.merged",
                "RelayListener.paused",
                "EventSink.write",
                "EventSink.onGone",
                "EventSink.close",
                "StreamFormat.encoder",
                "StreamFormat.resumesByEventId",
                "Encoder.event",
                "Encoder.heartbeat",
                "Encoder.end",
                "RunSource.iterator",
                "RunSource.cancel",
                "RunSource.close");
    }

    @ParameterizedTest(name = "{0} throws {1}")
    @MethodSource("always")
    void nothingIsLeftOver(String method, String name, Supplier<Throwable> failure) {
        var thrower = new Thrower(method, failure);
        try (var fixture = fixture(thrower)) {
            var run = new ScriptedRun();
            String id = fixture.start(thrower.around(RunSource.class, run));
            var sink = new RecordingSink().block();
            boolean told = attach(fixture, thrower, id, sink);
            if (!method.equals("RunSource.iterator")) {
                say(fixture, run, id);
            }
            sink.unblock();
            await().until(() -> !told || sink.closed || sink.aborted || sink.lastId() == 30 || anEnd(sink, thrower));
            if (!method.equals("Encoder.end")) { // a watcher whose thread does not run in time is cut off without it
                for (int i = 0; i < 20; i++) {
                    fixture.seconds(1);
                }
            }
            await().until(() -> !method.equals("Encoder.heartbeat") || thrower.calls.get() > 0);
            if (fixture.relay.running() > 0) {
                fixture.relay.cancel(ALICE, id, "on purpose");
                if (method.equals("RunSource.cancel")) {
                    await().until(() -> thrower.calls.get() > 0);
                    fixture.seconds(3);
                    run.end();
                }
            }
            awaitNothing(fixture, thrower);
            assertThat(!told || sink.closed || sink.aborted || method.equals("EventSink.close"))
                    .as("the response has ended, or the caller was told")
                    .isTrue();
        }
    }

    static Stream<Arguments> slow() {
        return with("Encoder.failure", "EventSink.abort");
    }

    @ParameterizedTest(name = "{0} throws {1}")
    @MethodSource("slow")
    void nothingIsLeftOverOfAReaderThatIsSlow(String method, String name, Supplier<Throwable> failure) {
        var thrower = new Thrower(method, failure);
        try (var fixture = fixture(thrower)) {
            var run = new ScriptedRun();
            String id = fixture.start(run);
            var sink = new RecordingSink().block();
            assertThat(attach(fixture, thrower, id, sink)).isTrue();
            say(fixture, run, id);
            for (int i = 0; i < 11; i++) {
                fixture.seconds(1);
            }
            if (method.equals("Encoder.failure")) {
                sink.unblock();
                sink.awaitEnd();
            }
            for (int i = 0; i < 15; i++) {
                fixture.seconds(1);
            }
            await().until(() -> fixture.relay.watching() == 0);
            fixture.relay.cancel(ALICE, id, "on purpose");
            awaitNothing(fixture, thrower);
        }
    }

    private static RelayFixture fixture(Thrower thrower) {
        return new RelayFixture(builder -> builder.streamsPerSession(1)
                .watcherBuffer(2_000)
                .listener(thrower.around(RelayListener.class, new RelayListener() {})));
    }

    /** False if the caller was told that it cannot be. */
    private static boolean attach(RelayFixture fixture, Thrower thrower, String id, RecordingSink sink) {
        try {
            fixture.relay.attach(
                    ALICE,
                    id,
                    0,
                    thrower.around(StreamFormat.class, PlainFormat.PLAIN),
                    thrower.around(EventSink.class, sink));
            return true;
        } catch (RuntimeException | Error e) {
            assertThat(fixture.relay.watching()).isZero();
            return false;
        }
    }

    /** More than may wait for the sink, which takes nothing. */
    private static void say(RelayFixture fixture, ScriptedRun run, String id) {
        for (int i = 0; i < 30; i++) {
            run.say(ScriptedRun.text(TEXT));
        }
        fixture.awaitEvents(id, 30);
    }

    private static boolean anEnd(RecordingSink sink, Thrower thrower) {
        return thrower.method.equals("EventSink.write") && sink.aborted;
    }

    private static void awaitNothing(RelayFixture fixture, Thrower thrower) {
        await().until(() -> fixture.relay.running() == 0 && fixture.relay.watching() == 0);
        await().untilAsserted(() ->
                assertThat(thrower.calls).as("the test is of what it says").hasPositiveValue());
        String next = fixture.start(new ScriptedRun().end());
        await().until(() -> fixture.relay.running() == 0);
        assertThat(next).as("the session's only slot is free").isNotEmpty();
    }
}
