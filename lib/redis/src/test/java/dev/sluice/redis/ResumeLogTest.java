package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.STRANGER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.MemoryResumeLog;
import dev.sluice.relay.RelayEvent;
import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog;
import dev.sluice.relay.ResumeLog.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every log keeps to. */
@ParameterizedClass
@EnumSource
final class ResumeLogTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    /** A log, and where its watchers are. */
    enum Kind {
        MEMORY,
        REDIS_WATCHED_ON_THE_SAME_NODE,
        REDIS_WATCHED_ON_ANOTHER_NODE,
        DURABLE_WATCHED_ON_THE_SAME_NODE,
        DURABLE_WATCHED_ON_ANOTHER_NODE;

        boolean isDurable() {
            return name().startsWith("DURABLE");
        }
    }

    @Parameter
    Kind kind;

    private ResumeLog writing;
    private ResumeLog watching;

    @BeforeEach
    void open() {
        if (kind == Kind.MEMORY) {
            open(MemoryResumeLog.builder().build());
        } else {
            open(node().build());
        }
    }

    private void open(ResumeLog log) {
        writing = log;
        watching = kind.name().endsWith("ANOTHER_NODE") ? node().build() : log;
    }

    @AfterEach
    void close() {
        if (writing != null) { // null if this machine has no Redis
            writing.close();
            watching.close();
        }
    }

    private RedisResumeLog.Builder node() {
        var node = RedisResumeLog.builder("127.0.0.1", redis.port());
        return kind.isDurable() // a lost writer is waited for
                ? node.lease(Duration.ofMillis(900)).recoverWithin(Duration.ofMillis(300))
                : node;
    }

    /** Opens the logs anew, so that they keep only so many events of a stream, about. */
    private void keepOnly(int events) {
        close();
        if (kind == Kind.MEMORY) {
            open(MemoryResumeLog.builder().eventsPerStream(events).build());
        } else {
            open(node().maxEvents(events).build());
        }
    }

    private final String id = UUID.randomUUID().toString();

    private ResumeLog.Writer create() {
        return create(reason -> {});
    }

    private ResumeLog.Writer create(Consumer<String> cancel) {
        return kind.isDurable() ? writing.createDurable(id, OWNER, cancel) : writing.create(id, OWNER, cancel);
    }

    private Watcher watch(long after) {
        var watcher = new Watcher();
        watching.subscribe(id, OWNER, after, watcher);
        return watcher;
    }

    @Test
    void eventsAreNumberedFromOneAndComeAsTheyWereWritten() {
        var writer = create();
        assertThat(writer.append("a", "{\"x\":\"é€\\n\"}")).isEqualTo(new RelayEvent(1, "a", "{\"x\":\"é€\\n\"}"));
        assertThat(writer.append("b", "{}").id()).isEqualTo(2);
        writer.finish();
        var watcher = watch(0);
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        assertThat(watcher.events)
                .containsExactly(new RelayEvent(1, "a", "{\"x\":\"é€\\n\"}"), new RelayEvent(2, "b", "{}"));
    }

    @Test
    void whoComesBeforeInTheMiddleAndAfterSeesTheSame() {
        var writer = create();
        var early = watch(0);
        append(writer, 300);
        early.has(300);
        var middle = watch(0);
        append(writer, 300);
        writer.finish();
        var late = watch(0);
        for (Watcher watcher : List.of(early, middle, late)) {
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            watcher.saw(1, 600);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 8, 9, 10})
    void whoComesBackGetsWhatFollows(long after) {
        var writer = create();
        append(writer, 8);
        var first = watch(0).has(8);
        append(writer, 2);
        first.has(10);
        var back = watch(after);
        writer.finish();
        assertThat(back.end()).isEqualTo(End.FINISHED);
        back.saw(after + 1, 10);
    }

    @Test
    void manyWatchersThatComeWhileItIsWrittenMissNothing() {
        var writer = create();
        var watchers = new ArrayList<Watcher>();
        for (int i = 0; i < 40; i++) {
            append(writer, 25);
            watchers.add(watch(0));
        }
        writer.finish();
        for (Watcher watcher : watchers) {
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            watcher.saw(1, 1000);
        }
    }

    @Test
    void aWriterThatClosesWithoutAnEndIsLost() {
        var writer = create();
        append(writer, 3);
        var before = watch(0).has(3);
        writer.close();
        assertThat(before.end()).isEqualTo(End.WRITER_LOST);
        assertThat(watch(1).end()).isEqualTo(End.WRITER_LOST);
        before.saw(1, 3);
    }

    @Test
    void closingAfterTheEndChangesNothing() {
        var writer = create();
        append(writer, 3);
        writer.finish();
        writer.close();
        writer.finish();
        assertThat(watch(0).end()).isEqualTo(End.FINISHED);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 4, 5, 1_000_000, Long.MAX_VALUE, Long.MIN_VALUE})
    void aPlaceThatNeverWasIsExpired(long after) {
        var writer = create();
        append(writer, 3);
        watch(0).has(3);
        refuses(Code.EXPIRED, () -> watch(after));
        writer.finish();
        assertThat(watch(0).end()).isEqualTo(End.FINISHED);
        refuses(Code.EXPIRED, () -> watch(after));
    }

    @Test
    void whatIsNoLongerKeptIsExpired() {
        keepOnly(10);
        var writer = create();
        append(writer, 1_000);
        writer.finish();
        assertThat(watch(1_000).end()).isEqualTo(End.FINISHED);
        await().untilAsserted(() -> refuses(Code.EXPIRED, () -> watch(0))); // when Redis has been told as well
        refuses(Code.EXPIRED, () -> watch(500));
        assertThat(watch(990).end()).isEqualTo(End.FINISHED);
    }

    @Test
    void anotherSessionFindsNothing() {
        var writer = create();
        append(writer, 3);
        watch(0).has(3);
        refuses(Code.UNKNOWN, () -> watching.subscribe(id, STRANGER, 0, new Watcher()));
        refuses(Code.UNKNOWN, () -> watching.cancel(id, STRANGER, "mine now"));
        refuses(Code.UNKNOWN, () -> watching.isDelivered(id, STRANGER, 3));
        writer.finish();
        assertThat(watch(0).end()).isEqualTo(End.FINISHED);
        refuses(Code.UNKNOWN, () -> watching.subscribe(id, STRANGER, 0, new Watcher()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "", " ", "*", "a\nb", "\u0000", "é€😀"})
    void whatNeverWasIsUnknown(String name) {
        refuses(Code.UNKNOWN, () -> watching.subscribe(name, OWNER, 0, new Watcher()));
        refuses(Code.UNKNOWN, () -> watching.cancel(name, OWNER, "stop"));
        refuses(Code.UNKNOWN, () -> watching.isDelivered(name.repeat(1000), OWNER, 0));
    }

    @Test
    void deliveredIsWhatHasEndedWellAndHasNothingAfter() {
        var writer = create();
        append(writer, 3);
        watch(0).has(3);
        assertThat(watching.isDelivered(id, OWNER, 3)).isFalse();
        writer.finish();
        assertThat(watch(3).end()).isEqualTo(End.FINISHED);
        assertThat(watching.isDelivered(id, OWNER, 3)).isTrue();
        assertThat(watching.isDelivered(id, OWNER, 2)).isFalse();
        refuses(Code.EXPIRED, () -> watching.isDelivered(id, OWNER, 4));
    }

    @Test
    void aRunIsToldOnceThatItIsToStop() {
        var reasons = new CopyOnWriteArrayList<String>();
        var writer = create(reasons::add);
        append(writer, 1);
        var watcher = watch(0).has(1);
        watching.cancel(id, OWNER, "enough €");
        await().until(() -> !reasons.isEmpty());
        watching.cancel(id, OWNER, "again");
        append(writer, 1);
        writer.finish();
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        watching.cancel(id, OWNER, "too late");
        assertThat(reasons).containsExactly("enough €");
    }

    @Test
    void aClosedWatchIsToldNoMore() {
        var writer = create();
        append(writer, 1);
        var watcher = new Watcher();
        var subscription = watching.subscribe(id, OWNER, 0, watcher);
        watcher.has(1);
        subscription.close();
        subscription.close();
        append(writer, 5);
        writer.finish();
        assertThat(watch(0).end()).isEqualTo(End.FINISHED);
        watcher.saw(1, 1);
        assertThat(watcher.hasEnded()).isFalse();
    }

    @Test
    void aListenerThatFailsHarmsNobodyElse() {
        var writer = create();
        watching.subscribe(id, OWNER, 0, new ResumeLog.Listener() {
            @Override
            public void events(List<RelayEvent> events) {
                throw new IllegalStateException("broken listener");
            }

            @Override
            public void end(End end) {}
        });
        var watcher = watch(0);
        append(writer, 5);
        writer.finish();
        assertThat(watcher.end()).isEqualTo(End.FINISHED);
        watcher.saw(1, 5);
    }

    @Test
    void aNameIsGivenOnce() {
        create();
        assertThatThrownBy(this::create)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("streamId");
    }
}
