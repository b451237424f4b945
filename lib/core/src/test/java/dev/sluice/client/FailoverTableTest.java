package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.error;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.thinking;
import static dev.sluice.test.peer.ClaudeWire.thinkingStart;
import static dev.sluice.test.peer.ClaudeWire.toolStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason;
import dev.sluice.Limits;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.budget.Budget;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.MediaSource.FileId;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each cell of the table of docs/failover.md happens: the next provider is asked, or the stream fails, or it ends. */
@Timeout(30)
class FailoverTableTest {
    private static final Path PAGE = Path.of("../../docs/failover.md");
    private static final Duration SHORT = Duration.ofMillis(150);

    /** What happens to the first provider's stream; in the order of the page. */
    enum Cause {
        RATE_LIMIT(status(429, "rate_limit_error")),
        OVERLOADED(status(529, "overloaded_error")),
        KEY(status(401, "authentication_error")),
        MODEL(status(404, "not_found_error")),
        INVALID(status(400, "invalid_request_error")),
        TOO_LARGE(status(413, "request_too_large")),
        PASSING_EVENT(
                begun -> begun.sse(error("overloaded_error", "Overloaded")).end()),
        OTHER_EVENT(begun -> begun.sse(error("invalid_request_error", "No")).end()),
        UNREACHABLE(begun -> Script.empty()),
        CUT(Script::cut),
        EARLY(Script::end),
        HEADERS(begun -> Script.empty().stall()),
        FIRST_EVENT(begun -> Script.stream().stall()),
        IDLE(Script::stall),
        BREAKER(begun -> Script.empty()),
        BULKHEAD(begun -> Script.empty()),
        CREDENTIALS(begun -> Script.empty()),
        PROTOCOL(begun ->
                begun.sse("event: content_block_delta\ndata: {\"index\n\n").end()),
        LINE(begun -> begun.sse("data: " + "x".repeat(5000) + "\n\n").stall()),
        TOTAL(Script::stall),
        BUDGET(begun -> begun.sse(text(0, "many words ".repeat(100))).stall()),
        CANCEL(Script::stall),
        CLIENT(Script::stall),
        THINKING(begun -> Script.stream()
                .sse(messageStart(), thinkingStart(0), thinking(0, "Hm"))
                .cut()),
        CALL(begun -> begun.sse(blockStop(0), toolStart(1, "call_1", "level"), blockStop(1))
                .cut()),
        LAST(begun -> begun.sse(blockStop(0), messageDelta("end_turn", 5)).cut()),
        SCHEMA(Script::cut),
        ASTRAY(Script::cut);

        final UnaryOperator<Script> then;

        Cause(UnaryOperator<Script> then) {
            this.then = then;
        }

        private static UnaryOperator<Script> status(int status, String type) {
            return begun -> Script.json(status, errorJson(type, "the server's words"));
        }
    }

    private static String[] begun(boolean mid) {
        return mid ? begin("One, ", "t") : new String[] {messageStart(), ping(), textStart(0)};
    }

    record Row(Cause cause, List<String> cells) {
        @Override
        public String toString() {
            return cells.getFirst();
        }
    }

    static List<Row> rows() throws IOException {
        List<List<String>> rows = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| what happens |"))
                .takeWhile(line -> line.startsWith("|"))
                .skip(2)
                .map(line -> Arrays.stream(line.substring(2, line.length() - 2).split(" \\| "))
                        .toList())
                .toList();
        assertThat(rows).hasSameSizeAs(Cause.values());
        return IntStream.range(0, rows.size())
                .mapToObj(i -> new Row(Cause.values()[i], rows.get(i)))
                .toList();
    }

