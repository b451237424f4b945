package dev.sluice.examples;

import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import java.math.BigDecimal;

/**
 * A session with a purse: two answers share a budget, the program is warned at half of it, and the second answer is stopped
 * where the money ends. The prices are made up; yours come from your provider's price list.
 */
public final class BudgetDemo {
    private static final String[] QUESTIONS = {"Tell me about rivers", "Tell me a long story about a river"};

    private BudgetDemo() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        Prices perMillionTokens =
                new Prices(new BigDecimal("3"), new BigDecimal("15"), new BigDecimal("0.30"), new BigDecimal("3.75"));
        Budget session = Budget.builder()
                .maxCost(new BigDecimal("0.004"), perMillionTokens)
                .alertAt(0.5, budget -> System.out.print(" [half is spent] "))
                .build();
        try (LlmClient client = demo.client()) {
            for (String question : QUESTIONS) {
                MessageRequest request = MessageRequest.builder()
                        .model(demo.model())
                        .maxTokens(2048)
                        .user(question)
                        .build();
                try (MessageStream stream = client.stream(request, session)) {
                    stream.text().forEach(System.out::print);
                    System.out.println("\n" + stream.endReason().orElseThrow());
                    System.out.println(session + "\n");
                }
            }
        }
    }
}
