package dev.sluice.redis;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** A script that Redis runs in one step. It is sent once to each server, and then named by its hash. Safe for any thread. */
final class LuaScript {
    private final byte[] text;
    private final byte[] sha;

    LuaScript(String text) {
        this.text = Keys.bytes(text);
        sha = Keys.bytes(sha1(this.text));
    }

    private static String sha1(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Runs it and returns its answer; null if that is nil. */
    @Nullable
    Object run(Connection connection, List<byte[]> keys, List<byte[]> arguments) {
        connection.sendCommand(Command.EVALSHA, command(sha, keys, arguments));
        try {
            return connection.getOne();
        } catch (JedisDataException e) {
            if (!String.valueOf(e.getMessage()).startsWith("NOSCRIPT")) {
                throw e;
            }
            connection.sendCommand(Command.EVAL, command(text, keys, arguments));
            return connection.getOne();
        }
    }

    private static byte[][] command(byte[] script, List<byte[]> keys, List<byte[]> arguments) {
        var command = new ArrayList<byte[]>(keys.size() + arguments.size() + 2);
        command.add(script);
        command.add(Keys.bytes(keys.size()));
        command.addAll(keys);
        command.addAll(arguments);
        return command.toArray(byte[][]::new);
    }
}
