package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog.End;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watchers on another machine that claim to have more than Redis has. */
final class ResumePlaceTest {
    private static final Pattern CALLS = Pattern.compile("cmdstat_(hmget|exists|xrevrange|xrange):calls=(\\d+)");

    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private final String id = UUID.randomUUID().toString();

    /** The commands that look a stream up; a reader's own XREAD, which goes on all the time, is not among them. */
    private static int lookups() {
        try (var client = redis.client()) {
            return CALLS.matcher(client.info("commandstats"))
                    .results()
                    .mapToInt(call -> Integer.parseInt(call.group(2)))
                    .sum();
        }
    }

    @Test
    void aPlaceThatIsOneTooHighIsRefusedAfterOneLook() {
        try (var here = RedisResumeLog.builder("127.0.0.1", redis.port()).build();
                var there = RedisResumeLog.builder("127.0.0.1", redis.port()).build()) {
            var writer = here.create(id, OWNER, reason -> {});
            append(writer, 3);
            var first = new Watcher();
            var subscription = there.subscribe(id, OWNER, 0, first);
            first.has(3);
            subscription.close();
            int before = lookups();
            refuses(Code.EXPIRED, () -> there.subscribe(id, OWNER, 4, new Watcher()));
            assertThat(lookups() - before).isEqualTo(4);
            writer.finish();
        }
    }

    @Test
    void moreWatchersThanConnectionsWaitForTheirPlaceAndOthersAreServedMeanwhile() throws Exception {
        try (var path = new TcpProxy(redis.port());
                var here = RedisResumeLog.builder("127.0.0.1", path.port()).build();
                var there = RedisResumeLog.builder("127.0.0.1", redis.port()).build();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writer = here.create(id, OWNER, reason -> {});
            append(writer, 5);
            var first = new Watcher();
            there.subscribe(id, OWNER, 0, first);
            first.has(5);
            path.delay(200);
            append(writer, 5); // known to watchers of this machine only
            var back = new ArrayList<Future<Watcher>>();
            Callable<Watcher> resume = () -> {
                var watcher = new Watcher();
                there.subscribe(id, OWNER, 10, watcher);
                return watcher;
            };
            for (int i = 0; i < 3 * RedisServer.LENT; i++) {
                back.add(threads.submit(resume));
            }
            assertThat(there.isDelivered(id, OWNER, 5)).isFalse();
            for (var each : back) {
                each.get();
            }
            append(writer, 5);
            writer.finish();
            for (var each : back) {
                assertThat(each.get().end()).isEqualTo(End.FINISHED);
                each.get().saw(11, 15);
            }
        }
    }
}
