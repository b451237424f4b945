package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What an event costs in memory on its whole way, from bytes in a transport's hands to the user's loop and the message. A
 * count, not a time, so that it holds on any machine.
 *
 * <p>The reader is a virtual thread, and of those the JVM keeps no account by thread. It keeps one for the platform threads
 * that carry them, so what is looked at is all that the JVM has allocated; the least of several runs, for the compilers
 * remove some of it only after a while, and other threads may add to it.
 */
@Tag("allocation")
@Timeout(60)
class AllocationTest {
    /** To be lowered whenever the code has become better: about a quarter more than is measured. */
    private static final int BYTES_PER_TEXT_EVENT = 160;

    /** With the text that the decoder keeps, to see what a whole text has more. */
    private static final int BYTES_PER_TEXT_EVENT_OF_RESPONSES = 220;

    private static final int BYTES_PER_FRAGMENT_OF_INPUT = 160;

    /** The parser's own is most of it. */
    private static final int BYTES_PER_DECLINED_EVENT = 1_200;

    private static final int EVENTS = 50_000;
    private static final int RUNS = 6;
    private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void aTextEventAllocatesLittle() {
        assertThat(bytesPerEvent(ClaudeWire.textStart(0), ClaudeWire.text(0, "twelve chars")))
                .isLessThan(BYTES_PER_TEXT_EVENT);
    }

    @Test
    void aFragmentOfAToolsInputAllocatesLittle() {
        String start = ClaudeWire.toolStart(0, "toolu_1", "save") + ClaudeWire.inputJson(0, "{\"items\":[0");
        assertThat(bytesPerEvent(start, ClaudeWire.inputJson(0, ",\"value 01\"")))
                .isLessThan(BYTES_PER_FRAGMENT_OF_INPUT);
    }

    @Test
    void aTextEventThatTheScannerDeclinesDoesNotMakeItsFieldsAnew() {
        String otherOrder = "data: {\"index\":0,\"type\":\"content_block_delta\",\"delta\":"
                + "{\"text\":\"twelve chars\",\"type\":\"text_delta\"}}\n\n";
        assertThat(bytesPerEvent(ClaudeWire.textStart(0), otherOrder)).isLessThan(BYTES_PER_DECLINED_EVENT);
    }

    @Test
    void aTextChunkOfChatCompletionsAllocatesLittle() {
        String answer = chunk("\"content\":\"twelve chars\"").repeat(EVENTS)
                + chunk("},\"finish_reason\":\"stop\",\"x\":{")
                + "data: {\"choices\":[],\"usage\":{\"completion_tokens\":" + EVENTS + "}}\n\ndata: [DONE]\n\n";
        assertThat(bytesPerEvent(OpenAiChatCompletions.builder().apiKey("none").build(), answer))
                .isLessThan(BYTES_PER_TEXT_EVENT);
    }

    @Test
    void aTextEventOfTheResponsesApiAllocatesLittle() {
        String delta = "{\"type\":\"response.output_text.delta\",\"content_index\":0,\"delta\":\"twelve chars\","
                + "\"item_id\":\"msg_7c11c05dff7b9c8f9abbd0\",\"logprobs\":[],\"obfuscation\":\"q8Zr1\","
                + "\"output_index\":0,\"sequence_number\":";
        String answer = IntStream.range(0, EVENTS)
                        .mapToObj(i -> "event: response.output_text.delta\ndata: " + delta + i + "}\n\n")
                        .collect(Collectors.joining())
                + "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"output_tokens\":" + EVENTS
                + "}}}\n\n";
        assertThat(bytesPerEvent(OpenAi.builder().apiKey("none").build(), answer))
                .isLessThan(BYTES_PER_TEXT_EVENT_OF_RESPONSES);
    }

    private static String chunk(String delta) {
        return "data:"
                + " {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1785312204,\"model\":\"m\","
                + "\"system_fingerprint\":\"fp\",\"choices\":[{\"index\":0,\"delta\":{" + delta
                + "},\"logprobs\":null}],\"usage\":null,\"obfuscation\":\"q8Zr1\"}\n\n";
    }

    private static double bytesPerEvent(String blockStart, String delta) {
        return bytesPerEvent(
                Claude.builder().apiKey("none").build(),
                ClaudeWire.messageStart()
                        + blockStart
                        + delta.repeat(EVENTS)
                        + ClaudeWire.blockStop(0)
                        + ClaudeWire.messageDelta("end_turn", EVENTS)
                        + ClaudeWire.messageStop());
    }

    private static double bytesPerEvent(Provider provider, String answer) {
        try (var client = LlmClient.builder(provider)
                .transport(new InMemory(answer.getBytes(StandardCharsets.UTF_8)))
                .build()) {
            long least = IntStream.range(0, RUNS)
                    .mapToLong(run -> allocatedByOne(client))
                    .min()
                    .orElseThrow();
            return (double) least / EVENTS;
        }
    }

    private static long allocatedByOne(LlmClient client) {
        var request = MessageRequest.builder()
                .model("claude-sonnet-5")
                .maxTokens(100)
                .user("Tell me about rivers")
                .build();
        long before = MEMORY.getTotalThreadAllocatedBytes();
        int events = 0;
        try (MessageStream stream = client.stream(request)) {
            for (StreamEvent event : stream) {
                events++;
            }
            assertThat(stream.finalMessage().usage().outputTokens()).isEqualTo(EVENTS);
        }
        assertThat(events).isGreaterThan(EVENTS);
        return MEMORY.getTotalThreadAllocatedBytes() - before;
    }

    /** Answers every request with the same bytes, at most 16 KB at a time, as a socket would. */
    private record InMemory(byte[] answer) implements HttpTransport {
        @Override
        public TransportResponse open(TransportRequest request) {
            var body = new ByteArrayInputStream(answer) {
                @Override
                public int read(byte[] target, int offset, int length) {
                    return super.read(target, offset, Math.min(length, 16 * 1024));
                }
            };
            return new TransportResponse(200, Map.of("content-type", List.of("text/event-stream")), body);
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
