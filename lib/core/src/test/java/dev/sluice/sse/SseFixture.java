package dev.sluice.sse;

import dev.sluice.Timeouts;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A client and the scripted peer that it connects to, again and again, without waiting in between. */
final class SseFixture implements AutoCloseable {
    final NoWaitTime time = new NoWaitTime();
    final List<Object> heard = new ArrayList<>();
    final ScriptedPeer peer;
    final SseClient client;

    private SseFixture(ScriptedPeer peer, UnaryOperator<SseClient.Builder> settings) {
        this.peer = peer;
        client = settings.apply(SseClient.builder(peer.uri("/events?key=secret"))
                        .timeouts(Timeouts.none())
                        .jitter(0)
                        .time(time))
                .start();
    }

    /** A peer that does these scripts in turn, and the last one again for all that follow. */
    static SseFixture with(UnaryOperator<SseClient.Builder> settings, Script... scripts) {
        return new SseFixture(ScriptedPeer.serving(scripts), settings);
    }

    static SseFixture of(Script... scripts) {
        return with(settings -> settings, scripts);
    }

    static SseFixture with(ScriptedPeer peer, UnaryOperator<SseClient.Builder> settings) {
        return new SseFixture(peer, settings);
    }

    /** An answer that says no. */
    static Script status(int status, String... headers) {
        return Script.whole(status, "text/plain", "no", headers);
    }

    /** The end that a server asks for. */
    static Script goodbye() {
        return Script.empty().head(204, "content-length", "0");
    }

    static Script redirect(int status, Object to) {
        return Script.empty().head(status, "location", to.toString(), "content-length", "0");
    }

    /** Everything to the end; throws what the client has failed with. What came before is in {@link #heard}. */
    List<Object> all() {
        Consumer<SseEvent> hear = heard::add;
        client.forEach(hear);
        return heard;
    }

    /** The data of all events to the end. */
    List<String> data() {
        return all().stream().map(event -> ((SseEvent) event).data()).toList();
    }

    @Override
    public void close() {
        client.close();
        peer.close();
    }
}
