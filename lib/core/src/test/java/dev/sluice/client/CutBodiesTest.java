package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.Truncated;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A body that is cut, wherever and however, is a failure that may pass and never an answer. */
@Timeout(60)
class CutBodiesTest {
    private static final String TYPE = "application/json";

    @ParameterizedTest
    @EnumSource
    void aBodyShorterThanItsLengthIsABrokenConnection(NonStreamingCall call) {
        assertCut(
                call,
                ConnectionFailed.class,
                (part, all) -> Script.empty()
                        .head(200, "content-type", TYPE, "content-length", String.valueOf(all))
                        .raw(part)
                        .cut());
    }

    @ParameterizedTest
    @EnumSource
    void aBodyWithoutItsLastChunkIsABrokenConnection(NonStreamingCall call) {
        assertCut(
                call,
                ConnectionFailed.class,
                (part, all) ->
                        Script.empty().head(200, "content-type", TYPE).sse(part).cut());
    }

    @ParameterizedTest
    @EnumSource
    void aBodyThatEndsInGoodOrderInTheMiddleOfItsJsonIsTruncated(NonStreamingCall call) {
        assertCut(
                call,
                Truncated.class,
                (part, all) -> Script.empty()
                        .head(200, "content-type", TYPE, "content-length", String.valueOf(part.length))
                        .raw(part));
    }

    @ParameterizedTest
    @EnumSource
    void soIsOneThatEndsWithItsConnection(NonStreamingCall call) {
        assertCut(
                call,
                Truncated.class,
                (part, all) -> Script.empty()
                        .head(200, "content-type", TYPE, "connection", "close")
                        .raw(part)
                        .cut());
    }

    @ParameterizedTest
    @EnumSource
    void oneThatIsCutIsAskedForAgain(NonStreamingCall call) {
        Script cut = Script.empty()
                .head(200, "content-type", TYPE, "content-length", "999")
                .raw("{\"id")
                .cut();
        try (var fixture = ClientFixture.with(
                settings -> settings.resilience(
                        Resilience.builder().retry(FastRetries.quick()).build()),
                cut,
                cut,
                Script.json(200, call.body))) {
            assertThat(call.send(fixture.client)).isEqualTo(call.expected());
            assertThat(fixture.peer.requests()).hasSize(3);
        }
    }

    private interface Cut {
        Script script(byte[] part, int all);
    }

    private static void assertCut(NonStreamingCall call, Class<? extends StreamException> type, Cut cut) {
        byte[] body = call.body.getBytes(StandardCharsets.UTF_8);
        Function<Integer, Script> until = end -> cut.script(Arrays.copyOf(body, end), body.length);
        Script[] scripts = new Script[body.length];
        Arrays.setAll(scripts, until::apply);
        try (var fixture = ClientFixture.with(scripts)) {
            for (int end = 0; end < body.length; end++) {
                assertThat(catchThrowable(() -> call.send(fixture.client)))
                        .as("cut after %d bytes", end)
                        .isInstanceOfSatisfying(type, e -> {
                            assertThat(e.retryable()).isTrue();
                            assertThat(e.partial().content()).isEmpty();
                        });
            }
        }
    }
}
