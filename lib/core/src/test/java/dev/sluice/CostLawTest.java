package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.budget.Budget;
import dev.sluice.budget.Meters;
import dev.sluice.budget.Prices;
import dev.sluice.internal.budget.BudgetMeter;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.wire.Decoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The law of cost: what an answer costs is the sum of what the wire says was used, by hand. A price of its own for each kind
 * of token tells in which column a token was counted.
 */
class CostLawTest {
    /** In millionths of the currency for a token, so that a sum of the table is a whole number of them. */
    private static final long INPUT = 3;

    private static final long READ = 1;
    private static final long WRITE_5M = 4;
    private static final long WRITE_1H = 7;
    private static final long OUTPUT = 15;

    private static final Prices PRICES = Prices.builder()
            .input(BigDecimal.valueOf(INPUT))
            .output(BigDecimal.valueOf(OUTPUT))
            .cacheRead(BigDecimal.valueOf(READ))
            .cacheWrite5m(BigDecimal.valueOf(WRITE_5M))
            .cacheWrite1h(BigDecimal.valueOf(WRITE_1H))
            .build();

    private static final Map<String, Provider> PROVIDERS = Map.of(
            "claude",
            Claude.builder().apiKey("k").build(),
            "gemini",
            Gemini.builder().apiKey("k").build(),
            "openai",
            OpenAi.chatCompletions().apiKey("k").build(),
            "interactions",
            Gemini.interactions().apiKey("k").build(),
            "responses",
            OpenAi.builder().apiKey("k").build());

    /** The tokens that are paid for, added up from the last word of each transcript's wire. */
    record Row(String transcript, long input, long read, long write5m, long write1h, long output) {
        BigDecimal cost() {
            long millionths = input * INPUT + read * READ + write5m * WRITE_5M + write1h * WRITE_1H + output * OUTPUT;
            return BigDecimal.valueOf(millionths).movePointLeft(6);
        }

        /** The name and nothing else, for the report of the tests. */
        @Override
        public String toString() {
            return transcript;
        }
    }

    private static final List<Row> TABLE = List.of(
            new Row("claude-text", 31, 0, 0, 0, 46),
            new Row("claude-max-tokens", 19, 0, 0, 0, 20),
            new Row("claude-pings-multi-text", 58, 0, 0, 0, 61),
            new Row("claude-unicode", 44, 0, 0, 0, 160),
            new Row("claude-thinking-text", 72, 0, 0, 0, 74), // 49 of them thinking
            new Row("claude-tool-use-fragments", 412, 0, 0, 0, 118),
            new Row("claude-parallel-tool-use", 655, 0, 0, 0, 141),
            new Row("claude-web-search-citations", 9874, 0, 0, 0, 214),
            new Row("claude-midstream-overloaded", 90, 0, 0, 0, 1), // the last word before it broke off
            new Row("claude-truncated", 37, 0, 0, 0, 1),
            new Row("claude-compaction", 151_206 + 642, 0, 0, 0, 388 + 23),
            new Row("claude-mcp", 733 + 871, 0, 0, 0, 68 + 23),
            new Row("gemini-text", 14, 0, 0, 0, 32 + 88), // thoughts come on top
            new Row("gemini-thinking-function-call", 96, 0, 0, 0, 34 + 77),
            new Row("gemini-parallel-function-calls", 133, 0, 0, 0, 44 + 30),
            new Row("gemini-safety-block", 20, 0, 0, 0, 10),
            new Row("gemini-midstream-error", 25, 0, 0, 0, 0), // it broke off before its end, which counts the answer
            new Row("openai/deepseek-reasoning-tool", 410 - 384, 384, 0, 0, 52), // 9 of them reasoning
            new Row("openai/gateway-no-done", 4, 0, 0, 0, 3),
            new Row("openai/gemini-endpoint-tools", 80, 0, 0, 0, 30 + 50), // 160 in all: reasoning comes on top
            new Row("openai/llama-cpp-tool", 77 - 70, 70, 0, 0, 31),
            new Row("openai/mistral-thinking-parts", 9, 0, 0, 0, 20),
            new Row("openai/ollama-whole-tools", 301, 0, 0, 0, 58),
            new Row("openai/openai-parallel-tools", 133, 0, 0, 0, 61),
            new Row("openai/openai-text", 1842 - 1536, 1536, 0, 0, 96), // 64 of them reasoning
            new Row("openai/openrouter-reasoning-details", 900 - 256 - 512, 256, 512, 0, 40),
            new Row("openai/vllm-reasoning", 18, 0, 0, 0, 43),
            new Row("responses/responses-text", 29, 0, 0, 0, 37),
            new Row("responses/responses-reasoning-encrypted", 1811 - 1536 - 192, 1536, 192, 0, 233),
            new Row("responses/responses-parallel-interleaved", 412, 0, 0, 0, 96), // 41 of them reasoning
            new Row("responses/responses-web-search-annotations", 9214 - 4608, 4608, 0, 0, 188),
            new Row("responses/responses-open-dialect", 77, 0, 0, 0, 31),
            new Row(
                    "interactions/interactions-thought-search-text",
                    24 + 143,
                    0,
                    0,
                    0,
                    61 + 402), // the search's tokens
            new Row("interactions/interactions-parallel-calls", 188 - 64, 64, 0, 0, 52 + 71));

    static Stream<Row> table() {
        return TABLE.stream();
    }

    @ParameterizedTest
    @MethodSource("table")
    void anAnswerCostsWhatTheWireSaysItUsed(Row row) {
        assertThat(PRICES.cost(usage(events(row.transcript)))).isEqualByComparingTo(row.cost());
    }

