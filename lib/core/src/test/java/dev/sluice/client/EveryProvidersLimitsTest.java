package dev.sluice.client;

import static dev.sluice.client.Wires.PROSE;
import static dev.sluice.client.Wires.REQUEST;
import static dev.sluice.client.Wires.THOUGHTFUL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.EndReason;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.Limits;
import dev.sluice.StreamController;
import dev.sluice.StreamException.Cancelled;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.StreamException.TimedOut;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.FinishReason;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever is asked, the caller's limits hold, and the caller can leave at any moment. */
@ForEveryProvider
@Timeout(60)
record EveryProvidersLimitsTest(Wire wire) {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aLimitOnEventsEndsTheLoop(int most) {
        try (var fixture = ClientFixture.in(wire, Script.stream(wire.stream(THOUGHTFUL)));
                var stream = fixture.client.stream(REQUEST, StreamController.withChunkLimit(most))) {
            assertThat(ClientFixture.collect(stream).events()).hasSize(most);
            assertThat(stream.endReason()).get().isInstanceOf(LimitReached.class);
        }
    }

    @Test
    void aLimitOnBytesFailsBeforeMoreIsRead() {
        var limits = new Limits(1 << 20, 1 << 20, 400);
        Script endless = Script.stream().sse(wire.begun(THOUGHTFUL).toArray(String[]::new));
        String[] more = wire.begun(PROSE).toArray(String[]::new);
        try (var fixture = ClientFixture.in(
                        wire,
                        settings -> settings.limits(limits),
                        endless.repeat(more[more.length - 1], 1000).stall());
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(ClientFixture.collect(stream).failure())
                    .isInstanceOfSatisfying(
                            LimitExceeded.class, e -> assertThat(e.limit()).isEqualTo(Limits.Limit.STREAM_BYTES));
            fixture.peer.awaitGone(Duration.ofSeconds(5));
        }
    }

    @Test
    void aLimitOnOneEventHoldsForAnAnswerInOneBodyToo() {
        var tooLong = Wires.answer(FinishReason.STOP, new Text("x".repeat(3000)));
        Script large = Script.stream().sse("data: \"" + "x".repeat(3000)).stall();
        try (var fixture = ClientFixture.in(
                        wire, settings -> settings.limits(new Limits(2000, 2000, 2000)), large, wire.sent(tooLong));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(ClientFixture.collect(stream).failure()).isInstanceOf(LimitExceeded.class);
            assertThat(catchThrowableOfType(LimitExceeded.class, () -> fixture.client.send(REQUEST)))
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HEADERS", "FIRST_EVENT", "IDLE", "STALL", "TOTAL"})
    void aLimitOnTimeNamesItsPhase(Phase phase) {
        Script begun =
                Script.stream().sse(wire.begun(PROSE).toArray(String[]::new)).stall();
        Script script = switch (phase) {
            case HEADERS -> Script.empty().stall();
            case FIRST_EVENT -> Script.stream().stall();
            default -> begun;
        };
        Timeouts timeouts = Timeouts.none().with(phase, Duration.ofMillis(300));
        try (var fixture = ClientFixture.in(wire, settings -> settings.timeouts(timeouts), script);
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(ClientFixture.collect(stream).failure()).isInstanceOfSatisfying(TimedOut.class, late -> {
                assertThat(late.phase()).isEqualTo(phase);
                assertThat(PROSE.text()).startsWith(late.partial().text());
            });
            fixture.peer.awaitGone(Duration.ofSeconds(5));
        }
    }

    /** Where an answer may be when it is cancelled. */
    enum Where {
        BEFORE_THE_HEAD,
        BEFORE_AN_EVENT,
        IN_THE_MIDDLE,
        INSIDE_AN_EVENT
    }

    @ParameterizedTest
    @EnumSource
    void cancellingFreesTheCallerAndTheConnection(Where where) throws Exception {
        String[] begun = wire.begun(PROSE).toArray(String[]::new);
        Script script = switch (where) {
            case BEFORE_THE_HEAD -> Script.empty();
            case BEFORE_AN_EVENT -> Script.stream();
            case IN_THE_MIDDLE -> Script.stream().sse(begun);
            case INSIDE_AN_EVENT -> Script.stream().sse(begun).sse("data: {\"ha");
        };
        try (var fixture = ClientFixture.in(wire, script.stall());
                var stream = fixture.client.stream(REQUEST)) {
            var freed = new CompletableFuture<Cancelled>();
            Thread caller = Thread.startVirtualThread(
                    () -> freed.complete(catchThrowableOfType(Cancelled.class, stream::finalMessage)));
            String expected = where.compareTo(Where.IN_THE_MIDDLE) < 0 ? "" : PROSE.text();
            fixture.peer.awaitRequest(1);
            Awaitility.await()
                    .until(() ->
                            stream.snapshot().text().equals(expected) && caller.getState() == Thread.State.WAITING);
            stream.controller().cancel("enough");
            Cancelled cancelled = freed.get(5, TimeUnit.SECONDS);
            assertThat(cancelled).hasMessageContaining("enough");
            assertThat(cancelled.partial().text()).isEqualTo(expected);
            assertThat(stream.endReason()).contains(new EndReason.Cancelled("enough"));
            fixture.peer.awaitGone(Duration.ofSeconds(5));
        }
    }
}
