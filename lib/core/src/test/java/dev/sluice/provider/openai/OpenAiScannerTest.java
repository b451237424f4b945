package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.OpenAiWire.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.sse.SseReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which chunks are taken. That they mean the same as to the parser is {@link OpenAiScannerFuzzTest}'s to say. */
class OpenAiScannerTest {

    @ParameterizedTest
    @CsvSource({
        "openai-text, 9",
        "vllm-reasoning, 5",
        "openai-unicode, 12",
        "openai-refusal, 1",
        "deepseek-reasoning-tool, 1",
        "azure-filter, 0",
    })
    void ofARecordingWhatFollowsOneOfItsKindIsTaken(String name, int deltas) {
        InputStream in = getClass().getResourceAsStream("/transcripts/openai/" + name + ".sse");
        assertThat(taken(in)).hasSize(deltas);
    }

    @Test
    void theSameChunkWithAnotherTextIsTaken() {
        assertThat(taken(
                        delta("{'content':'a'}"),
                        delta("{'content':'b'}"),
                        delta("{'content':'é \\n \\ud83d\\ude0a'}")))
                .containsExactly(new TextDelta("é \n 😊"));
        assertThat(taken(
                        delta("{'content':'','reasoning':'a'}"),
                        delta("{'content':'','reasoning':'b'}"),
                        delta("{'content':'','reasoning':'c'}")))
                .containsExactly(new ThinkingDelta("c"));
        assertThat(taken(
                        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':''}}]}"),
                        arguments("{"),
                        arguments("}"),
                        arguments(" ")))
                .containsExactly(new InputJsonDelta("}"), new InputJsonDelta(" "));
    }

    @Test
    void aCallThatIsTakenPieceByPieceEndsWhenItIsWhole() {
        assertThat(OpenAiWire.decode(
                        delta("{'tool_calls':[{'index':0,'id':'a','function':{'name':'f','arguments':''}}]}"),
                        arguments("{"),
                        arguments("\\\"x\\\":1"),
                        arguments("}"),
                        delta("{'content':'b'}")))
                .containsSubsequence(
                        new ContentBlockDelta(0, new InputJsonDelta("}")),
                        new ContentBlockStop(0),
                        new ContentBlockDelta(1, new TextDelta("b")));
    }

    // OpenAI
    @Test
    void theRandomStringMayBeAnother() {
        String[] chunks = IntStream.range(0, 5)
                .mapToObj(i ->
                        "{'choices':[{'delta':{'content':'a" + i + "'}}],'obfuscation':'" + "x".repeat(7 * i) + "'}")
                .toArray(String[]::new);
        assertThat(taken(chunks)).containsExactly(new TextDelta("a2"), new TextDelta("a3"), new TextDelta("a4"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'reasoning':'a','reasoning_content':'a'}", // if they differ they are two
                "{'reasoning':'a','reasoning_details':[{'type':'reasoning.text','text':'a'}]}", // which are kept
                "{'content':'a','tool_calls':[{'index':3,'function':{'arguments':'a'}}]}", // which wait for a name
                "{'content':'a','function_call':{'arguments':'a'}}",
                "{'content':[{'type':'text','text':'a'}]}",
                "{'content':'a','refusal':'a'}",
                "{'content':'a','audio':'a'}",
                "{'content':'a'},'finish_reason':'x'", // which may end a call
                "{'content':'a'}},{'index':0,'delta':{'content':''}",
                "{'content':'a'},'delta':{'content':''}",
                "{'tool_calls':[{'index':0,'function':{'arguments':{}}}]}",
                "{}",
            })
    void whatCouldComeToMoreWithAnotherTextIsLeftToTheParser(String delta) {
        assertThat(taken(delta(delta), delta(delta), delta(delta))).isEmpty();
    }

    @Test
    void anotherChunkInBetweenMayChangeWhatTheNextOneMeans() {
        assertThat(taken(
                        delta("{'content':'a'}"),
                        delta("{'content':'b'}"),
                        delta("{'reasoning':'c'}"),
                        delta("{'content':'d'}")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\ud83d", "\uFFFD", "a','x':'b", "a'", "\\x"})
    void aTextThatIsEmptyOrDoubtfulIsLeftToTheParser(String text) {
        var sse = new SseReader(
                OpenAiWire.bytes(
                        delta("{'content':'a'}"), delta("{'content':'b'}"), delta("{'content':'" + text + "'}")),
                Limits.defaults());
        var scanner = new OpenAiScanner();
        var decoder = new OpenAiDecoder(scanner);
        assertThat(next(sse)).isTrue();
        decoder.decode(sse, event -> {});
        assertThat(next(sse)).isTrue();
        decoder.decode(sse, event -> {});
        assertThat(next(sse)).isTrue();
        assertThat(scanner.scan(sse)).isNull();
    }

    @Test
    void whereNoChunkIsLikeTheOneBeforeItIsNotTriedForEver() {
        String[] same = {delta("{'content':'a'}"), delta("{'content':'b'}"), delta("{'content':'c'}")};
        assertThat(taken(Stream.concat(different(15), Stream.of(same)).toArray(String[]::new)))
                .hasSize(2);
        assertThat(taken(Stream.concat(different(30), Stream.of(same)).toArray(String[]::new)))
                .isEmpty();
    }

    @Test
    void aLargeChunkIsNotKept() {
        String large = delta("{'content':'" + "a".repeat(5000) + "'}");
        assertThat(taken(large, large, large)).isEmpty();
    }

    private static Stream<String> different(int chunks) {
        return IntStream.range(0, chunks).mapToObj(i -> "{'created':" + i + ",'choices':[{'delta':{'content':'a'}}]}");
    }

    private static String arguments(String json) {
        return delta("{'tool_calls':[{'index':0,'function':{'arguments':'" + json + "'}}]}");
    }

    private static List<Delta> taken(String... data) {
        return taken(OpenAiWire.bytes(data));
    }

    /** What the scanner makes of the events of a stream, while a decoder that has it decodes them. */
    private static List<Delta> taken(InputStream in) {
        var taken = new ArrayList<Delta>();
        var scanner = new OpenAiScanner();
        var decoder = new OpenAiDecoder(scanner);
        var sse = new SseReader(in, Limits.defaults());
        while (next(sse)) {
            ContentBlockDelta delta = scanner.scan(sse);
            if (delta != null) {
                taken.add(delta.delta());
            }
            decoder.decode(sse, event -> {});
        }
        return taken;
    }

    private static boolean next(SseReader sse) {
        try {
            return sse.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
