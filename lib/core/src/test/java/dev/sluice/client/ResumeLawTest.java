package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.client.KeptAnswerServer.Cut;
import dev.sluice.client.KeptAnswerServer.Wire;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.wire.Decoding;
import dev.sluice.sse.NoWaitTime;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The law of resuming: an answer in the background that is cut anywhere, any number of times, has the events of the uncut one, each
 * once, and the server makes it once.
 */
@Timeout(120)
class ResumeLawTest {
    private static final List<Function<Script, Script>> BREAKS = List.of(Script::end, Script::cut, Script::reset);

    /** Every cut between two bytes of an event is one before it. */
    @ParameterizedTest
    @EnumSource
    void aDecoderGoesOnBehindEveryEvent(Wire wire) {
        for (String transcript : wire.transcripts) {
            var server = new KeptAnswerServer(wire, transcript);
            List<StreamEvent> uncut = server.uncut().events();
            assertThat(uncut).hasSizeGreaterThan(5);
            for (int cut = 1; cut < server.events.size(); cut++) {
                String position = wire.position(server.events.get(cut - 1));
                if (position.isEmpty()) {
                    continue; // behind the end
                }
                for (int from : new int[] {cut, 0}) { // the rest, or all of it once more
                    EventDecoder decoder =
                            wire.at(URI.create("http://localhost")).decoder();
                    var events = new ArrayList<StreamEvent>();
                    decode(Arrays.copyOf(server.bytes(0), server.length(0, cut)), decoder, events::add);
                    assertThat(decoder.position()).isEqualTo(position);
                    decoder.resumed();
                    decode(server.bytes(from), decoder, events::add);
                    assertThat(events)
                            .as("%s cut at %d, from %d", transcript, cut, from)
                            .isEqualTo(uncut);
                }
            }
        }
    }

    private static void decode(byte[] bytes, EventDecoder decoder, Consumer<StreamEvent> out) {
        try {
            Decoding.decode(new ByteArrayInputStream(bytes), decoder, Limits.defaults(), out);
        } catch (StreamException failed) {
            // an answer that was recorded so
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatIsCutAtEveryEventIsTheUncutOne(Wire wire) {
        String transcript = wire.transcripts.getFirst();
        int all = new KeptAnswerServer(wire, transcript).events.size();
        try (var talk = new Talk(wire)) {
            for (int cut = 1; cut < all; cut++) {
                var server = new KeptAnswerServer(wire, transcript);
                server.cuts.add(new Cut(server.length(0, cut), BREAKS.get(cut % 2)));
                talk.assertUncut(server, "cut at event " + cut, 0);
            }
        }
    }

    /** One event for each connection: as many cuts as there can be. */
    @ParameterizedTest
    @EnumSource
    void anAnswerMayTakeAsManyConnectionsAsEvents(Wire wire) {
        try (var talk = new Talk(wire)) {
            for (String transcript : wire.transcripts) {
                var server = new KeptAnswerServer(wire, transcript);
                for (int i = 0; i + 1 < server.events.size(); i++) {
                    server.cuts.add(Cut.after(server.length(i, i + 1)));
                }
                talk.assertUncut(server, transcript, 0);
            }
        }
    }

    /** Some are resumed by a server that sends everything once more. */
    @Test
    void aStreamThatIsCutBetweenAnyBytesIsTheUncutOne() {
        for (Wire wire : Wire.values()) {
            try (var talk = new Talk(wire)) {
                for (int seed = 0; seed < 40; seed++) {
                    var random = new Random(seed);
                    var server = new KeptAnswerServer(wire, wire.transcripts.get(seed % wire.transcripts.size()));
                    server.replays = seed % 4 == 0;
                    int at = 0;
                    for (int next = 1 + random.nextInt(4);
                            next < server.events.size();
                            next += 1 + random.nextInt(12)) {
                        int part = random.nextInt(server.length(next, next + 1));
                        int sent = server.length(server.replays ? 0 : at, next) + part;
                        server.cuts.add(new Cut(sent, BREAKS.get(random.nextInt(2))));
                        at = next;
                    }
                    talk.assertUncut(server, "seed " + seed, 0);
                }
            }
        }
    }

    /** One stream after the other takes the answer over, each from what the one before has handed out. */
    @Test
    void anAnswerThatIsHandedFromStreamToStreamIsTheUncutOne() {
        for (Wire wire : Wire.values()) {
            try (var talk = new Talk(wire)) {
                for (int seed = 0; seed < 12; seed++) {
                    var server = new KeptAnswerServer(wire, wire.transcripts.get(seed % wire.transcripts.size()));
                    if (seed % 3 == 0) {
                        server.cuts.add(Cut.after(server.length(0, server.events.size() / 2)));
                    }
                    talk.assertUncut(server, "seed " + seed, 1 + seed % 7);
                }
            }
        }
    }

    /** A client of servers that come one after the other. */
    private static final class Talk implements AutoCloseable {
        final Wire wire;
        final AtomicReference<KeptAnswerServer> server = new AtomicReference<>();
        final ScriptedPeer peer;
        final LlmClient client;

        Talk(Wire wire) {
            this.wire = wire;
            peer = ScriptedPeer.answering(request -> server.get().apply(request));
            client = ClientFixture.client(wire.at(peer.uri("")), settings -> settings.time(new NoWaitTime()));
        }

        private static Message message(List<StreamEvent> events) {
            var whole = new ChunkAggregator();
            events.forEach(whole::accept);
            return whole.snapshot();
        }

        /** @param most how many events a stream hands out before another takes over; 0 for all */
        void assertUncut(KeptAnswerServer next, String which, int most) {
            server.set(next);
            List<StreamEvent> uncut = next.uncut().events();
            RuntimeException expected = next.uncut().failure();
            var request = MessageRequest.builder()
                    .model("m")
                    .user("?")
                    .put("background", true)
                    .build();
            var events = new ArrayList<StreamEvent>();
            StreamException failure = null;
            MessageStream stream = client.stream(request);
            boolean more = true;
            while (more) {
                more = false;
                int left = most;
                try {
                    for (StreamEvent event : stream) {
                        events.add(event);
                        if (--left == 0 && stream.resumeToken().isPresent()) {
                            more = true;
                            break;
                        }
                    }
                } catch (StreamException e) {
                    failure = e;
                }
                if (more) {
                    String token = stream.detach();
                    stream.close();
                    stream = client.resume(token);
                }
            }
            assertThat(events).as(which).isEqualTo(uncut);
            if (failure == null || expected == null) {
                assertThat(failure).as(which).isSameAs(expected);
            } else {
                assertThat(failure).as(which).hasSameClassAs(expected);
            }
            assertThat(next.cuts).as(which).isEmpty();
            assertThat(next.begun).as(which).isOne();
            if (failure == null) {
                assertThat(stream.snapshot()).as(which).isEqualTo(message(uncut));
            }
            stream.close();
        }

        @Override
        public void close() {
            client.close();
            peer.close();
        }
    }
}
