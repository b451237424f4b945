package dev.sluice.examples;

import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.LlmClient;
import dev.sluice.provider.claude.Claude;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The batch: 200 prompts, 20 at a time, some of them refused at first, and a limit on what they cost. */
@Timeout(60)
class BatchTest {
    private static final Prices PRICES = Prices.uncached(new BigDecimal("3"), new BigDecimal("15"));
    private static final int WORDS = 50;
    private static final BigDecimal ONE_ANSWER =
            new BigDecimal("0.00078"); // 10 tokens at 3, and 50 at 15, of a million

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    private Script answer() {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        var events = new ArrayList<>(List.of(messageStart(), textStart(0)));
        for (int i = 0; i < WORDS; i++) {
            events.add(text(0, "mill"));
        }
        events.addAll(List.of(blockStop(0), messageDelta("end_turn", WORDS), messageStop()));
        return Script.stream()
                .sse(events.toArray(String[]::new))
                .then(connection -> running.decrementAndGet())
                .end();
    }

    private static List<String> prompts() {
        return IntStream.range(0, 200).mapToObj(i -> "Prompt " + i).toList();
    }

    private static long count(List<Future<String>> answers, Future.State state) {
        return answers.stream().filter(one -> one.state() == state).count();
    }

    /** Refuses each tenth request, and counts the others. */
    private ScriptedPeer peer(AtomicInteger answered) {
        var requests = new AtomicInteger();
        return ScriptedPeer.serving(request -> {
            if (requests.incrementAndGet() % 10 == 0) {
                return Script.json(529, errorJson("overloaded_error", "Overloaded"), "retry-after-ms", "1");
            }
            answered.incrementAndGet();
            return answer();
        });
    }

    private static LlmClient client(ScriptedPeer peer) {
        return LlmClient.builder(
                        Claude.builder().apiKey("k").baseUrl(peer.uri("")).build())
                .model("claude-sonnet-5")
                .maxTokens(300)
                .maxConcurrent(20)
                .maxRetries(4)
                .build();
    }

    @Test
    void allAreAnsweredWhereTheMoneyLasts() {
        var answered = new AtomicInteger();
        try (var peer = peer(answered);
                var client = client(peer)) {
            var budget = Budget.cost(new BigDecimal("1"), PRICES);
            var answers = Batch.answers(client, prompts(), budget);

            assertThat(count(answers, Future.State.SUCCESS)).isEqualTo(200);
            assertThat(most).hasValueBetween(2, 20);
            assertThat(budget.cost().orElseThrow()).isEqualByComparingTo(ONE_ANSWER.multiply(new BigDecimal(200)));
        }
    }

    @Test
    void theCostIsNeverMoreThanOneAnswerBeyondTheLimit() {
        var answered = new AtomicInteger();
        try (var peer = peer(answered);
                var client = client(peer)) {
            BigDecimal limit = ONE_ANSWER.multiply(new BigDecimal(50));
            var budget = Budget.cost(limit, PRICES);
            var answers = Batch.answers(client, prompts(), budget);

            assertThat(budget.cost().orElseThrow()).isBetween(limit, limit.add(ONE_ANSWER));
            assertThat(count(answers, Future.State.SUCCESS)).isBetween(30L, 51L);
            assertThat(answers)
                    .filteredOn(one -> one.state() == Future.State.FAILED)
                    .allSatisfy(one -> assertThat(one.exceptionNow()).isInstanceOf(LimitExceeded.class));
            assertThat(answered).hasValueLessThanOrEqualTo(50 + 20);
        }
    }

    @Test
    void itIsShort() throws IOException {
        try (var lines = Files.lines(Path.of("src/main/java/dev/sluice/examples/Batch.java"))) {
            assertThat(lines.dropWhile(line -> !line.startsWith("/**")).skip(1)).hasSizeLessThanOrEqualTo(35);
        }
    }
}
