package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.blockStart;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.delta;
import static dev.sluice.test.peer.ClaudeWire.event;
import static dev.sluice.test.peer.ClaudeWire.inputJson;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.ping;
import static dev.sluice.test.peer.ClaudeWire.signature;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.thinking;
import static dev.sluice.test.peer.ClaudeWire.thinkingStart;
import static dev.sluice.test.peer.ClaudeWire.toolStart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.internal.continuation.JoinerFixture;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.Usage;
import dev.sluice.sse.SseReader;
import dev.sluice.test.peer.Script;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server that gives the answer of a transcript, cuts it off some times, and goes on with it when it is asked to, in other
 * pieces, blocks and words around it than the first time.
 */
final class InterruptedAnswerServer {
    private static final Pattern ANCHOR = Pattern.compile("<last_words>(.+)</last_words>", Pattern.DOTALL);

    private final byte[] transcript;
    private final Random random;
    private int cutsLeft;
    private int requests;
    private Usage usage = Usage.NONE;

    /** The answer if nothing breaks. */
    final Message uncut;

    final int cuts;

    InterruptedAnswerServer(String name, Random random, int cuts) {
        transcript = Script.transcriptBytes(name);
        this.random = random;
        this.cuts = cuts;
        cutsLeft = cuts;
        var whole = new ChunkAggregator();
        decode(transcript, whole::accept);
        uncut = whole.snapshot();
    }

    /** What is sent in answer to a request, cut somewhere as long as cuts are left. */
    byte[] answer(byte[] request) {
        byte[] whole = whole(request);
        byte[] sent = cutsLeft-- > 0 ? Arrays.copyOf(whole, cut(whole)) : whole;
        requests++;
        var said = new ChunkAggregator();
        decode(sent, said::accept);
        usage = sum(usage, said.usage());
        return sent;
    }

    /** Whether the last answer was cut. */
    boolean hasCut() {
        return cutsLeft >= 0;
    }

    int requests() {
        return requests;
    }

    /** What all answers said that they used. */
    Usage usage() {
        return usage;
    }

    static void decode(byte[] bytes, Consumer<StreamEvent> out) {
        try {
            var sse = new SseReader(new ByteArrayInputStream(bytes), Limits.defaults());
            var decoder = JoinerFixture.CLAUDE.decoder();
            while (sse.next()) {
                decoder.decode(sse, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A place where an answer can be gone on with: after it has begun, outside of thinking, before a call or the end. */
    private int cut(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int last = eventOf(text, "\"type\":\"tool_use\"");
        last = last < 0 ? eventOf(text, "\"type\":\"message_stop\"") - 1 : last;
        int begun = requests == 0 ? text.indexOf("\n\n") + 2 : 0;
        int thinking = bytes == transcript ? eventOf(text, "\"type\":\"thinking\"") : -1;
        int thought = text.indexOf("\n\n", text.indexOf("event: content_block_stop")) + 2;
        while (true) {
            int cut = random.nextInt(begun, last + 1);
            if (thinking < 0 || cut <= thinking || cut >= thought) {
                return cut;
            }
        }
    }

    /** Where the event begins that has this in its data; -1 if there is none. */
    private static int eventOf(String text, String data) {
        int at = text.indexOf(data);
        return at < 0 ? -1 : text.lastIndexOf("event: ", at);
    }

    private byte[] whole(byte[] request) {
        Map<String, Object> body = Json.readObject(new String(request, StandardCharsets.UTF_8));
        List<?> messages = (List<?>) body.get("messages");
        Map<?, ?> last = (Map<?, ?>) messages.getLast();
        if (messages.size() == 1) {
            return transcript;
        }
        if (last.get("role").equals("assistant")) {
            return sse(rest(last), false).getBytes(StandardCharsets.UTF_8);
        }
        Matcher anchor = ANCHOR.matcher(text(last));
        assertThat(anchor.find()).isTrue();
        Map<?, ?> before = (Map<?, ?>) messages.get(messages.size() - 2);
        assertThat(before.get("role")).isEqualTo("assistant");
        assertThat(text(before)).endsWith(anchor.group(1));
        String lead = random.nextInt(4) == 0 ? "\n " : "";
        return sse(lead + anchor.group(1) + rest(before), true).getBytes(StandardCharsets.UTF_8);
    }

    private String rest(Map<?, ?> begun) {
        String said = text(begun);
        assertThat(said).isEqualTo(said.stripTrailing());
        assertThat(uncut.text()).startsWith(said);
        return uncut.text().substring(said.length());
    }

    private static String text(Map<?, ?> message) {
        if (message.get("content") instanceof String text) {
            return text;
        }
        var text = new StringBuilder();
        for (Object block : (List<?>) message.get("content")) {
            Object words = ((Map<?, ?>) block).get("text");
            text.append(words == null ? "" : words);
        }
        return text.toString();
    }

    private String sse(String text, boolean mayThink) {
        var sse = new StringBuilder(event("message_start", """
            {"type":"message_start","message":{"model":"m","id":"msg_%d","type":"message","role":"assistant",\
            "content":[],"stop_reason":null,"usage":{"input_tokens":%d,"output_tokens":1}}}\
            """.formatted(requests, random.nextInt(100))));
        int index = 0;
        if (mayThink && random.nextInt(3) == 0) {
            sse.append(thinkingStart(index)).append(thinking(index, "go on")).append(signature(index, "s"));
            sse.append(blockStop(index++));
        }
        int from = 0;
        do {
            int to = random.nextInt(3) == 0 ? border(text, from, random.nextInt(1 + text.length())) : text.length();
            sse.append(textBlock(index++, text.substring(from, to)));
            from = to;
        } while (from < text.length());
        for (ToolUse use : uncut.toolUses()) {
            sse.append(toolStart(index, use.id(), use.name())).append(inputJson(index, use.input()));
            sse.append(blockStop(index++));
        }
        sse.append(event("message_delta", """
            {"type":"message_delta","delta":{"stop_reason":"%s"},"usage":{"output_tokens":%d}}\
            """.formatted(uncut.stopReason(), random.nextInt(100))));
        return sse.append(messageStop()).toString();
    }

    private String textBlock(int index, String text) {
        var sse = new StringBuilder();
        boolean filled = random.nextInt(8) == 0;
        int from = filled ? border(text, 0, random.nextInt(6)) : 0;
        sse.append(
                filled
                        ? blockStart(index, "{\"type\":\"text\",\"text\":" + Json.write(text.substring(0, from)) + "}")
                        : textStart(index));
        while (from < text.length()) {
            int to = border(text, from, 1 + random.nextInt(20));
            String piece = Json.write(text.substring(from, to));
            sse.append(delta(index, "{\"type\":\"text_delta\",\"text\":" + piece + "}"));
            sse.append(random.nextInt(5) == 0 ? ping() : "");
            from = to;
        }
        return sse.append(blockStop(index)).toString();
    }

    /** So many chars on, and one more if that is inside a character: JSON has no halves. */
    private static int border(String text, int from, int length) {
        int to = Math.min(text.length(), from + length);
        boolean inside =
                to > 0 && to < text.length() && Character.isSurrogatePair(text.charAt(to - 1), text.charAt(to));
        return inside ? to + 1 : to;
    }

    private static Usage sum(Usage a, Usage b) {
        return new Usage(
                a.inputTokens() + b.inputTokens(),
                a.outputTokens() + b.outputTokens(),
                a.cacheReadTokens() + b.cacheReadTokens(),
                a.cacheWriteTokens() + b.cacheWriteTokens(),
                a.thinkingTokens() + b.thinkingTokens(),
                b.extra());
    }
}
