package dev.sluice.redis;

import dev.sluice.relay.ResumeLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** With the watchers on another machine. */
final class TwoNodesContractTest extends ResumeLogContract {
    private static RedisProcess redis;
    private ResumeLog log = RedisResumeLog.builder("127.0.0.1", redis.port).build();

    private final ResumeLog other =
            RedisResumeLog.builder("127.0.0.1", redis.port).build();

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
    }

    @AfterAll
    static void stop() {
        if (redis != null) {
            redis.close();
        }
    }

    @AfterEach
    void close() {
        log.close();
        other.close();
    }

    @Override
    ResumeLog writing() {
        return log;
    }

    @Override
    ResumeLog watching() {
        return other;
    }

    @Override
    ResumeLog keeping(int events) {
        log.close();
        log = RedisResumeLog.builder("127.0.0.1", redis.port).maxEvents(events).build();
        return log;
    }
}
