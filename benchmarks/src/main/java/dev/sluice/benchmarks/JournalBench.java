package dev.sluice.benchmarks;

import dev.sluice.benchmarks.wire.ClaudeStream;
import dev.sluice.benchmarks.wire.Shape;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.redis.RedisRunJournal;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisServer;

/**
 * What a journal costs: runs of two turns and one call, one after another, without a journal and with each kind. The model is in memory
 * and answers at once, so that a run is nothing but Sluice and its journal.
 *
 * <p>{@code mvn -q -Pbench -Dmain=dev.sluice.benchmarks.JournalBench}
 */
public final class JournalBench {
    private static final int WORDS = 200;
    private static final int RUNS = 200;
    private static final int ROUNDS = 9;
    private static final int WARM_UP = 3;
    private static final int PORT = 16_379;
    private static final MessageRequest REQUEST = MessageRequest.builder()
            .model("claude-sonnet-5")
            .maxTokens(1024)
            .user("Tell me about rivers")
            .build();
    private static final Tool SAVE = Tool.of("save", "Saves it.", "{\"type\":\"object\"}", (input, context) -> "done");

    private JournalBench() {}

    /** Runs it and prints medians. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("journal");
        var server = new RedisServer(PORT);
        server.start();
        var redis = URI.create("redis://127.0.0.1:" + PORT);
        try (LlmClient client = LlmClient.builder(
                                Claude.builder().apiKey("none").build())
                        .transport(new TwoTurns())
                        .build();
                RunJournal memory = RunJournal.inMemory();
                RunJournal directory = RunJournal.directory(folder);
                RunJournal fleet = RedisRunJournal.builder(redis).build()) {
            Map<String, @Nullable RunJournal> journals = new LinkedHashMap<>();
            journals.put("none", null);
            journals.put("inMemory()", memory);
            journals.put("directory(path)", directory);
            journals.put("RedisRunJournal", fleet);
            print(measure(client, journals));
            System.out.printf(Locale.ROOT, "Redis: %.1f scripts a run%n", scripts(redis, client, fleet));
        } finally {
            server.stop();
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The events per second of each round, by the journal's name. The journals take turns, so that a noisy minute is everybody's. */
    private static Map<String, double[]> measure(LlmClient client, Map<String, @Nullable RunJournal> journals) {
        Map<String, double[]> found = new LinkedHashMap<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (Map.Entry<String, @Nullable RunJournal> one : journals.entrySet()) {
                double[] rounds = found.computeIfAbsent(one.getKey(), name -> new double[ROUNDS]);
                double rate = rate(client, one.getValue(), one.getKey() + round);
                if (round >= 0) {
                    rounds[round] = rate;
                }
            }
        }
        return found;
    }

    private static double rate(LlmClient client, @Nullable RunJournal journal, String name) {
        long from = System.nanoTime();
        long events = 0;
        for (int i = 0; i < RUNS; i++) {
            events += run(client, journal, name + "-" + i);
        }
        return events / ((System.nanoTime() - from) / 1e9);
    }

    private static long run(LlmClient client, @Nullable RunJournal journal, String name) {
        ToolLoop.Builder builder = ToolLoop.builder(client, REQUEST).tools(SAVE);
        if (journal != null) {
            builder.journal(journal.claim(name));
        }
        long events = 0;
        try (ToolLoop run = builder.start()) {
            for (RunEvent ignored : run) {
                events++;
            }
        }
        return events;
    }

    private static double scripts(URI redis, LlmClient client, RunJournal journal) {
        try (var jedis = new Jedis(redis)) {
            jedis.configResetStat();
            for (int i = 0; i < RUNS; i++) {
                var unused = run(client, journal, "counted" + i);
            }
            String calls = jedis.info("commandstats")
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_evalsha:"))
                    .findFirst()
                    .orElseThrow();
            return Double.parseDouble(calls.replaceAll(".*:calls=(\\d+).*", "$1")) / RUNS;
        }
    }

    private static void print(Map<String, double[]> found) {
        double none = median(found.get("none"));
        System.out.println("| journal | events/s | of that without | ms a run more |");
        System.out.println("|---|---|---|---|");
        found.forEach((name, rounds) -> System.out.printf(
                Locale.ROOT,
                "| %s | %,.0f | %.2f | %.2f |%n",
                name,
                median(rounds),
                median(rounds) / none,
                (1 / median(rounds) - 1 / none) * 2 * WORDS * 1e3));
    }

    private static double median(double[] rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Says some words and calls the tool; after its result, says them again. */
    private static final class TwoTurns implements HttpTransport {
        private final byte[] last = ClaudeStream.body(new Shape(Shape.Kind.BULK, WORDS));
        private final byte[] first = withCall(new String(last, StandardCharsets.US_ASCII));

        private static byte[] withCall(String answer) {
            String call = """
                event: content_block_start
                data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"save","input":{}}}

                event: content_block_stop
                data: {"type":"content_block_stop","index":1}

                """;
            return answer.replace("event: message_delta", call + "event: message_delta")
                    .replace("end_turn", "tool_use")
                    .getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public TransportResponse open(TransportRequest request) throws IOException {
            boolean called = new String(request.body(), StandardCharsets.UTF_8).contains("\"tool_result\"");
            return new InMemory(called ? last : first, 16 * 1024).open(request);
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
