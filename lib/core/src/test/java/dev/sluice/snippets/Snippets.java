package dev.sluice.snippets;

import dev.sluice.EndReason;
import dev.sluice.StreamController;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Prices;
import dev.sluice.client.Failover;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.continuation.Continuation;
import dev.sluice.message.Conversation;
import dev.sluice.message.Delta;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.resilience.Resilience;
import dev.sluice.resilience.RetryDefaults;
import dev.sluice.sse.SseClient;
import dev.sluice.sse.SseEvent;
import dev.sluice.tools.RunEvent;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryRegistry;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** One for each type that a program begins with. */
final class Snippets {
    private final Claude claude;
    private final LlmClient client;
    private final MessageRequest request;
    private final PrintStream out;

    Snippets(Claude claude, LlmClient client, MessageRequest request, PrintStream out) {
        this.claude = claude;
        this.client = client;
        this.request = request;
        this.out = out;
    }

    void client() {
        Claude provider = claude;
        // @start region="client"
        // One for the whole program; LlmClient.claude() takes the key from the environment.
        try (LlmClient client = LlmClient.builder(provider).build()) {
            MessageRequest request = MessageRequest.builder()
                    .model("claude-sonnet-5")
                    .maxTokens(1024)
                    .user("How high is the Douro?")
                    .build();
            try (MessageStream stream = client.stream(request)) {
                stream.text().forEach(out::print);
            }
            Message whole = client.send(request); // the same, not streamed
            out.println(whole.usage().outputTokens() + " tokens");
        }
        // @end
    }

    void stream() {
        // @start region="stream"
        try (MessageStream stream = client.stream(request)) {
            for (StreamEvent event : stream) {
                if (event instanceof StreamEvent.ContentBlockDelta(int block, Delta.TextDelta(String text))) {
                    out.print(text);
                }
            }
            out.println(stream.finalMessage().usage().outputTokens() + " tokens");
        }
        // @end
    }

    void controller() {
        // @start region="controller"
        StreamController controller = StreamController.builder()
                .timeout(Duration.ofMinutes(2))
                .idleTimeout(Duration.ofSeconds(20))
                .build();
        Thread.startVirtualThread(() -> controller.cancel("the user pressed stop")); // any thread, at any moment
        try (MessageStream stream = client.stream(request, controller)) {
            stream.text().forEach(out::print);
            if (stream.endReason().orElseThrow() instanceof EndReason.Cancelled cancelled) {
                out.println("Stopped: " + cancelled.reason());
            }
        }
        // @end
    }

    void aggregator() {
        // @start region="aggregator"
        ChunkAggregator answer = new ChunkAggregator(); // a stream has one of its own: MessageStream.snapshot()
        try (MessageStream stream = client.stream(request)) {
            for (StreamEvent event : stream) {
                answer.accept(event);
                out.print("\r" + answer.contentLength() + " characters");
            }
        }
        out.println(answer.finalResponse().content());
        // @end
    }

    void run() {
        // @start region="run"
        record Gauge(String river, int days) {}

        Tool level = Tool.of("river_level", "How high a river was", Gauge.class, (gauge, context) -> "2.41 m");
        try (ToolLoop run = client.run(request, level)) {
            for (RunEvent event : run) {
                switch (event) {
                    case RunEvent.MessageDelta words -> out.print(words.text());
                    case RunEvent.ToolComplete done -> out.println("[" + done.output() + "]");
                    default -> {}
                }
            }
            Conversation said = run.conversation(); // the next run goes on from here
            out.println(said.messages().size() + " messages");
        }
        // @end
    }

    void durable(Tool refund) {
        // @start region="durable"
        RunJournal journal = RunJournal.directory(Path.of("runs"));
        try (ToolLoop run = ToolLoop.builder(client, request)
                .tools(refund.afterCrash(Tool.AfterCrash.ASK))
                .approval((tool, call) -> ToolApproval.later()) // a person answers some other time
                .journal(journal.claim("order-4711")) // the same line goes on after a crash
                .start()) {
            run.on(RunEvent.ApprovalAsked.class, asked -> out.println("may it? " + asked.callKey()))
                    .done();
        }
        journal.answer("order-4711", "order-4711-1", ToolApproval.answer(ToolApproval.allow()));
        // @end
    }

    void events(URI uri) {
        // @start region="events"
        try (SseClient events = SseClient.builder(uri).start()) {
            for (SseEvent event : events) { // blocks; connects again when the connection ends
                out.println(event.type() + ": " + event.data());
            }
        }
        // @end
    }

    void budget() {
        // @start region="budget"
        Prices prices = Prices.uncached(new BigDecimal("3"), new BigDecimal("15")); // for a million tokens
        Budget budget = Budget.builder()
                .maxCost(new BigDecimal("0.50"), prices)
                .alertAt(
                        0.8,
                        spent -> out.println("Spent so far: " + spent.cost().orElseThrow()))
                .build();
        try (MessageStream stream = client.stream(request, budget)) { // and any number of others
            stream.text().forEach(out::print);
        }
        out.println("Left: " + budget.remainingCost().orElseThrow());
        // @end
    }

    void continuation() {
        // @start region="continuation"
        try (LlmClient client = LlmClient.builder(claude)
                        .continuation(Continuation.upTo(2))
                        .build();
                MessageStream stream = client.stream(request)) {
            out.println(stream.finalText()); // whole, although the connection broke
            out.println("Asked to go on: " + stream.metrics().continuations());
        }
        // @end
    }

    void failover(OpenAi openAi) {
        // @start region="failover"
        try (LlmClient first = LlmClient.builder(claude).build();
                LlmClient second = LlmClient.builder(openAi).model("gpt-5.4").build();
                LlmClient client = Failover.builder(first, second).midAnswer().build();
                MessageStream stream = client.stream(request)) {
            out.println(stream.finalText()); // whole, although Claude's connection broke
            out.println(stream.snapshot().parts()); // and who said what
        }
        // @end
    }

    void resilience() {
        // @start region="resilience"
        Resilience resilience = Resilience.builder()
                .retry(RetryRegistry.of(RetryDefaults.config()).retry("claude"))
                .circuitBreaker(CircuitBreakerRegistry.ofDefaults().circuitBreaker("claude"))
                .bulkhead(BulkheadRegistry.ofDefaults().bulkhead("claude"))
                .build();
        try (LlmClient client = LlmClient.builder(claude).resilience(resilience).build()) {
            out.println(client.send(request).text());
        }
        // @end
    }

    void conversation() {
        MessageRequest.Builder asking = request.toBuilder();
        // @start region="conversation"
        Conversation talk = Conversation.EMPTY.system("Be brief").user("How high is the Douro?");
        talk = talk.message(client.send(asking.conversation(talk).build()));
        String stored = talk.toJson();

        talk = Conversation.fromJson(stored).user("And the Tejo?");
        talk = talk.message(client.send(asking.conversation(talk).build()));
        out.println(talk.messages().size() + " messages");
        // @end
    }
}
