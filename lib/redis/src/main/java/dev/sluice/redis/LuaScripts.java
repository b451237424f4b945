package dev.sluice.redis;

/**
 * The scripts that Redis runs in one step. Each checks first that the writer still holds its stream. A writer that was
 * silent for longer than its lease must not continue, because its watchers know it as lost.
 */
final class LuaScripts {
    private LuaScripts() {}

    /**
     * Keys: meta, lease. Arguments: owner, node, token, lease in ms, keep in ms, 1 if it may have another writer later. 1, or 0 if
     * there is such a stream. One that has this token in its lease was begun by an attempt whose answer was lost.
     */
    static final String CREATE = """
        if redis.call('EXISTS', KEYS[1]) == 1 then
          return redis.call('GET', KEYS[2]) == ARGV[3] and 1 or 0
        end
        redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'node', ARGV[2], 'durable', ARGV[6])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
        return 1
        """;

    /**
     * Keys: meta, lease, events. Arguments: owner, node, token, lease in ms, keep in ms, the least id before the first event. Drops the
     * stream that is there. Returns the id before the first event; or -1 if the stream is another session's. An entry has that id, and
     * tells readers of the dropped stream that it is gone. If the lease has this token, the same again.
     */
    static final String RECREATE = """
        local owner = redis.call('HGET', KEYS[1], 'owner')
        if owner and owner ~= ARGV[1] then return -1 end
        local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
        last = last and tonumber(string.sub(last[1], 3)) or 0
        if redis.call('GET', KEYS[2]) == ARGV[3] then return last end
        local begin = math.max(tonumber(ARGV[6]), last + 2)
        redis.call('DEL', KEYS[1], KEYS[3])
        redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'node', ARGV[2], 'durable', '1', 'bytes', 100)
        redis.call('XADD', KEYS[3], string.format('0-%.0f', begin), 'begin', '')
        redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        redis.call('PEXPIRE', KEYS[3], ARGV[5])
        return begin
        """;

    /**
     * Keys: meta, lease, events. Arguments: owner, node, token, lease in ms, keep in ms. Returns the id of the last event. Returns -1 if
     * the owner has no such durable stream, or it was begun anew and has no event yet; -2 if it has ended.
     */
    static final String TAKE_OVER = """
        local meta = redis.call('HMGET', KEYS[1], 'owner', 'durable')
        if meta[1] ~= ARGV[1] or meta[2] ~= '1' then return -1 end
        local last = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)[1]
        if last and last[2][1] == 'end' then return -2 end
        if last and last[2][1] == 'begin' then return -1 end
        redis.call('HSET', KEYS[1], 'node', ARGV[2])
        redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
        redis.call('PEXPIRE', KEYS[1], ARGV[5])
        redis.call('PEXPIRE', KEYS[3], ARGV[5])
        return last and tonumber(string.sub(last[1], 3)) or 0
        """;

    /**
     * Keys: events, lease, meta. Arguments: token, events and bytes to keep, life in ms, 1 if the last entry is the end or 2 if it says
     * that the writer leaves. Then id, type and JSON of each entry. Returns 1; or 0 if the lease is lost. Returns 0 also if Redis has
     * lost the events before these, as after a failover: readers would not notice the gap. An entry that is there already was written by
     * an attempt whose answer was lost. The newest event is kept however long it is. A full Redis takes an end without events, because
     * the script's first write then needs no memory.
     */
    static final String APPEND = """
        local lease = redis.call('GET', KEYS[2])
        if lease ~= ARGV[1] then
          if ARGV[5] == '2' then return lease == 'left:' .. ARGV[1] and 1 or 0 end
          local last = ARGV[5] == '1' and not lease and redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
          return last and last[1] == '0-' .. ARGV[#ARGV - 2] and last[2][1] == 'end' and 1 or 0
        end
        local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
        if tonumber(ARGV[6]) > (newest and tonumber(string.sub(newest[1], 3)) or 0) + 1 then return 0 end
        if #ARGV == 8 and ARGV[5] ~= '0' then redis.call('PEXPIRE', KEYS[3], ARGV[4]) end
        local bytes = 0
        for i = 6, #ARGV, 3 do
          local last = i + 3 > #ARGV
          if not (last and ARGV[5] == '2') then
            local done
            if last and ARGV[5] == '1' then
              done = redis.pcall('XADD', KEYS[1], '0-' .. ARGV[i], 'end', ARGV[i + 1])
            else
              done = redis.pcall('XADD', KEYS[1], '0-' .. ARGV[i], 't', ARGV[i + 1], 'd', ARGV[i + 2])
              if not done.err then bytes = bytes + #ARGV[i + 1] + #ARGV[i + 2] + 100 end
            end
            if done.err and not string.find(done.err, 'equal or smaller', 1, true) then
              return redis.error_reply(done.err)
            end
          end
        end
        local kept = redis.call('HINCRBY', KEYS[3], 'bytes', bytes)
        local count = redis.call('XLEN', KEYS[1])
        local ends = ARGV[5] == '1' and 1 or 0
        local most, mostBytes = ARGV[2] + ends, tonumber(ARGV[3])
        if kept > mostBytes or count > most + 100 then
          local least = 1 + ends
          local gone = 0
          while count > least and (kept > mostBytes or count > most) do
            for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(0-' .. gone, '+', 'COUNT', 50)) do
              if count > least and (kept > mostBytes or count > most) then
                gone = string.sub(entry[1], 3)
                kept = kept - #entry[2][2] - #(entry[2][4] or '') - 100
                count = count - 1
              end
            end
          end
          redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('0-%.0f', gone + 1))
          redis.call('HSET', KEYS[3], 'bytes', kept)
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        redis.call('PEXPIRE', KEYS[3], ARGV[4])
        if ARGV[5] == '1' then redis.call('DEL', KEYS[2]) end
        if ARGV[5] == '2' then redis.call('SET', KEYS[2], 'left:' .. ARGV[1], 'PX', ARGV[4]) end
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
