package dev.sluice.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.message.Conversation;
import dev.sluice.relay.Caller;
import dev.sluice.relay.Relay;
import dev.sluice.relay.ResumeLog.End;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.Session;
import dev.sluice.relay.StartRequest;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal.Claim;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;

/** A run goes on after Redis has lost its stream: its watchers get all its events again. */
@Timeout(60)
final class LostStreamTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private static final Session OWNER = new Session("owner");
    private static final StartRequest ASKED =
            new StartRequest(OWNER, "", new Conversation(List.of(), List.of()), Map.of());

    /** A run with these events, which ends when the latch is open. */
    private record Told(List<RunEvent> events, CountDownLatch end) implements RunSource {
        @Override
        public Iterator<RunEvent> iterator() {
            Iterator<RunEvent> all = events.iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext() || !ended();
                }

                private boolean ended() {
                    try {
                        end.await();
                        return true;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return true;
                    }
                }

                @Override
                public RunEvent next() {
                    return all.next();
                }
            };
        }

        @Override
        public void cancel(String reason) {
            end.countDown();
        }

        @Override
        public void close() {
            end.countDown();
        }
    }

    private static RunFactory telling(List<RunEvent> events, int ends) {
        return request -> {
            Claim claim = request.journal().orElseThrow();
            var unused = claim.records();
            claim.append("{}"); // as a run does before its first event
            return new Told(events, new CountDownLatch(ends));
        };
    }

    private static RedisResumeLog log() {
        return RedisResumeLog.builder("127.0.0.1", redis.port()).build();
    }

    private static RedisRunJournal journal() {
        return RedisRunJournal.builder(URI.create("redis://127.0.0.1:" + redis.port()))
                .build();
    }

    @Test
    void aRunWhoseStreamIsLostIsToldFromItsBeginning() throws Exception {
        RunEvent word = new RunEvent.Debug(null, "a word");
        String id;
        try (var log = log();
                var journal = journal();
                var here = Relay.builder().log(log).journal(journal).build()) {
            id = here.start(Caller.of(OWNER), ASKED, telling(List.of(word, word), 1));
            here.shutdown(Duration.ofSeconds(5)); // hands the run over
        }
        try (Jedis client = redis.client()) {
            for (String key : List.of("events:", "meta:", "lease:")) {
                client.del("sluice:" + key + id);
            }
        }
        try (var log = log();
                var journal = journal();
                var there = Relay.builder().log(log).journal(journal).build();
                var elsewhere = log()) {
            there.recoverWith(telling(List.of(word, word, new RunEvent.StreamComplete()), 0));
            var watcher = new Watcher();
            await().ignoreExceptions().until(() -> {
                elsewhere.subscribe(id, OWNER, 0, watcher);
                return true;
            });
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            assertThat(watcher.events).hasSize(1);
            assertThat(watcher.events.getFirst().id()).isGreaterThan(1_000_000);
        }
    }
}
