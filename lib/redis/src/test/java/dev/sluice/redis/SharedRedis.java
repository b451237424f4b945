package dev.sluice.redis;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.clients.jedis.Jedis;

/** A redis-server for all tests of a class. It starts when the first one needs it; those are skipped if this machine has none. */
public final class SharedRedis implements AfterAllCallback {
    private RedisProcess redis;

    /** Where it is, on this machine. */
    public int port() {
        return running().port;
    }

    Jedis client() {
        return running().client();
    }

    private RedisProcess running() {
        if (redis == null) {
            redis = RedisProcess.start();
        }
        return redis;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (redis != null) {
            redis.close();
            redis = null;
        }
    }
}
