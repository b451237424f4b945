package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.decode;
import static dev.sluice.provider.openai.OpenAiWire.delta;
import static dev.sluice.provider.openai.OpenAiWire.message;
import static dev.sluice.provider.openai.OpenAiWire.transcript;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent.MessageStart;
import dev.sluice.message.Usage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenAiUsageTest {

    @Test
    void whatCameFromTheCacheIsNoInput() {
        Usage usage = message(transcript("openai-text")).usage();
        assertThat(usage.inputTokens()).isEqualTo(306);
        assertThat(usage.cacheReadTokens()).isEqualTo(1536);
        assertThat(usage.outputTokens()).isEqualTo(96);
        assertThat(usage.thinkingTokens()).isEqualTo(64);
        assertThat(usage.totalInputTokens()).isEqualTo(1842);
        assertThat(usage.totalTokens()).isEqualTo(1938);
        assertThat(usage.extra()).containsOnlyKeys("prompt_tokens_details", "completion_tokens_details");
    }

    // OpenRouter
    @Test
    void norIsWhatWasWrittenToIt() {
        Usage usage = message(transcript("openrouter-reasoning-details")).usage();
        assertThat(usage).isEqualTo(new Usage(132, 40, 256, 512, 12, Map.of("cost", "0.00123")));
    }

    // DeepSeek
    @Test
    void theOlderNameOfTheCacheCountsToo() {
        assertThat(usage("{'prompt_tokens':10,'completion_tokens':2,'prompt_cache_hit_tokens':8}"))
                .isEqualTo(new Usage(2, 2, 8, 0, 0, Map.of()));
    }

    // xAI, Gemini's endpoint; SGLang has its thoughts beside the others
    @Test
    void thoughtsThatAreCountedBesideTheAnswerAreAddedToIt() {
        assertThat(message(transcript("gemini-endpoint-tools")).usage())
                .isEqualTo(new Usage(80, 80, 0, 0, 50, Map.of()));
        assertThat(usage("{'prompt_tokens':1,'completion_tokens':9,'total_tokens':10,'reasoning_tokens':4}"))
                .isEqualTo(new Usage(1, 9, 0, 0, 4, Map.of()));
    }

    @Test
    void whatOnlyTheTotalTellsIsTheAnswers() {
        assertThat(usage("{'prompt_tokens':10,'total_tokens':14}")).isEqualTo(Usage.of(10, 4));
        assertThat(usage("{'prompt_tokens':10,'total_tokens':10}")).isEqualTo(Usage.of(10, 0));
        assertThat(usage("{'prompt_tokens':0,'completion_tokens':0,'total_tokens':14}"))
                .isEqualTo(Usage.of(0, 14));
    }

    // Gateways in front of Gemini; the figures are those of an answer of 405 tokens of thoughts
    @Test
    void thoughtsThatOnlyTheTotalCountsAreTheAnswers() {
        assertThat(usage("{'prompt_tokens':20,'completion_tokens':198,'total_tokens':623}"))
                .isEqualTo(Usage.of(20, 603));
    }

    @Test
    void aTotalOfAnEarlierReportSaysNothingOfALaterOne() {
        Usage usage = message(decode(
                        "{'choices':[{'delta':{}}],'usage':{'prompt_tokens':5,'completion_tokens':40,'total_tokens':45}}",
                        "{'choices':[],'usage':{'prompt_tokens':5,'completion_tokens':20}}",
                        "[DONE]"))
                .usage();
        assertThat(usage).isEqualTo(Usage.of(5, 20));
    }

    // Gateways in front of Claude
    @Test
    void aCacheThatIsMoreThanThePromptIsCountedBesideIt() {
        assertThat(usage("{'prompt_tokens':10,'completion_tokens':2,"
                        + "'prompt_tokens_details':{'cached_tokens':8,'cache_write_tokens':4}}"))
                .isEqualTo(new Usage(10, 2, 8, 4, 0, Map.of()));
    }

    @Test
    void aCacheIsCountedBesideThePromptIfTheTotalSaysSo() {
        String details = "'prompt_tokens_details':{'cached_tokens':40,'cache_write_tokens':10}";
        assertThat(usage("{'prompt_tokens':100,'completion_tokens':2,'total_tokens':152," + details + "}"))
                .isEqualTo(new Usage(100, 2, 40, 10, 0, Map.of()));
        assertThat(usage("{'prompt_tokens':100,'completion_tokens':2,'total_tokens':159,'reasoning_tokens':7," + details
                        + "}"))
                .isEqualTo(new Usage(100, 9, 40, 10, 7, Map.of()));
        assertThat(usage("{'prompt_tokens':100,'completion_tokens':2,'total_tokens':102," + details + "}"))
                .isEqualTo(new Usage(50, 2, 40, 10, 0, Map.of()));
    }

    /** Whatever is told: no count is negative, and the counts come to the total, or the total is kept. */
    @Test
    void noReportMakesACountNegativeOrLosesTheTotal() {
        long[] numbers = {-1, 0, 3, 10};
        for (int i = 0; i < 1 << 12; i++) {
            long total = numbers[i & 3];
            long prompt = numbers[i >> 2 & 3];
            long completion = numbers[i >> 4 & 3];
            String report = "{'total_tokens':" + total + ",'prompt_tokens':" + prompt + ",'completion_tokens':"
                    + completion
                    + ",'reasoning_tokens':" + numbers[i >> 6 & 3] + ",'prompt_tokens_details':{'cached_tokens':"
                    + numbers[i >> 8 & 3] + ",'cache_write_tokens':" + numbers[i >> 10] + "}}";
            Usage usage = usage(report);
            assertThat(List.of(
                            usage.inputTokens(),
                            usage.outputTokens(),
                            usage.cacheReadTokens(),
                            usage.cacheWriteTokens(),
                            usage.thinkingTokens()))
                    .as(report)
                    .noneMatch(tokens -> tokens < 0);
            if (total > 0 && !usage.extra().containsKey("total_tokens")) {
                assertThat(total).as(report).isIn(usage.totalTokens(), usage.inputTokens() + usage.outputTokens());
            }
        }
    }

    // Groq
    @Test
    void aReportInGroqsOwnFieldCounts() {
        Usage usage = message(decode(
                        "{'choices':[{'delta':{'content':'a'},'finish_reason':'stop'}]}",
                        "{'choices':[],'x_groq':{'id':'r','usage':{'prompt_tokens':3,'completion_tokens':1}}}"))
                .usage();
        assertThat(usage).isEqualTo(Usage.of(3, 1));
    }

    @Test
    void whatElseIsInGroqsOwnFieldIsKept() {
        Message said = message(decode(
                "{'choices':[{'delta':{'content':'a'}}],'x_groq':{'id':'r'}}",
                "{'choices':[{'delta':{},'finish_reason':'stop'}],"
                        + "'x_groq':{'id':'r','usage':{'prompt_tokens':3,'completion_tokens':1},'x':1}}"));
        assertThat(said.usage()).isEqualTo(Usage.of(3, 1));
        assertThat(said.extra()).isEqualTo(Map.of("x_groq", "{\"id\":\"r\",\"x\":1}"));
    }

    /** vLLM's continuous usage: each chunk has it, with its choice. */
    @Test
    void aLaterReportTakesThePlaceOfAnEarlierOne() {
        var events = decode(
                "{'choices':[{'delta':{'content':'a'}}],'usage':{'prompt_tokens':5,'completion_tokens':1}}",
                "{'choices':[{'delta':{'content':'b'}}],'usage':{'prompt_tokens':5,'completion_tokens':2}}",
                "{'choices':[{'delta':{},'finish_reason':'stop'}],'usage':{'completion_tokens':3}}",
                "{'choices':[],'usage':null}",
                "[DONE]");
        assertThat(((MessageStart) events.getFirst()).message().usage()).isEqualTo(Usage.of(5, 0));
        assertThat(message(events).usage()).isEqualTo(Usage.of(5, 3));
    }

    @Test
    void usageMayComeInTheLastChoiceOrAfterItOrNever() {
        assertThat(message(transcript("gateway-no-done")).usage()).isEqualTo(Usage.of(4, 3));
        assertThat(message(transcript("vllm-reasoning")).usage()).isEqualTo(Usage.of(18, 43));
        assertThat(message(transcript("openai-length")).usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void usageThatIsNoneOfOursIsKept() {
        assertThat(usage("{'prompt_tokens':null,'prompt_tokens_details':null,'queue_time':0.5}"))
                .isEqualTo(new Usage(0, 0, 0, 0, 0, Map.of("queue_time", "0.5")));
        assertThat(message(decode(delta("{}"), "{'choices':[],'usage':'none'}", "[DONE]"))
                        .extra())
                .containsEntry("usage", "\"none\"");
    }

    private static Usage usage(String wire) {
        return message(decode(delta("{}"), "{'choices':[],'usage':" + wire + "}", "[DONE]"))
                .usage();
    }
}
