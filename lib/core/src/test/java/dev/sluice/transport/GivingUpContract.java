package dev.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.test.peer.BlockingCall;
import dev.sluice.test.peer.HangingHostName;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.UnreachablePeer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An exchange can be given up in each of its states, at once, and its connection goes with it. */
public abstract class GivingUpContract extends TransportFixture {

    @Test
    void closingAnUnreadBodyNeitherWaitsNorDrains() throws Exception {
        var peer = peer(Script.stream().offer(1L << 30), Script.json(200, "{}"));
        var transport = transport();
        TransportResponse response = transport.open(get(peer));
        peer.awaitWritten(1 << 16);
        assertPrompt(response::close);
        peer.awaitGone(SOON);
        assertThatThrownBy(() -> response.body().read()).isInstanceOf(IOException.class);
        response.close();
        transport.open(get(peer)).close(); // the next request works
        assertThat(peer.connections()).isEqualTo(2);
    }

    @Test
    void closingASilentBodyFromAnotherThreadEndsTheReadAndTheConnection() throws Exception {
        var peer = peer(Script.stream().sse("x").stall());
        TransportResponse response = transport().open(get(peer));
        var read = BlockingCall.at(() -> response.body().readAllBytes()).awaitBlocked();
        assertPrompt(response::close);
        assertThat(read.failsWithin(PROMPT)).isInstanceOf(IOException.class);
        peer.awaitGone(SOON);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void anInterruptEndsConnecting() throws Exception {
        UnreachablePeer peer = closing(ScriptedPeer.unreachable());
        var transport = transport();
        var connect = BlockingCall.at(() -> transport.open(get(peer.uri("/"))));
        Awaitility.await().until(() -> peer.connecting() == 1);
        assertThat(connect.interrupt().failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
        transport.open(get(peer(Script.json(200, "{}")))).close(); // gone at the client's next turn: here, or after 3 s
        Awaitility.await().atMost(SOON).until(() -> peer.connecting() == 0);
    }

    @Test
    void anInterruptAndCloseEndTheLookupOfAName() throws Exception {
        var name = closing(new HangingHostName());
        var transport = transport();
        var lookup = BlockingCall.at(() -> transport.open(get(URI.create("http://" + name.host() + "/"))));
        name.awaitAsked();
        assertThat(lookup.interrupt().failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
        var other = closing(new HangingHostName());
        var again = BlockingCall.at(() -> transport.open(get(URI.create("http://" + other.host() + "/"))));
        other.awaitAsked();
        transport.close();
        assertThat(again.failsWithin(PROMPT)).isInstanceOf(IOException.class);
    }

    @Test
    void anInterruptEndsTheWaitForTheHead() {
        var peer = peer(Script.empty().stall());
        var transport = transport();
        var wait = BlockingCall.at(() -> transport.open(get(peer)));
        peer.awaitRequest(1);
        assertThat(wait.interrupt().failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
        peer.awaitGone(SOON);
    }

    @Test
    void anInterruptEndsSendingABodyThatNobodyTakes() {
        var peer = peer(Script.unreadBody());
        var transport = transport();
        var request = new TransportRequest("POST", peer.uri("/"), Map.of(), new byte[64 << 20]);
        var send = BlockingCall.at(() -> transport.open(request));
        peer.awaitRequest(1);
        assertThat(send.interrupt().failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
    }

    static Stream<Script> bodies() {
        return Stream.of(
                Script.stream().stall(),
                Script.stream().sse("some").stall(),
                Script.stream().trickle("a long line ".repeat(10_000), Duration.ofMillis(5)),
                Script.stream().offer(1L << 40));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void anInterruptEndsAReadWhateverTheServerDoes(Script script) throws Exception {
        var peer = peer(script);
        TransportResponse response = transport().open(get(peer));
        var read = BlockingCall.at(() -> {
            response.body().transferTo(java.io.OutputStream.nullOutputStream());
            return "the end";
        });
        Awaitility.await().until(() -> peer.bytesWritten() > 100);
        read.interrupt();
        assertThat(read.failsWithin(PROMPT)).isInstanceOf(IOException.class);
        assertThat(read.stillInterrupted()).isTrue();
        peer.awaitGone(SOON);
    }

    @Test
    void anInterruptThatCameBeforeIsHeard() throws Exception {
        var peer = peer(Script.stream().stall());
        var transport = transport();
        TransportResponse response = transport.open(get(peer));
        var attempt = BlockingCall.at(() -> {
            Thread.currentThread().interrupt();
            return transport.open(get(peer));
        });
        assertThat(attempt.failsWithin(PROMPT)).isInstanceOf(InterruptedException.class);
        assertThat(peer.requests()).hasSize(1);
        var read = BlockingCall.at(() -> {
            Thread.currentThread().interrupt();
            return response.body().read();
        });
        assertThat(read.failsWithin(PROMPT)).isInstanceOf(IOException.class);
        peer.awaitGone(SOON);
    }

    @Test
    void anInterruptThatMeetsTheHeadLeavesNoConnection() throws Exception {
        var peer = peer(Script.stream().stall());
        var transport = transport();
        for (int i = 0; i < 150; i++) {
            int pace = i * 10;
            var exchange = new Thread[1];
            var attempt = BlockingCall.at(() -> {
                exchange[0] = Thread.currentThread();
                try (TransportResponse response = transport.open(get(peer))) {
                    throw new IOException("in time: " + response.status());
                }
            });
            peer.awaitRequest(i + 1);
            long until = System.nanoTime() + pace * 1000L;
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            attempt.interrupt().failsWithin(SOON);
        }
        peer.awaitGone(SOON);
    }

    @Test
    void closingTheTransportEndsWhatIsOpenAndLeavesNoThread() throws Exception {
        var peer = peer(
                Script.stream().sse("x").stall(),
                Script.stream().offer(1L << 40),
                Script.empty().stall());
        var transport = transport();
        TransportResponse silent = transport.open(get(peer));
        TransportResponse unread = transport.open(get(peer));
        var reading = BlockingCall.at(() -> silent.body().readAllBytes()).awaitBlocked();
        var opening = BlockingCall.at(() -> transport.open(get(peer)));
        peer.awaitRequest(3);
        assertThat(threads()).isNotEmpty();
        assertPrompt(transport::close);
        assertThat(reading.failsWithin(PROMPT)).isInstanceOf(IOException.class);
        assertThat(opening.failsWithin(PROMPT)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> unread.body().readAllBytes()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> transport.open(get(peer))).isInstanceOf(IOException.class);
        peer.awaitGone(SOON);
        awaitNoThreads();
        transport.close();
    }
}
