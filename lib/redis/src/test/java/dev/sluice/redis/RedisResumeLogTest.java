package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.TimeSource;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog.End;
import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisResumeLogTest {

    private static void isRefused(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(parameter + ":");
    }

    private static void isRefused(String parameter, Consumer<RedisResumeLog.Builder> setting) {
        isRefused(parameter, () -> setting.accept(RedisResumeLog.builder("localhost", 6379)));
    }

    @Test
    void wrongSettingsAreRefusedByName() {
        isRefused("host", () -> RedisResumeLog.builder(" ", 6379));
        isRefused("port", () -> RedisResumeLog.builder("localhost", 0));
        isRefused("port", () -> RedisResumeLog.builder("localhost", 65_536));
        isRefused("afterEnd", builder -> builder.retention(Duration.ZERO));
        isRefused("events", builder -> builder.maxEvents(0));
        isRefused("lease", builder -> builder.lease(Duration.ofMillis(-1)));
        isRefused("limit", builder -> builder.timeout(Duration.ofNanos(1)));
        isRefused("bytes", builder -> builder.buffer(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://localhost:1", "redis:x", "redis://localhost", "localhost:6379", "redis://:secret@/1"})
    void anAddressThatIsNoneIsRefusedWithoutShowingIt(String address) {
        assertThatThrownBy(() -> RedisResumeLog.builder(URI.create(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("server:")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n"})
    void aStreamNeedsAName(String name) {
        try (var log =
                RedisResumeLog.builder("::1", 1).time(TimeSource.system()).build()) {
            isRefused("streamId", () -> log.create(name, OWNER, reason -> {}));
            isRefused("streamId", () -> log.create("x".repeat(201), OWNER, reason -> {}));
        }
    }

    @Test
    void passwordAndDatabaseComeFromTheAddress() {
        try (var redis = RedisProcess.absent("--requirepass", "pass word/1")) {
            redis.restartWith("pass word/1");
            var right = URI.create("redis://:pass%20word%2F1@127.0.0.1:" + redis.port + "/3");
            var wrong = URI.create("redis://:other@127.0.0.1:" + redis.port + "/3");
            try (var here = RedisResumeLog.builder(right).build();
                    var there = RedisResumeLog.builder(right).build();
                    var nowhere = RedisResumeLog.builder(wrong).build()) {
                var writer = here.create("a", OWNER, reason -> {});
                append(writer, 2);
                writer.finish();
                var watcher = new Watcher();
                there.subscribe("a", OWNER, 0, watcher);
                assertThat(watcher.end()).isEqualTo(End.FINISHED);
                refuses(Code.UNAVAILABLE, () -> nowhere.subscribe("a", OWNER, 0, new Watcher()));
            }
            try (var client = redis.client()) {
                client.auth("pass word/1");
                client.select(3);
                assertThat(client.exists("sluice:meta:a")).isTrue();
            }
        }
    }

    @Test
    void withTlsAServerThatHasNoneIsUnavailable() {
        try (var redis = RedisProcess.start();
                var log = RedisResumeLog.builder(URI.create("rediss://127.0.0.1:" + redis.port))
                        .timeout(Duration.ofMillis(300))
                        .build()) {
            refuses(Code.UNAVAILABLE, () -> log.create("a", OWNER, reason -> {}));
        }
    }

    @Test
    void prefixesKeepFleetsApart() {
        try (var redis = RedisProcess.start();
                var one = RedisResumeLog.builder("127.0.0.1", redis.port)
                        .prefix("one:")
                        .build();
                var two = RedisResumeLog.builder("127.0.0.1", redis.port)
                        .prefix("two:")
                        .build()) {
            one.create("a", OWNER, reason -> {});
            refuses(Code.UNKNOWN, () -> two.subscribe("a", OWNER, 0, new Watcher()));
            two.create("a", OWNER, reason -> {});
        }
    }
}
