package dev.sluice.redis;

/**
 * What a journal does in Redis. A run is held by the claim whose token its hash has; each script that writes for a claim checks that.
 * Whether the claim's lease is over is asked of the sorted set of open runs and of Redis' own clock, and only by who wants the run.
 *
 * <p>A full Redis refuses a script if its first write needs memory. If the first write needs none, it runs the whole script. So the
 * scripts that renew a claim or give it up begin with a write that needs none.
 */
final class JournalScripts {
    private JournalScripts() {}

    private static final String NOW = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        """;

    /** Gives the run to a claim. A run whose holder is still noted was lost by it. */
    private static final String TAKE = """
        local function take(id, run, records, answers, waits, token, lease, life)
          local before = redis.call('HGET', run, 'holder')
          if before ~= token then
            redis.call('HSET', run, 'holder', token)
            redis.call('HINCRBY', run, 'claims', 1)
            if before then redis.call('HINCRBY', run, 'losses', 1) end
            redis.call('HDEL', run, 'ended', 'parked')
            redis.call('DEL', waits)
          end
          redis.call('ZADD', KEYS[1], now + lease, id)
          for _, key in ipairs({run, records, answers, KEYS[1]}) do redis.call('PEXPIRE', key, life) end
          return {id, redis.call('HGET', run, 'losses') or '0', redis.call('LRANGE', records, 0, -1)}
        end
        """;

    /**
     * Keys: open runs, and the run's hash, records, answers and waits. Arguments: token, lease in ms, life in ms, run. Returns the run,
     * its losses and its records; or 0 if another claim holds it. With the holder's token, the same again. The script also removes up to
     * three open runs that Redis has lost, because nobody may ever call {@link #CLAIM_ABANDONED}.
     */
    static final LuaScript CLAIM = new LuaScript(NOW + TAKE + """
        local holder = redis.call('HGET', KEYS[2], 'holder')
        local ends = redis.call('ZSCORE', KEYS[1], ARGV[4])
        if holder and holder ~= ARGV[1] and ends and tonumber(ends) > now then return 0 end
        local got = take(ARGV[4], KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[1], ARGV[2], ARGV[3])
        local runs = string.sub(KEYS[2], 1, -1 - #ARGV[4])
        for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 3)) do
          if redis.call('EXISTS', runs .. id) == 0 then redis.call('ZREM', KEYS[1], id) end
        end
        return got
        """);

    /**
     * Keys: open runs. Arguments: token, lease in ms, life in ms, what the names of a run's keys begin with. Returns as {@link #CLAIM};
     * nil if there is none. A run that Redis has lost is forgotten. The run of this token is kept for a lease: if the answer was lost, a
     * second attempt gets the same run again.
     */
    static final LuaScript CLAIM_ABANDONED = new LuaScript(NOW + TAKE + """
        local more = string.sub(ARGV[4], 1, -2)
        local claimed = more .. '-claimed:' .. ARGV[1]
        local function give(id)
          local got = take(id, ARGV[4] .. id, more .. '-records:' .. id, more .. '-answers:' .. id, more .. '-waits:' .. id,
              ARGV[1], ARGV[2], ARGV[3])
          redis.call('SET', claimed, id, 'PX', ARGV[2])
          return got
        end
        local before = redis.call('GET', claimed)
        if before and redis.call('HGET', ARGV[4] .. before, 'holder') == ARGV[1] then return give(before) end
        for _ = 1, 100 do
          local id = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
          if not id then return false end
          if redis.call('EXISTS', ARGV[4] .. id) == 1 then return give(id) end
          redis.call('ZREM', KEYS[1], id)
        end
        return false
        """);

    /**
     * Keys: run, records. Arguments: token, number of the record from 0, record, bytes that a run may have, life in ms. Returns 1; 0 if
     * the claim is lost; -1 if there are not the records that were written before, as after a failover of Redis; -2 if there are too
     * many; -3 if the run is gone. A record that is there already was written by an attempt whose answer was lost.
     */
    static final LuaScript APPEND = new LuaScript("""
        if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then
          return redis.call('EXISTS', KEYS[1]) == 1 and 0 or -3
        end
        local count = redis.call('LLEN', KEYS[2])
        if count == ARGV[2] + 1 and redis.call('LINDEX', KEYS[2], -1) == ARGV[3] then return 1 end
        if count ~= tonumber(ARGV[2]) then return -1 end
        if redis.call('HINCRBY', KEYS[1], 'bytes', #ARGV[3]) > tonumber(ARGV[4]) then
          redis.call('HINCRBY', KEYS[1], 'bytes', -#ARGV[3])
          return -2
        end
        if redis.call('RPUSH', KEYS[2], ARGV[3]) == 1 then redis.call('PEXPIRE', KEYS[2], ARGV[5]) end
        return 1
        """);

    /** Keys: run. Arguments: token. Returns 1; 0 if the claim is lost. */
    static final LuaScript FORGET_LOSSES = new LuaScript("""
        if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
        redis.call('HDEL', KEYS[1], 'losses')
        return 1
        """);

    /**
     * Keys: open runs, and the run's hash, records, answers and waits. Arguments: token, life in ms, run, keys of calls. Returns 1; 0
     * if the claim is lost; 2 if there is an answer. Returns 1 also if this token has parked the run before: the answer of that attempt
     * was lost.
     */
    static final LuaScript PARK = new LuaScript("""
        if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[1] then
          return redis.call('HGET', KEYS[2], 'parked') == ARGV[1] and 1 or 0
        end
        for i = 4, #ARGV do
          if redis.call('HEXISTS', KEYS[4], ARGV[i]) == 1 then return 2 end
        end
        redis.call('HDEL', KEYS[2], 'holder')
        redis.call('HSET', KEYS[2], 'parked', ARGV[1])
        for i = 4, #ARGV do redis.call('SADD', KEYS[5], ARGV[i]) end
        redis.call('ZREM', KEYS[1], ARGV[3])
        for i = 2, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
        return 1
        """);

    /** Keys: as {@link #PARK}. Arguments: token, retention in ms, run. Nothing if the claim is lost. */
    static final LuaScript END = new LuaScript("""
        if redis.call('HGET', KEYS[2], 'holder') ~= ARGV[1] then return 0 end
        redis.call('HDEL', KEYS[2], 'holder')
        redis.call('HSET', KEYS[2], 'ended', '1')
        redis.call('ZREM', KEYS[1], ARGV[3])
        for i = 2, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
        return 1
        """);

    /**
     * Keys: open runs. Arguments: what the names of a run's keys begin with, by how much the losses grow, then run and token of each
     * claim to be given up.
     */
    static final LuaScript RELEASE = new LuaScript(NOW + """
        for i = 3, #ARGV, 2 do
          local run = ARGV[1] .. ARGV[i]
          if redis.call('HGET', run, 'holder') == ARGV[i + 1] then
            redis.call('HDEL', run, 'holder')
            redis.call('HINCRBY', run, 'losses', ARGV[2])
            redis.call('ZADD', KEYS[1], now, ARGV[i])
          end
        end
        return 1
        """);

    /**
     * Keys: open runs, and the run's hash, answers and waits. Arguments: run, key of the call, answer with the attempt's mark, bytes that
     * a run may have. Returns 1; 0 if there is an answer; -1 if there is no such run or it has ended; -2 if it has too much.
     */
    static final LuaScript ANSWER = new LuaScript(NOW + """
        if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('HEXISTS', KEYS[2], 'ended') == 1 then return -1 end
        local given = redis.call('HGET', KEYS[3], ARGV[2])
        if given then return given == ARGV[3] and 1 or 0 end
        if redis.call('HINCRBY', KEYS[2], 'bytes', #ARGV[2] + #ARGV[3]) > tonumber(ARGV[4]) then
          redis.call('HINCRBY', KEYS[2], 'bytes', -#ARGV[2] - #ARGV[3])
          return -2
        end
        redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
        redis.call('PEXPIRE', KEYS[3], math.max(redis.call('PTTL', KEYS[2]), 1))
        if redis.call('SISMEMBER', KEYS[4], ARGV[2]) == 1 then
          redis.call('DEL', KEYS[4])
          redis.call('ZADD', KEYS[1], now, ARGV[1])
        end
        return 1
        """);

    /** Keys: run, records. Returns the first record; nil if there is none, or the run has ended. */
    static final LuaScript FIRST = new LuaScript("""
        if redis.call('HEXISTS', KEYS[1], 'ended') == 1 then return false end
        return redis.call('LINDEX', KEYS[2], 0)
        """);

    /**
     * Keys: open runs. Arguments: what the names of a run's keys begin with, lease in ms, life in ms, then run and token of each claim.
     * Returns 1 for each claim that still holds its run, and 0 for the others.
     */
    static final LuaScript RENEW = new LuaScript(NOW + """
        local held = {}
        local more = string.sub(ARGV[1], 1, -2)
        for i = 4, #ARGV, 2 do
          local id = ARGV[i]
          local run = ARGV[1] .. id
          if redis.call('HGET', run, 'holder') == ARGV[i + 1] then
            for _, key in ipairs({run, more .. '-records:' .. id, more .. '-answers:' .. id}) do
              redis.call('PEXPIRE', key, ARGV[3])
            end
            redis.call('ZADD', KEYS[1], now + ARGV[2], id)
            held[#held + 1] = 1
          else
            held[#held + 1] = 0
          end
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return held
        """);
}
