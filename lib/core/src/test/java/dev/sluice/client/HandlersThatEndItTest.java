package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.StreamException.ApiError;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that close, cancel or throw: END is told all the same, once, and nothing after it. */
@Timeout(30)
class HandlersThatEndItTest {
    private static final Script OPEN = Script.stream().sse(begin("a", "b")).stall();

    private static List<String> record(MessageStream stream) {
        List<String> log = new ArrayList<>();
        stream.on(Signal.STREAM_EVENT, (event, all) -> log.add("event"))
                .on(Signal.TEXT, (words, all) -> log.add("text " + words))
                .on(Signal.FINAL_MESSAGE, message -> log.add("final"))
                .on(Signal.ERROR, failure -> log.add("error"))
                .on(Signal.ABORT, why -> log.add("abort"))
                .on(Signal.END, () -> log.add("end"));
        return log;
    }

    @Test
    void afterAnEndInAHandlerOnlyTheEndIsTold() {
        Map<String, Consumer<MessageStream>> ways = Map.of(
                "close", MessageStream::close,
                "cancel", stream -> stream.cancel("enough"),
                "controller", stream -> stream.controller().cancel());
        ways.forEach((name, way) -> {
            for (boolean inEvent : new boolean[] {true, false}) {
                try (var fixture = ClientFixture.with(OPEN)) {
                    MessageStream stream = fixture.stream();
                    if (inEvent) {
                        stream.once(Signal.STREAM_EVENT, (event, all) -> way.accept(stream));
                    } else {
                        stream.once(Signal.TEXT, (words, all) -> way.accept(stream));
                    }
                    List<String> log = record(stream);
                    assertThat(ClientFixture.collect(stream).failure()).isNull();
                    stream.close();
                    assertThat(log).as(name).endsWith("abort", "end").containsOnlyOnce("abort", "end");
                    assertThat(log).doesNotContain("text b");
                    fixture.peer.awaitGone(Duration.ofSeconds(2));
                }
            }
        });
    }

    @Test
    void theFirstThatAHandlerThrowsReachesTheConsumerWhateverTheOthersThrow() {
        var first = new IllegalArgumentException("first");
        var second = new IllegalStateException("second");
        try (var fixture = ClientFixture.with(OPEN);
                var stream = fixture.stream()) {
            stream.on(Signal.TEXT, (words, all) -> {
                        throw first;
                    })
                    .on(Signal.ABORT, why -> {
                        throw second;
                    });
            List<String> log = record(stream);
            assertThatThrownBy(stream::done).isSameAs(first).hasSuppressedException(second);
            assertThat(log).as("the others hear of this event, and of no other").endsWith("text a", "abort", "end");
            assertThat(stream.endReason())
                    .get()
                    .isInstanceOfSatisfying(
                            Cancelled.class, why -> assertThat(why.reason()).contains("first"));
            assertThatThrownBy(stream::finalMessage).hasMessageContaining("first");
        }
    }

    // the consumer learns of both, and the end of what a stream holds is told to everybody
    @Test
    void whatAHandlerOfAnEndThrowsKeepsNobodyFromBeingTold() {
        Script failing =
                Script.stream().sse(begin("a")).sse(error("api_error", "x")).end();
        var mine = new IllegalStateException("mine");
        try (var fixture = ClientFixture.with(Script.stream(answer("a")), failing, OPEN)) {
            for (int i = 0; i < 3; i++) {
                try (var stream = fixture.stream()) {
                    stream.on(Signal.FINAL_MESSAGE, message -> {
                                throw mine;
                            })
                            .on(Signal.ERROR, failure -> {
                                throw mine;
                            })
                            .on(Signal.ABORT, why -> {
                                throw mine;
                            })
                            .on(Signal.END, () -> {
                                throw new IllegalStateException("later");
                            });
                    if (i == 2) {
                        stream.once(Signal.TEXT, (words, all) -> stream.cancel("enough"));
                    }
                    List<String> log = record(stream);
                    Throwable thrown = ClientFixture.collect(stream).failure();
                    assertThat(thrown).isSameAs(mine);
                    assertThat(thrown.getSuppressed())
                            .extracting(Throwable::getMessage)
                            .contains("later");
                    assertThat(log).as("stream %d", i).contains("end").hasSizeGreaterThan(3);
                    assertThat(log.subList(log.size() - 2, log.size()))
                            .containsExactly(List.of("final", "error", "abort").get(i), "end");
                }
            }
        }
    }

    // The failure of the stream is not lost behind a handler's.
    @Test
    void afterAHandlersExceptionTheFailureIsStillThere() {
        Script failing =
                Script.stream().sse(begin("a")).sse(error("api_error", "x")).end();
        try (var fixture = ClientFixture.with(failing);
                var stream = fixture.stream()) {
            stream.on(Signal.ERROR, failure -> {
                throw new IllegalStateException("mine");
            });
            assertThatThrownBy(stream::done).hasMessage("mine");
            assertThatThrownBy(stream::done).isInstanceOf(ApiError.class);
            assertThatThrownBy(stream::finalMessage).isInstanceOf(ApiError.class);
        }
    }

    @Test
    void aHandlerThatIsAddedAfterTheEndHearsNothing() {
        try (var fixture = ClientFixture.with(Script.stream(answer("a")));
                var stream = fixture.stream()) {
            stream.done();
            List<String> log = record(stream);
            stream.done();
            stream.cancel("late");
            stream.close();
            assertThat(log).isEmpty();
            assertThat(stream.endReason()).contains(new EndReason.Completed());
        }
    }
}