    static Stream<Arguments> cells() throws IOException {
        return rows().stream()
                .flatMap(row -> Stream.of(1, 2)
                        .filter(column -> !row.cells.get(column).equals("–"))
                        .map(column ->
                                Arguments.of(row, column == 1 ? "before" : "in mid-answer", row.cells.get(column))));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void happensAsThePageSays(Row row, String when, String what) {
        try (var asked = new Asked(row.cause, when.equals("in mid-answer"), true)) {
            asked.assertOutcome(what);
        }
    }

    static Stream<Row> inMidAnswer() throws IOException {
        return rows().stream().filter(row -> row.cells.get(2).equals("next"));
    }

    @ParameterizedTest
    @MethodSource("inMidAnswer")
    void withoutTheOptInEveryRowFailsInMidAnswer(Row row) {
        try (var asked = new Asked(row.cause, true, false)) {
            asked.assertOutcome("fails");
        }
    }

    @Test
    void aProviderThatCannotBeSentTheRequestIsSkipped() {
        var overloaded = Script.json(529, errorJson("overloaded_error", "Overloaded"));
        try (var fixture = new FailoverFixture()
                        .claude(overloaded)
                        .openAi()
                        .claude(Script.stream(answer("Rivers run.")))
                        .build();
                var stream = fixture.client.stream(FailoverFixture.REQUEST.toBuilder()
                        .user(new Image(new FileId("file_1"), Map.of())) // chat completions take none
                        .build())) {
            assertThat(stream.finalText()).isEqualTo("Rivers run.");
            assertThat(fixture.requests()).containsExactly(1, 0, 1);
        }
    }

    /** A stream whose first provider meets the cause. */
    private static final class Asked implements AutoCloseable {
        private final Cause cause;
        private final boolean mid;
        private final ScriptedPeer first;
        private final ScriptedPeer second;
        private final LlmClient client;
        private final LlmClient next;
        private final LlmClient both;
        private final StreamController controller;
        private final MessageStream stream;
        private final Budget budget = Budget.outputTokens(10);

        Asked(Cause cause, boolean mid, boolean midAnswer) {
            this.cause = cause;
            this.mid = mid;
            first = ScriptedPeer.serving(cause.then.apply(Script.stream().sse(begun(mid))));
            boolean astray = cause == Cause.ASTRAY;
            second = ScriptedPeer.serving(Script.stream(astray ? answer("Sorry. One, two.") : answer("One, ", "two.")));
            if (cause == Cause.UNREACHABLE) {
                first.close();
            }
            client = client();
            next = ClientFixture.client(second.uri(""), settings -> settings.model("claude-sonnet-5"));
            var failover = Failover.builder(client, next);
            both = (midAnswer ? failover.midAnswer() : failover).build();
            var limits = StreamController.builder();
            switch (cause) {
                case HEADERS -> limits.headersTimeout(SHORT);
                case FIRST_EVENT -> limits.firstEventTimeout(SHORT);
                case IDLE -> limits.idleTimeout(SHORT);
                case TOTAL -> limits.timeout(SHORT);
                default -> {}
            }
            controller = limits.build();
            if (cause == Cause.BUDGET && !mid) {
                spend();
            }
            MessageRequest.Builder request = FailoverFixture.REQUEST.toBuilder();
            if (cause == Cause.SCHEMA) {
                request.outputSchema("{\"type\":\"object\"}");
            }
            stream = cause == Cause.BUDGET
                    ? both.stream(request.build(), controller, budget)
                    : both.stream(request.build(), controller);
        }

        private LlmClient client() {
            var claude = Claude.builder().baseUrl(first.uri(""));
            Provider provider = cause == Cause.CREDENTIALS
                    ? claude.credentials(request -> {
                                throw new IOException("no token");
                            })
                            .build()
                    : claude.apiKey("k").build();
            return ClientFixture.client(provider, settings -> {
                switch (cause) {
                    case BREAKER -> {
                        var breaker = CircuitBreaker.ofDefaults("first");
                        breaker.transitionToOpenState();
                        settings.resilience(Resilience.builder()
                                .noRetry()
                                .circuitBreaker(breaker)
                                .build());
                    }
                    case BULKHEAD ->
                        settings.resilience(Resilience.builder()
                                .noRetry()
                                .bulkhead(Bulkhead.of(
                                        "full",
                                        BulkheadConfig.custom()
                                                .maxConcurrentCalls(0)
                                                .maxWaitDuration(Duration.ZERO)
                                                .build()))
                                .build());
                    case LINE -> settings.limits(new Limits(4000, 16 << 20, 0));
                    default -> {}
                }
            });
        }

        private void spend() {
            try (var other = ScriptedPeer.serving(Script.stream()
                            .sse(begin("many words ".repeat(100)))
                            .stall());
                    var spender = ClientFixture.client(other.uri(""), settings -> {});
                    var spending = spender.stream(FailoverFixture.REQUEST, budget)) {
                spending.done();
            }
        }

        void assertOutcome(String what) {
            if (cause == Cause.CANCEL || cause == Cause.CLIENT) {
                Thread.ofVirtual().start(this::act);
            }
            var came = ClientFixture.collect(stream);
            EndReason end = stream.endReason().orElseThrow();
            switch (what) {
                case "next" -> {
                    assertThat(came.failure()).isNull();
                    assertThat(stream.snapshot().text()).isEqualTo("One, two.");
                    assertThat(second.requests()).hasSize(1);
                }
                case "fails" -> {
                    assertThat(came.failure()).isInstanceOf(StreamException.class);
                    assertThat(((StreamException) came.failure()).partial().text())
                            .isEqualTo(!mid || cause == Cause.THINKING ? "" : "One, t");
                    assertThat(second.requests()).hasSize(cause == Cause.ASTRAY ? 1 : 0);
                }
                default -> {
                    assertThat(came.failure()).isNull();
                    assertThat(end.isAbort()).isTrue();
                    assertThat(second.requests()).isEmpty();
                }
            }
        }

        private void act() {
            first.awaitRequest(1);
            if (mid) {
                await().until(() -> stream.snapshot().text().equals("One, t"));
            }
            if (cause == Cause.CANCEL) {
                controller.cancel();
            } else {
                client.close();
            }
        }

        @Override
        public void close() {
            stream.close();
            both.close();
            client.close();
            next.close();
            first.close();
            second.close();
        }
    }
}
