package dev.sluice.redis;

import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.ResumeLog;
import org.junit.jupiter.api.AfterEach;

final class MemoryLogContractTest extends ResumeLogContract {
    private MemoryResumeLog log = MemoryResumeLog.builder().build();

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
        log = MemoryResumeLog.builder().eventsPerStream(events).build();
        return log;
    }
}
