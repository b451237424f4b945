package dev.sluice.examples;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.test.server.Fault;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryRegistry;

/**
 * Tries again what a busy server refuses, and stops asking a server that goes on failing: with a retry and a circuit breaker
 * of the program's own registries, so that its metrics and its listeners know them. Always talks to the scripted server,
 * because it fails on demand.
 */
public final class RetriesAndBreaker {
    private RetriesAndBreaker() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(1024)
                .user("A haiku, please")
                .build();
        Retry retry = RetryRegistry.of(RetryDefaults.config()).retry("claude");
        retry.getEventPublisher()
                .onRetry(event -> System.out.println("(retry " + event.getNumberOfRetryAttempts() + " in "
                        + event.getWaitInterval().toMillis() + " ms: "
                        + event.getLastThrowable().getMessage() + ")"));
        CircuitBreaker breaker = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
                        .slidingWindowSize(4)
                        .minimumNumberOfCalls(4)
                        .build())
                .circuitBreaker("claude");
        breaker.getEventPublisher()
                .onStateTransition(event -> System.out.println("(" + event.getStateTransition() + ")"));
        Resilience resilience =
                Resilience.builder().retry(retry).circuitBreaker(breaker).build();
        try (LlmClient client = demo.scripted(
                settings -> settings.resilience(resilience),
                Fault.OVERLOADED,
                Fault.OVERLOADED,
                Fault.SLOW, // the first question: two refusals, then an answer
                Fault.CUT)) { // the second: broken off, the fourth request and the third failure
            for (int question = 1; question <= 3; question++) {
                ask(client, request);
            }
        }
    }

    private static void ask(LlmClient client, MessageRequest request) {
        try (MessageStream stream = client.stream(request)) {
            System.out.println(stream.finalText());
            System.out.println("after " + stream.metrics().retries() + " retries");
        } catch (StreamException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            System.out.println("so far: " + e.partial().text().replace("\n", " / "));
        }
    }
}
