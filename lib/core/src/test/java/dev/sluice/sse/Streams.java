package dev.sluice.sse;

import dev.sluice.Limits;
import dev.sluice.test.peer.Script;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Streams that have something to them, and how to read one. */
final class Streams {
    /** LF at each line end. The last event of some has no blank line. */
    private static final List<String> AWKWARD = List.of(
            "data: one\n\n",
            "data: one\n\ndata: two\n\n\n\ndata: three\n\n",
            "event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n",
            "data: {\ndata: \"foo\":\ndata:  \ndata: \ndata: true}\n\n\n",
            "data\n\ndata\ndata\n\ndata:",
            "data:nospace\n\ndata:  two\n\ndata: trailing \n\n",
            ": comment\n:\n::\n\n: another\ndata: x\n: inside\ndata: y\n\n:end\n",
            "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: 2\n\ndata: d\n\nid: no\0\ndata: e\n\n",
            "retry: 1500\ndata: a\n\nretry: 7\n\ndata: b\n\nretry: -1\nretry: x\nretry:\ndata: c\n\n",
            "unknown: x\nDATA: no\ndata : no\n data: no\nevents: no\nretr: 1\ndata: yes\n\n",
            "\uFEFFdata: marked\n\ndata: \uFEFFkept\n\n",
            "\uFEFF: comment\n\ndata: x\n\n",
            "\uFEFF\ndata: x\n\n",
            "\n\n\ndata: late\n\n",
            "data: a\u2028b\u2029c\u0085d\u000Be\u000Cf\u001Eg\n\n",
            "event: известни\ndata: こんにちは😊\nid: 𝄞\n\n",
            "event: cut\ndata: never\n",
            "data: whole\n\nid: lost\nevent: cut",
            "{\n  \"error\": {\n  }\n}",
            "data: " + "long ".repeat(1000) + "\n\nevent: after\ndata: short\n\n",
            "data: x\n".repeat(700) + "\n" + "data: y\n".repeat(2) + "\n",
            ": " + "c".repeat(5000) + "\ndata: behind\n\n",
            "");

    private Streams() {}

    static Stream<byte[]> awkward() {
        return AWKWARD.stream().map(ScriptedInputStream::utf8);
    }

    static Stream<String> transcripts() {
        return Stream.of(
                        "claude-max-tokens",
                        "claude-midstream-overloaded",
                        "claude-parallel-tool-use",
                        "claude-pings-multi-text",
                        "claude-text",
                        "claude-thinking-text",
                        "claude-tool-use-fragments",
                        "claude-truncated",
                        "claude-unicode",
                        "claude-web-search-citations",
                        "gemini-midstream-error",
                        "gemini-parallel-function-calls",
                        "gemini-safety-block",
                        "gemini-text",
                        "gemini-thinking-function-call")
                .map(name -> name + ".sse");
    }

    static byte[] transcript(String name) {
        return Script.transcriptBytes(name);
    }

    static List<SseEvent> read(InputStream in) throws IOException {
        return read(new SseReader(in, Limits.defaults()));
    }

    /** What is left of it. */
    static List<SseEvent> read(SseReader reader) throws IOException {
        var events = new ArrayList<SseEvent>();
        while (reader.next()) {
            events.add(reader.event());
        }
        return events;
    }
}
