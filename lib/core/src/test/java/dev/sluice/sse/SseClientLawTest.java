package dev.sluice.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason;
import dev.sluice.Timeouts;
import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that keep ids and break at any byte, in every way: each event comes once, in order, whoever restarts meanwhile. */
@Timeout(30)
class SseClientLawTest {
    private static final int EVENTS = 60;

    static IntStream seeds() {
        return IntStream.range(0, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noEventIsLostAndNoneComesTwice(int seed) throws Exception {
        var random = new Random(seed);
        List<SseEvent> all = IntStream.rangeClosed(1, EVENTS)
                .mapToObj(n -> new SseEvent(
                        n % 3 == 0 ? "message" : "kind" + n % 5,
                        "line \uD83D\uDE00\n".repeat(random.nextInt(4)) + "x".repeat(random.nextInt(400)),
                        "id-" + n,
                        null))
                .toList();
        var asked = new AtomicInteger();
        boolean restarts = seed % 4 == 0;
        try (var peer = ScriptedPeer.serving(
                        request -> answer(request, all, new Random(1000L * seed + asked.incrementAndGet())));
                var client = SseClient.builder(peer.uri("/"))
                        .timeouts(Timeouts.none())
                        .maxFailures(0)
                        .queueCapacity(1 + random.nextInt(20))
                        .onComment(comment -> assertThat(comment).isEqualTo("beat"))
                        .time(new NoWaitTime())
                        .start()) {
            Thread restarter = Thread.ofVirtual().start(() -> {
                while (restarts && client.endReason().isEmpty()) {
                    client.restart();
                    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(3_000_000));
                }
            });
            var heard = new ArrayList<SseEvent>();
            for (SseEvent event : client) {
                heard.add(event);
                assertThat(heard).isEqualTo(all.subList(0, heard.size()));
            }
            assertThat(heard).hasSameSizeAs(all);
            assertThat(client.endReason()).contains(new EndReason.Completed());
            restarter.join(); // it ends with the client
        }
    }

    private static Script answer(ReceivedRequest request, List<SseEvent> all, Random random) {
        String id = request.header("Last-Event-ID");
        int from = id == null ? 0 : Integer.parseInt(id.substring(3));
        if (from == all.size()) {
            return SseFixture.goodbye();
        }
        byte[] rest = stream(all.subList(from, all.size()), random);
        int most = Math.min(rest.length, 4000);
        // Now and then all of it: else a hundred connections would break in the last event before one does after it.
        byte[] sent = Arrays.copyOf(rest, random.nextInt(4) == 0 ? most : random.nextInt(most + 1));
        Script begun = Script.stream();
        for (int at = 0; at < sent.length; ) {
            int next = Math.min(sent.length, at + 1 + random.nextInt(1000));
            begun = begun.sse(Arrays.copyOfRange(sent, at, next));
            at = next;
        }
        return switch (random.nextInt(8)) {
            case 0 -> SseFixture.status(503);
            case 1 -> Script.empty().cut();
            case 2 -> begun.reset();
            case 3 -> begun.cutInsideChunk("data: ha");
            case 4 -> begun.cut();
            default -> begun.end();
        };
    }

    private static byte[] stream(List<SseEvent> events, Random random) {
        try {
            var out = new ByteArrayOutputStream();
            if (random.nextBoolean()) {
                out.writeBytes("\uFEFF:beat\n".getBytes(StandardCharsets.UTF_8));
            }
            var writer = new SseWriter(out);
            for (SseEvent event : events) {
                writer.write(event);
                if (random.nextInt(5) == 0) {
                    writer.comment("beat");
                }
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
