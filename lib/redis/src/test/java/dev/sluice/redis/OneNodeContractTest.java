package dev.sluice.redis;

import dev.sluice.relay.ResumeLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** With the watchers where the writer is. */
final class OneNodeContractTest extends ResumeLogContract {
    private static RedisProcess redis;
    private ResumeLog log = RedisResumeLog.builder("127.0.0.1", redis.port).build();

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
    }

    @Override
    ResumeLog writing() {
        return log;
    }

    @Override
    ResumeLog watching() {
        return log;
    }

    @Override
    ResumeLog keeping(int events) {
        log.close();
        log = RedisResumeLog.builder("127.0.0.1", redis.port).maxEvents(events).build();
        return log;
    }
}
