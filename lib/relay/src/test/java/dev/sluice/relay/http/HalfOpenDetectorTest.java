package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.FakeTime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HalfOpenDetectorTest {
    private static final InetSocketAddress HERE = new InetSocketAddress("10.0.0.1", 8080);
    private static final InetSocketAddress THERE = new InetSocketAddress("10.0.0.2", 50_000);
    private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("10.0.0.3", 50_000);

    @TempDir
    Path directory;

    private final FakeTime time = new FakeTime();
    private final AtomicInteger found = new AtomicInteger();

    private ScriptedTcpTable table() throws IOException {
        return new ScriptedTcpTable(directory.resolve("tcp"));
    }

    /** Has it look once, and waits until it has. */
    private void look(HalfOpenDetector detector) {
        time.advance(Duration.ofSeconds(5));
        await().until(() -> time.scheduled() == (detector.watching() == 0 ? 0 : 1));
    }

    private HalfOpenDetector watching(ScriptedTcpTable table) {
        HalfOpenDetector detector = table.detector(Duration.ofSeconds(20), time);
        detector.watch(HERE, THERE, found::incrementAndGet);
        return detector;
    }

    private void looks(HalfOpenDetector detector, int count) {
        for (int i = 0; i < count; i++) {
            look(detector);
        }
    }

    @Test
    void aClientThatAcknowledgesNothingForTheLimitIsFoundOnce() throws Exception {
        ScriptedTcpTable table = table();
        HalfOpenDetector detector = watching(table);
        looks(detector, 10);
        table.unanswered(HERE, THERE, 1);
        look(detector);
        table.unanswered(HERE, THERE, 5);
        looks(detector, 3);
        assertThat(detector.watching()).isEqualTo(1);
        look(detector);
        await().until(() -> found.get() == 1);
        assertThat(detector.watching()).isZero();
        assertThat(time.scheduled()).as("timers while nothing is watched").isZero();
    }

    @Test
    void aClientThatAcknowledgesNowAndThenIsNotFound() throws Exception {
        ScriptedTcpTable table = table();
        HalfOpenDetector detector = watching(table);
        for (int i = 0; i < 20; i++) {
            table.unanswered(HERE, THERE, i % 3 == 0 ? 3 : 7);
            look(detector);
        }
        table.unanswered(HERE, THERE, 0);
        looks(detector, 10);
        assertThat(detector.watching()).isEqualTo(1);
    }

    @Test
    void oneOrTwoUnansweredAreBadLuckHoweverOftenTheyAreSeen() throws Exception {
        ScriptedTcpTable table = table();
        HalfOpenDetector detector = watching(table);
        table.unanswered(HERE, THERE, 2);
        looks(detector, 20);
        assertThat(detector.watching()).isEqualTo(1);
    }

    @Test
    void otherConnectionsDoNotCount() throws Exception {
        ScriptedTcpTable table = table();
        HalfOpenDetector detector = watching(table);
        table.unanswered(HERE, ELSEWHERE, 9);
        looks(detector, 10);
        assertThat(detector.watching()).isEqualTo(1);
    }

    @Test
    void aWatchThatIsStoppedFindsNothing() throws Exception {
        ScriptedTcpTable table = table();
        HalfOpenDetector detector = table.detector(Duration.ofSeconds(20), time);
        HalfOpenDetector.Watch watch = detector.watch(HERE, THERE, found::incrementAndGet);
        table.unanswered(HERE, THERE, 9);
        looks(detector, 2);
        watch.stop();
        look(detector);
        assertThat(time.scheduled()).isZero();
        assertThat(found).hasValue(0);
    }

    @Test
    void whereThereIsNoTableNothingIsWatched() {
        var detector = new HalfOpenDetector(new TcpTable(directory.resolve("none")), Duration.ofSeconds(20), time);
        detector.watch(HERE, THERE, found::incrementAndGet).stop();
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void aTableThatMakesNoSenseFindsNothingAndIsReadAgain() throws Exception {
        ScriptedTcpTable table = table();
        HalfOpenDetector detector = watching(table);
        table.write("sl\nnonsense\n");
        looks(detector, 10);
        assertThat(detector.watching()).isEqualTo(1);
        table.unanswered(HERE, THERE, 9);
        looks(detector, 5);
        await().until(() -> found.get() == 1);
    }
}