    @ParameterizedTest
    @MethodSource("table")
    void aBudgetIsChargedTheSame(Row row) {
        Budget budget = Budget.cost(BigDecimal.TEN, PRICES);
        BudgetMeter meter = Meters.open(budget);
        events(row.transcript).forEach(meter::count);
        meter.close();
        if (budget.outputTokens().estimated()) { // it broke off, and the words that nobody counted are estimated
            assertThat(budget.inputTokens()).isEqualTo(row.input);
        } else {
            assertThat(budget.cost().orElseThrow()).isEqualByComparingTo(row.cost());
        }
    }

    @Test
    void everyTranscriptWithAUsageIsInTheTable() throws Exception {
        Path root = Path.of(CostLawTest.class.getResource("/transcripts").toURI());
        try (Stream<Path> files = Files.walk(root)) {
            List<String> used = files.filter(file -> file.toString().endsWith(".sse"))
                    .filter(CostLawTest::hasUsage)
                    .map(file ->
                            root.relativize(file).toString().replace('\\', '/').replace(".sse", ""))
                    .filter(name -> PROVIDERS.containsKey(vendor(name)))
                    .toList();
            assertThat(TABLE.stream().map(Row::transcript)).containsExactlyInAnyOrderElementsOf(used);
        }
    }

    private static boolean hasUsage(Path transcript) {
        try {
            return Files.readString(transcript).matches("(?s).*\"usage(Metadata)?\": ?\\{.*");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every kind of token that Claude's wire knows, in one answer of several passes, by both kinds of models' caches. */
    @Test
    void everyKindOfTokenOfEveryPassIsPaidFor() {
        List<StreamEvent> answer = claude("""
            {'type':'message_start','message':{'id':'m','usage':{'input_tokens':9000,'output_tokens':1,\
            'cache_read_input_tokens':500,'cache_creation_input_tokens':300,\
            'cache_creation':{'ephemeral_5m_input_tokens':100,'ephemeral_1h_input_tokens':200}}}}
            {'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'input_tokens':60,'output_tokens':20,\
            'cache_read_input_tokens':500,'cache_creation_input_tokens':300,'iterations':[\
            {'type':'compaction','input_tokens':9000,'output_tokens':80,'cache_read_input_tokens':0,\
            'cache_creation_input_tokens':0},\
            {'type':'message','model':'a','input_tokens':60,'output_tokens':20,'cache_read_input_tokens':500,\
            'cache_creation_input_tokens':300,\
            'cache_creation':{'ephemeral_5m_input_tokens':100,'ephemeral_1h_input_tokens':200}},\
            {'type':'advisor_message','model':'b','input_tokens':70,'output_tokens':5}]}}
            {'type':'message_stop'}\
            """);
        var row = new Row("", 9000 + 60 + 70, 500, 100, 200, 80 + 20 + 5);
        Usage usage = usage(answer);
        assertThat(PRICES.cost(usage)).isEqualByComparingTo(row.cost());
        assertThat(usage.contextTokens()).isEqualTo(60 + 500 + 300 + 20);
        assertThat(usage.totalInputTokens()).as("as the wire has it").isEqualTo(60 + 500 + 300);
        Budget budget = Budget.cost(BigDecimal.TEN, PRICES);
        BudgetMeter meter = Meters.open(budget);
        answer.forEach(meter::count);
        assertThat(budget.cost().orElseThrow()).isEqualByComparingTo(row.cost());
    }

    /** The last report has no lifetimes, so those of the first one hold; more than they name is the dearer kind. */
    @Test
    void theLifetimesOfTheFirstReportHoldForTheLast() {
        String start = """
            {'type':'message_start','message':{'id':'m','usage':{'input_tokens':10,'output_tokens':1,\
            'cache_creation_input_tokens':300,\
            'cache_creation':{'ephemeral_5m_input_tokens':100,'ephemeral_1h_input_tokens':200}}}}
            """;
        String end = "{'type':'message_delta','usage':{'output_tokens':20,'cache_creation_input_tokens':%d}}";
        assertThat(PRICES.cost(usage(claude(start + end.formatted(300)))))
                .isEqualByComparingTo(new Row("", 10, 0, 100, 200, 20).cost());
        assertThat(PRICES.cost(usage(claude(start + end.formatted(337)))))
                .isEqualByComparingTo(new Row("", 10, 0, 100, 237, 20).cost());
        String shortOnly = start.replace("100", "300").replace("200", "0");
        assertThat(PRICES.cost(usage(claude(shortOnly + end.formatted(337)))))
                .isEqualByComparingTo(new Row("", 10, 0, 337, 0, 20).cost());
    }

    private static List<StreamEvent> claude(String lines) {
        return Decoding.decode(lines.lines().toArray(String[]::new));
    }

    private static Usage usage(List<StreamEvent> events) {
        var answer = new ChunkAggregator();
        events.forEach(answer::accept);
        return answer.snapshot().usage();
    }

    private static List<StreamEvent> events(String transcript) {
        var events = new ArrayList<StreamEvent>();
        try (InputStream in = CostLawTest.class.getResourceAsStream("/transcripts/" + transcript + ".sse")) {
            Decoding.decode(new ByteArrayInputStream(in.readAllBytes()), PROVIDERS.get(vendor(transcript)), events);
        } catch (StreamException e) {
            assertThat(transcript).containsAnyOf("error", "overloaded");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    private static String vendor(String transcript) {
        return transcript.split("[/-]")[0];
    }
}
