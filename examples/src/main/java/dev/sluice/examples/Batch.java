package dev.sluice.examples;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.LlmClient;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Answers 200 prompts, 20 at a time, with retries, and stops where the money ends. The prices are made up. */
public final class Batch {
    private static final Prices PRICES = Prices.uncached(new BigDecimal("3"), new BigDecimal("15"));

    private Batch() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        var prompts = IntStream.range(0, 200)
                .mapToObj("A haiku about mill %d"::formatted)
                .toList();
        var budget = Budget.cost(new BigDecimal("0.05"), PRICES);
        try (var client = demo.client(
                set -> set.model(demo.model()).maxTokens(300).maxConcurrent(20).maxRetries(4))) {
            var answers = answers(client, prompts, budget);
            System.out.println(answers.stream().collect(groupingBy(Future::state, counting())) + "; " + budget);
        }
    }

    /** An answer, or why there is none, for each prompt. */
    static List<Future<String>> answers(LlmClient client, List<String> prompts, Budget budget) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) { // closing it waits for all
            return prompts.stream()
                    .map(prompt -> threads.submit(() -> {
                        try (var stream =
                                client.stream(client.request().user(prompt).build(), budget)) {
                            return stream.finalText();
                        }
                    }))
                    .toList();
        }
    }
}
