package dev.sluice.redis.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.redis.SharedRedis;
import dev.sluice.test.peer.ScriptedModel;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs with four tools each, on nodes that are killed with SIGKILL: every run ends, no effect happens twice under one call key, and every
 * watcher reads what it would have read without a kill.
 */
final class KilledNodesTest {
    @RegisterExtension
    static final SharedRedis redis = new SharedRedis();

    @TempDir
    Path folder;

    @Test
    void runsOutliveTheirNodes() throws Exception {
        kill(2, 4, 3, 7);
    }

    /** Takes an hour; with {@code -Psoak}, and {@code -Dkills=…} for fewer of them. */
    @Tag("soak")
    @Test
    void runsOutliveTwoThousandKills() throws Exception {
        int kills = Integer.getInteger("kills", 2_000);
        long seed = Long.getLong("seed", 1);
        kill(2, kills / 2, 3, seed);
        kill(3, kills / 2, 3, seed + 1);
    }

    private void kill(int nodes, int kills, int atOnce, long seed) throws Exception {
        Path here = Files.createDirectories(folder.resolve(nodes + "-" + seed));
        var random = new Random(seed);
        var runs = new ConcurrentHashMap<Integer, KilledRun>();
        var wrongs = new ConcurrentLinkedQueue<String>();
        var count = new AtomicInteger();
        var resets = new AtomicLong();
        var stopping = new AtomicBoolean();
        var room = new Semaphore(atOnce);
        var effects = new Effects(here);
        try (ScriptedModel model = ScriptedModel.start();
                var fleet = new Fleet(redis.port(), model.port(), here);
                HttpClient http = HttpClient.newHttpClient();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < nodes; i++) {
                fleet.add();
            }
            var starter = threads.submit(() -> {
                while (!stopping.get()) {
                    room.acquire();
                    var run = new KilledRun(count.incrementAndGet(), fleet, http);
                    runs.put(run.number, run);
                    threads.submit(() -> {
                        try {
                            run.run();
                            check(run, effects, wrongs);
                            resets.addAndGet(run.resets());
                        } finally {
                            runs.remove(run.number);
                            room.release();
                        }
                        return null;
                    });
                }
                return null;
            });
            for (int i = 0; i < kills && wrongs.isEmpty(); i++) {
                Thread.sleep(random.nextInt(500));
                String killed = fleet.kill(random);
                for (Map.Entry<Integer, KilledRun> run : runs.entrySet()) {
                    if (owner(here, run.getKey()).equals(killed)) {
                        run.getValue().nodeKilled();
                    }
                }
                fleet.add();
            }
            stopping.set(true);
            room.release(); // frees the starter if it waits
            starter.get();
            threads.shutdown();
            assertThat(threads.awaitTermination(3, java.util.concurrent.TimeUnit.MINUTES))
                    .isTrue();
            System.err.printf(
                    "%d nodes, %d kills, %d runs, %d requests of the model, %d turns taken back, %d continued;"
                            + " %d kills seen: to the next event %s; the longest pause %s%n",
                    nodes,
                    kills,
                    count.get(),
                    model.requests(),
                    resets.get(),
                    model.continuations(),
                    fleet.recoveries().size(),
                    times(fleet.recoveries(), Recovery::toNextEvent),
                    times(fleet.recoveries(), Recovery::longestPause));
        }
        assertThat(wrongs).as("seed %s", seed).isEmpty();
    }

    private static void check(KilledRun run, Effects effects, ConcurrentLinkedQueue<String> wrongs) throws IOException {
        run.wrongs.forEach(wrong -> wrongs.add("run " + run.number + ": " + wrong));
        Map<String, Long> done = effects.of(run.number);
        done.forEach((key, times) -> {
            if (times != 1) {
                wrongs.add("run " + run.number + ": " + times + " effects of " + key);
            }
        });
        if (!run.isKnown()) { // its node was killed before it could say so: nobody watches it
            return;
        }
        for (List<String> turn : ScriptedModel.TOOLS) {
            long again = done.keySet().stream()
                    .filter(key -> key.startsWith(turn.get(0) + " "))
                    .count();
            long once = done.keySet().stream()
                    .filter(key -> key.startsWith(turn.get(1) + " "))
                    .count();
            if (again != 1 || once > 1) {
                wrongs.add("run " + run.number + ": effects " + done);
            }
        }
    }

    private static String owner(Path folder, int run) {
        try {
            return Files.readString(folder.resolve("owner." + run));
        } catch (IOException notStarted) {
            return "";
        }
    }

    private static String times(List<Recovery> recoveries, ToLongFunction<Recovery> time) {
        long[] sorted = recoveries.stream().mapToLong(time).sorted().toArray();
        return sorted.length == 0
                ? "-"
                : "median %d ms, p99 %d ms, max %d ms"
                        .formatted(
                                sorted[sorted.length / 2] / 1_000_000,
                                sorted[sorted.length * 99 / 100] / 1_000_000,
                                sorted[sorted.length - 1] / 1_000_000);
    }
}
