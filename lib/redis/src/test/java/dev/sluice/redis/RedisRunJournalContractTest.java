package dev.sluice.redis;

import dev.sluice.tools.RunJournal;
import dev.sluice.tools.RunJournalContract;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each journal reaches Redis on a way of its own, which is cut when its process "dies". */
final class RedisRunJournalContractTest extends RunJournalContract {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    private static final Duration LEASE = Duration.ofMillis(900);

    private final String prefix = UUID.randomUUID() + ":";
    private final Map<RunJournal, TcpProxy> ways = new HashMap<>();

    @Override
    protected RunJournal open() {
        var way = new TcpProxy(redis.port());
        var journal = RedisRunJournal.builder(URI.create("redis://127.0.0.1:" + way.port()))
                .prefix(prefix)
                .lease(LEASE)
                .build();
        ways.put(journal, way);
        return journal;
    }

    @Override
    protected boolean kill(RunJournal journal) throws Exception {
        ways.get(journal).close();
        return true;
    }

    @Override
    protected Duration lease() {
        return LEASE;
    }

    @AfterEach
    void closeWays() throws Exception {
        for (Map.Entry<RunJournal, TcpProxy> each : ways.entrySet()) {
            each.getKey().close();
            each.getValue().close();
        }
    }
}
