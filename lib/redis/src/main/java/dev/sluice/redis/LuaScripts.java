package dev.sluice.redis;

/**
 * The scripts that Redis runs in one step. Each checks first that the writer still holds its stream. A writer that was
 * silent for longer than its lease must not continue, because its watchers know it as lost.
 */
final class LuaScripts {
    private LuaScripts() {}

    /**
     * Keys: meta, lease. Arguments: owner, node, token, lease in ms, keep in ms. 1, or 0 if there is such a stream. One that
     * has this token in its lease was begun by an attempt whose answer was lost.
     */
    static final String CREATE = """
        if redis.call('EXISTS', KEYS[1]) == 1 then
          return redis.call('GET', KEYS[2]) == ARGV[3] and 1 or 0
        end
        redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'node', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
        return 1
        """;

    /**
     * Keys: events, lease, meta. Arguments: token, events to keep, life in ms, 1 if the last entry is the end. Then id,
     * type and JSON of each entry. Returns 1, or 0 if the lease is lost. An entry that is there already was written by
     * an attempt whose answer was lost.
     */
    static final String APPEND = """
        if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
        local ending = ARGV[4] == '1'
        for i = 5, #ARGV, 3 do
          local done
          if ending and i + 3 > #ARGV then
            done = redis.pcall('XADD', KEYS[1], '0-' .. ARGV[i], 'end', ARGV[i + 1])
          else
            done = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '0-' .. ARGV[i],
                't', ARGV[i + 1], 'd', ARGV[i + 2])
          end
          if done.err and not string.find(done.err, 'equal or smaller', 1, true) then
            return redis.error_reply(done.err)
          end
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        if ending then
          redis.call('DEL', KEYS[2])
          redis.call('PEXPIRE', KEYS[3], ARGV[3])
        end
        return 1
        """;

    /** Keys: lease, events, meta. Arguments: token, lease in ms, keep in ms. 1, or 0 if the lease is lost. */
    static final String RENEW = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('PEXPIRE', KEYS[2], ARGV[3])
        redis.call('PEXPIRE', KEYS[3], ARGV[3])
        return 1
        """;
}
