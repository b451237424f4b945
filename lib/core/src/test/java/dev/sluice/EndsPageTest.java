package dev.sluice;

import static dev.sluice.test.peer.ClaudeWire.begin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamException.LimitExceeded;
import dev.sluice.budget.Budget;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of docs/ends.md happens, for each kind that it names: a stream, a run of tools, {@code send}. */
@Timeout(30)
class EndsPageTest {
    private static final Path PAGE = Path.of("../../docs/ends.md");
    private static final MessageRequest REQUEST =
            MessageRequest.builder().model("m").maxTokens(100).user("Tell me").build();
    private static final Tool TOOL = Tool.of("level", "the level", Gauge.class, (input, context) -> "2.4 m");

    record Gauge() {}

    /** What ends it; in the order of the page. */
    enum Cause {
        COMPLETE(answers()),
        CANCEL(silent()),
        CLOSE(silent()),
        CLIENT(silent()),
        INTERRUPT(silent()),
        EVENTS(answers()),
        TURNS(Script.stream(ClaudeWire.toolCall("call_1", "level", "{}"))),
        BUDGET(Script.stream().sse(begin("many words ".repeat(100))).stall()),
        SPENT(answers()),
        TOTAL(silent()),
        LINE(Script.stream().sse(begin("a")).sse("data: " + "x".repeat(5000) + "\n\n")),
        EARLY(Script.stream().sse(begin("a")).end()),
        CUT(Script.stream().sse(begin("a")).cut()),
        REFUSED(Script.json(400, ClaudeWire.errorJson("invalid_request_error", "no")));

        final Script script;

        Cause(Script script) {
            this.script = script;
        }

        /** Whether it happens while the answer is awaited, and not by itself. */
        boolean isAct() {
            return this == CANCEL || this == CLOSE || this == CLIENT || this == INTERRUPT;
        }

        private static Script answers() {
            return Script.stream(ClaudeWire.answer("Rivers run."));
        }

        private static Script silent() {
            return Script.stream().sse(begin("a")).stall();
        }
    }

    /** A row of the page. */
    record Row(Cause cause, List<String> cells) {
        List<String> kinds() {
            return List.of(cells.get(1).split(", "));
        }

        @Override
        public String toString() {
            return cells.getFirst();
        }
    }

