package dev.sluice.provider.openai;

import static dev.sluice.provider.openai.ResponsesWire.added;
import static dev.sluice.provider.openai.ResponsesWire.delta;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.message.StreamEvent;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which events are taken from their bytes. That they mean the same as to the parser is {@link ResponsesFuzzTest}'s to say, too. */
class ResponsesScannerTest {
    private static final String BEGUN = "{'type':'response.created','response':{'id':'r','model':'m'}}";

    /** The fields of a delta; one number, one text and two signs that differ each time. */
    private static final List<String> FIELDS = List.of(
            "'type':'response.NAME.delta'",
            "'sequence_number':NUMBER",
            "'item_id':'item_1'",
            "'output_index':0",
            "'content_index':0",
            "'delta':'TEXT'",
            "'logprobs':[]",
            "'obfuscation':'RANDOM'");

    @ParameterizedTest
    @CsvSource({
        "responses-text, output_text",
        "responses-reasoning-encrypted, reasoning_summary_text",
        "responses-open-dialect, output_text",
        "responses-web-search-annotations, output_text",
    })
    void ofARecordingAllButTheFirstDeltaOfARowIsTaken(String name, String type) {
        List<String> data = ResponsesWire.transcript(name + ".sse");
        String delta = "\"response." + type + ".delta\"";
        long rows = IntStream.range(0, data.size())
                .filter(i -> data.get(i).contains(delta)
                        && (i == 0 || !data.get(i - 1).contains(delta)))
                .count();
        long deltas = data.stream().filter(each -> each.contains(delta)).count();
        assertThat(taken(data).stream().filter(text -> !text.isEmpty()).count()).isGreaterThanOrEqualTo(deltas - rows);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "output_text",
                "refusal",
                "function_call_arguments",
                "custom_tool_call_input",
                "reasoning_summary_text",
                "reasoning_text",
                "reasoning"
            })
    void everyKindOfTextIsTakenInWhateverOrderItsFieldsCome(String name) {
        var random = new Random(7);
        for (int round = 0; round < 50; round++) {
            var order = new ArrayList<>(FIELDS);
            Collections.shuffle(order, random);
            var data = new ArrayList<>(List.of(BEGUN));
            for (int i = 0; i < 5; i++) {
                data.add(order.stream()
                        .collect(Collectors.joining(",", "{", "}"))
                        .replace("NAME", name)
                        .replace("NUMBER", String.valueOf(98 + i))
                        .replace("TEXT", "é \\n" + i)
                        .replace("RANDOM", "x".repeat(7 * i)));
            }
            assertThat(taken(data)).as("%s", order).containsExactly("é \n1", "é \n2", "é \n3", "é \n4");
            assertSame(data);
        }
    }

    /** GitHub Copilot. The first three teach that ids change. */
    @Test
    void anIdThatChangesIsSteppedOver() {
        String[] data = IntStream.range(0, 6)
                .mapToObj(i -> ResponsesWire.event(
                        "output_text.delta", "'item_id':'item_" + i + "','output_index':0,'delta':'a" + i + "'"))
                .toArray(String[]::new);
        assertThat(taken(data)).containsExactly("a2", "a3", "a4", "a5");
        assertSame(List.of(data));
    }

    @Test
    void anotherEventInBetweenIsParsedAndSoIsTheNext() {
        assertThat(taken(
                        delta(0, "output_text", "a"),
                        delta(0, "output_text", "b"),
                        "{'type':'keepalive','sequence_number':1}",
                        delta(0, "output_text", "c"),
                        delta(0, "output_text", "d")))
                .containsExactly("b", "d");
    }

    /** Calls that take turns. */
    @Test
    void aTextIsNotAddedToTheOneBeforeIt() {
        String[] data = {
            added(0, "{'type':'function_call','id':'f0','call_id':'c0','name':'f','arguments':''}"),
            added(1, "{'type':'function_call','id':'f1','call_id':'c1','name':'f','arguments':''}"),
            delta(0, "function_call_arguments", "{"),
            delta(0, "function_call_arguments", "}"),
            delta(1, "function_call_arguments", "["),
            delta(1, "function_call_arguments", "]"),
        };
        assertThat(taken(data)).containsExactly("}", "]");
        assertSame(List.of(data));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'logprobs':[1]",
                "'x':1",
                "'logprobs':null,'x':{}",
                "'delta':'b'",
                "'type':'response.output_text.delta'",
                "'obfuscation':'a','obfuscation':'b'"
            })
    void anEventThatMeansMoreOrNamesAFieldTwiceIsLeftToTheParser(String field) {
        String event = ResponsesWire.event("output_text.delta", "'output_index':0,'delta':'a'," + field);
        assertThat(taken(event, event, event)).isEmpty();
        assertSame(List.of(event, event, event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\\ud83d", "\uFFFD", "a','x':'b", "a'", "\\x", "a','delta':'b"})
    void aTextThatIsEmptyOrDoubtfulIsLeftToTheParser(String text) {
        assertThat(third(delta(0, "output_text", "a"), delta(0, "output_text", text)))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "01", "1.5", "1e2", "null", "'2'", "12345678901234567890"})
    void aNumberThatIsNotWrittenLikeTheOthersIsLeftToTheParser(String number) {
        String event = ResponsesWire.event("output_text.delta", "'sequence_number':1,'output_index':0,'delta':'a'");
        assertThat(third(event, event.replace(":1,", ":" + number + ","))).isNull();
        assertThat(third(event, event.replace(":1,", ":99,"))).isEqualTo("a");
    }

    @Test
    void whereNoEventIsLikeTheOneBeforeItIsNotTriedForEver() {
        String[] same = {delta(0, "output_text", "a"), delta(0, "output_text", "b"), delta(0, "output_text", "c")};
        assertThat(taken(Stream.concat(different(15), Stream.of(same)).toArray(String[]::new)))
                .hasSize(2);
        assertThat(taken(Stream.concat(different(30), Stream.of(same)).toArray(String[]::new)))
                .isEmpty();
    }

    @Test
    void aLargeEventIsNotKept() {
        String large = delta(0, "output_text", "a".repeat(5000));
        assertThat(taken(large, large, large)).isEmpty();
    }

    /** Each says where its text is in another way. */
    private static Stream<String> different(int events) {
        return IntStream.range(0, events)
                .mapToObj(
                        i -> ResponsesWire.event("output_text.delta", " ".repeat(i) + "'output_index':0,'delta':'a'"));
    }

    /** What the scanner makes of an event behind two that are like each other. */
    private static @Nullable String third(String like, String event) {
        var scanner = new ResponsesScanner();
        var decoder = new ResponsesDecoder(scanner);
        SseReader sse = events(like, like, event);
        for (int i = 0; i < 2; i++) {
            assertThat(next(sse)).isTrue();
            decoder.decode(sse, each -> {});
        }
        assertThat(next(sse)).isTrue();
        return scanner.scan(sse);
    }

    /** The decoder comes to the same events with a scanner and without. */
    private static void assertSame(List<String> data) {
        List<StreamEvent> parsed = ResponsesWire.decode(new ResponsesDecoder(null), data);
        assertThat(ResponsesWire.decode(new ResponsesDecoder(), data)).isEqualTo(parsed);
    }

    private static List<String> taken(String... data) {
        return taken(Arrays.asList(data));
    }

    /** What the scanner makes of the events of a stream, while a decoder that has it decodes them. */
    private static List<String> taken(List<String> data) {
        var taken = new ArrayList<String>();
        var scanner = new ResponsesScanner();
        var decoder = new ResponsesDecoder(scanner);
        SseReader sse = events(data.toArray(String[]::new));
        while (next(sse)) {
            String text = scanner.scan(sse);
            if (text != null) {
                taken.add(text);
            }
            decoder.decode(sse, event -> {});
        }
        return taken;
    }

    private static SseReader events(String... data) {
        String all = Arrays.stream(data)
                .map(each -> "data: " + (each.startsWith("{'") ? each.replace('\'', '"') : each) + "\n\n")
                .collect(Collectors.joining());
        return new SseReader(new ByteArrayInputStream(all.getBytes(StandardCharsets.UTF_8)), Limits.defaults());
    }

    private static boolean next(SseReader sse) {
        try {
            return sse.next();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
