package dev.sluice.provider.wire;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageDelta;
import java.util.List;

/** Chunks of Gemini's, and the events they become, in few words; quotes may be single. */
public final class GeminiEvents {
    public static final String STOP = "{'candidates':[{'finishReason':'STOP'}]}";

    private GeminiEvents() {}

    /** A chunk with these parts. */
    public static String parts(String... parts) {
        return "{'candidates':[{'content':{'parts':[" + String.join(",", parts)
                + "],'role':'model'},'index':0}],'responseId':'r','modelVersion':'m'}";
    }

    public static String text(String text) {
        return parts("{'text':'" + text + "'}");
    }

    /** What chunks mean that a reason to stop follows, without the events of the message itself. */
    public static List<StreamEvent> blocks(String... chunks) {
        String[] all = java.util.Arrays.copyOf(chunks, chunks.length + 1);
        all[chunks.length] = STOP;
        List<StreamEvent> events = Decoding.gemini(all);
        return events.subList(1, events.size() - 2);
    }

    /** How the answer of these chunks ends. */
    public static MessageDelta end(String... chunks) {
        return (MessageDelta) Decoding.gemini(chunks).reversed().get(1);
    }

    public static StreamEvent start(int index, ContentBlock block) {
        return new ContentBlockStart(index, block);
    }

    public static StreamEvent startText(int index) {
        return start(index, new ContentBlock.Text(""));
    }

    public static StreamEvent delta(int index, Delta delta) {
        return new ContentBlockDelta(index, delta);
    }

    public static StreamEvent text(int index, String text) {
        return delta(index, new Delta.TextDelta(text));
    }

    public static StreamEvent json(int index, String json) {
        return delta(index, new Delta.InputJsonDelta(json.replace('\'', '"')));
    }

    public static StreamEvent signature(int index, String signature) {
        return delta(index, new Delta.SignatureDelta(signature));
    }

    public static StreamEvent stop(int index) {
        return new ContentBlockStop(index);
    }
}