    static List<Row> rows() throws IOException {
        List<List<String>> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(2, line.length() - 2).split(" \\| "))
                        .map(cell -> cell.replace("`", "").strip())
                        .toList())
                .skip(1)
                .toList();
        Cause[] causes = Cause.values();
        return Stream.iterate(0, i -> i < rows.size(), i -> i + 1)
                .map(i -> new Row(causes[i], rows.get(i)))
                .toList();
    }

    static Stream<Arguments> rowsAndKinds() throws IOException {
        return rows().stream().flatMap(row -> row.kinds().stream().map(kind -> Arguments.of(row, kind)));
    }

    @Test
    void thePageHasARowForEachCause() throws IOException {
        assertThat(rows()).hasSameSizeAs(Cause.values());
    }

    @ParameterizedTest
    @MethodSource("rowsAndKinds")
    void endsAsThePageSays(Row row, String kind) throws Exception {
        if (!kind.equals("send")) {
            try (var ending = new Ending(row.cause, kind)) {
                assertThat(ending.by(ending::loop)).as("the loop").isEqualTo(row.cells.get(2));
                assertThat(ending.end()).as("endReason()").isEqualTo(row.cells.get(4));
                ending.assertTold(row.cells.get(5));
            }
        }
        try (var ending = new Ending(row.cause, kind)) {
            assertThat(ending.by(ending::whole)).as("finalMessage()").isEqualTo(row.cells.get(3));
            ending.assertTold(row.cells.get(5));
        }
    }

    /** One stream, run or call, and what ends it. */
    private static final class Ending implements AutoCloseable {
        private final Cause cause;
        private final List<EndReason> told = new CopyOnWriteArrayList<>();
        private final ScriptedPeer peer;
        private final LlmClient client;
        private final StreamController controller;
        private final Budget budget = Budget.outputTokens(10);
        private MessageStream stream;
        private ToolLoop run;

        Ending(Cause cause, String kind) {
            this.cause = cause;
            boolean isSent = kind.equals("send");
            peer = ScriptedPeer.serving(isSent ? whole(cause) : cause.script);
            client = LlmClient.builder(
                            Claude.builder().apiKey("k").baseUrl(peer.uri("")).build())
                    .resilience(Resilience.none())
                    .limits(new Limits(
                            4000,
                            Limits.defaults().maxEventBytes(),
                            Limits.defaults().maxStreamBytes()))
                    .build();
            var settings = StreamController.builder().onStop(told::add);
            if (cause == Cause.EVENTS) {
                settings.maxChunks(2);
            } else if (cause == Cause.TOTAL) {
                settings.timeout(Duration.ofMillis(200));
            }
            controller = settings.build();
            if (cause == Cause.SPENT) {
                spend();
            }
            if (kind.equals("stream")) {
                stream = client.stream(REQUEST, controller, budget());
            } else if (kind.equals("run")) {
                run = ToolLoop.builder(client, REQUEST)
                        .tools(TOOL)
                        .maxTurns(1)
                        .controller(controller)
                        .budget(budget())
                        .start();
            }
        }

        private static Script whole(Cause cause) {
            return switch (cause) {
                case COMPLETE -> Script.json(200, """
                    {"id":"m","type":"message","role":"assistant","model":"m","stop_reason":"end_turn",\
                    "content":[{"type":"text","text":"Rivers run."}],"usage":{"input_tokens":1,"output_tokens":3}}\
                    """);
                case REFUSED, SPENT -> cause.script;
                default -> Script.empty().stall();
            };
        }

        private Budget budget() {
            return cause == Cause.BUDGET || cause == Cause.SPENT ? budget : Budget.outputTokens(1_000_000);
        }

        private void spend() {
            try (var other = ScriptedPeer.serving(Cause.BUDGET.script);
                    var spender = LlmClient.builder(Claude.builder()
                                    .apiKey("k")
                                    .baseUrl(other.uri(""))
                                    .build())
                            .build();
                    var spending = spender.stream(REQUEST, budget)) {
                spending.done();
            }
            assertThat(budget.isExhausted()).isTrue();
        }

        /** Consumes on this thread, while another one acts; returns what came of it. */
        String by(Runnable consuming) throws InterruptedException {
            Thread consumer = Thread.currentThread();
            Thread actor = Thread.ofVirtual().start(() -> {
                if (cause.isAct()) {
                    act(consumer);
                }
            });
            String outcome;
            try {
                consuming.run();
                outcome = stream == null && run == null || isWhole ? "returns" : "ends";
            } catch (StreamException e) {
                outcome = name(e);
                if (!(e instanceof StreamException.ApiError)
                        && cause != Cause.SPENT
                        && (stream != null || run != null)) {
                    assertThat(e.partial().id()).as("partial()").isEqualTo(ClaudeWire.MESSAGE_ID);
                }
            }
            assertThat(Thread.interrupted()).as("the interrupt is kept").isEqualTo(cause == Cause.INTERRUPT);
            actor.join();
            return outcome;
        }

        private void act(Thread consumer) {
            if (stream != null) {
                await().until(() -> stream.snapshot().text().equals("a"));
            } else if (run != null) {
                await().until(() -> run.snapshot().text().equals("a"));
            } else {
                peer.awaitRequest(1);
            }
            await().until(() -> consumer.getState() == Thread.State.WAITING);
            switch (cause) {
                case CANCEL -> controller.cancel();
                case CLOSE -> {
                    if (stream != null) {
                        stream.close();
                    } else {
                        run.close();
                    }
                }
                case CLIENT -> client.close();
                default -> consumer.interrupt();
            }
        }

        private boolean isWhole;

        void loop() {
            if (stream != null) {
                stream.forEach(event -> {});
            } else {
                run.forEach(event -> {});
            }
        }

        void whole() {
            isWhole = true;
            Message message = stream != null
                    ? stream.finalMessage()
                    : run != null ? run.finalMessage() : client.send(REQUEST, controller, budget());
            assertThat(message.text()).isEqualTo("Rivers run.");
        }

        String end() {
            return name((stream != null ? stream.endReason() : run.endReason()).orElseThrow());
        }

        /** Once, and what the page says. */
        void assertTold(String expected) {
            if (expected.equals("–")) {
                client.close(); // which would be told
                assertThat(told).isEmpty();
            } else {
                await().until(() -> !told.isEmpty());
                client.close();
                assertThat(told).map(Ending::name).containsExactly(expected);
            }
        }

        private static String name(EndReason end) {
            return switch (end) {
                case LimitReached(Limits.Limit limit, long value) -> "LimitReached(" + limit.name() + ")";
                case Failed(StreamException failure) ->
                    "Failed(" + failure.getClass().getSimpleName() + ")";
                default -> end.getClass().getSimpleName();
            };
        }

        private static String name(StreamException e) {
            return e instanceof LimitExceeded limit
                    ? "LimitExceeded(" + limit.limit().name() + ")"
                    : e.getClass().getSimpleName();
        }

        @Override
        public void close() {
            Optional.ofNullable(stream).ifPresent(MessageStream::close);
            Optional.ofNullable(run).ifPresent(ToolLoop::close);
            client.close();
            peer.close();
        }
    }
}
