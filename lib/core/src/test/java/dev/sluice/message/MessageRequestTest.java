package dev.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.ContentBlock.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MessageRequestTest {
    private static final ToolDefinition TOOL = ToolDefinition.of("get_weather", "Tells the weather", "{}");

    private static MessageRequest.Builder builder() {
        return MessageRequest.builder().model("model-1").user("Hello");
    }

    @Test
    void hasNothingButWhatWasSet() {
        var request = builder().build();
        assertThat(request.model()).isEqualTo("model-1");
        assertThat(request.messages()).containsExactly(Message.user("Hello"));
        assertThat(request.maxTokens()).isEmpty();
        assertThat(request.system()).isEmpty();
        assertThat(request.tools()).isEmpty();
        assertThat(request.toolChoice()).isEmpty();
        assertThat(request.thinking()).isEmpty();
        assertThat(request.effort()).isEmpty();
        assertThat(request.outputSchema()).isEmpty();
        assertThat(request.stopSequences()).isEmpty();
        assertThat(request.temperature()).isEmpty();
        assertThat(request.topP()).isEmpty();
        assertThat(request.topK()).isEmpty();
        assertThat(request.cacheFor()).isEmpty();
        assertThat(request.userId()).isEmpty();
        assertThat(request.serviceTier()).isEmpty();
        assertThat(request.extra()).isEmpty();
        assertThat(request.headers()).isEmpty();
    }

    private static MessageRequest full() {
        return builder()
                .maxTokens(0)
                .system("Be brief")
                .assistant("Hi")
                .message(Message.user("And?"))
                .tool(TOOL)
                .toolChoice(ToolChoice.ANY)
                .thinking(new ThinkingMode.Budget(1, true))
                .effort("low")
                .outputSchema("{\"type\":\"object\"}")
                .stopSequences("END", "STOP")
                .temperature(2)
                .topP(1)
                .topK(0)
                .cacheFor(Duration.ofMinutes(5))
                .userId("u-1")
                .serviceTier("auto")
                .put("container", Map.of("id", "c1"))
                .header("x-test", "a b")
                .build();
    }

    @Test
    void aBuilderOfARequestStartsWithAllOfIt() {
        for (MessageRequest request : List.of(full(), full().toBuilder().build())) {
            assertThat(request.model()).isEqualTo("model-1");
            assertThat(request.messages())
                    .containsExactly(Message.user("Hello"), Message.assistant("Hi"), Message.user("And?"));
            assertThat(request.maxTokens()).hasValue(0);
            assertThat(request.system()).containsExactly(new Text("Be brief"));
            assertThat(request.tools()).containsExactly(TOOL);
            assertThat(request.toolChoice()).contains(ToolChoice.ANY);
            assertThat(request.thinking()).contains(new ThinkingMode.Budget(1, true));
            assertThat(request.effort()).contains("low");
            assertThat(request.outputSchema()).contains("{\"type\":\"object\"}");
            assertThat(request.stopSequences()).containsExactly("END", "STOP");
            assertThat(request.temperature()).hasValue(2);
            assertThat(request.topP()).hasValue(1);
            assertThat(request.topK()).hasValue(0);
            assertThat(request.cacheFor()).contains(Duration.ofMinutes(5));
            assertThat(request.userId()).contains("u-1");
            assertThat(request.serviceTier()).contains("auto");
            assertThat(request.extra()).containsExactly(Map.entry("container", "{\"id\":\"c1\"}"));
            assertThat(request.headers()).containsExactly(Map.entry("x-test", "a b"));
        }
    }

    @Test
    void aRequestDoesNotChangeWithItsBuilder() {
        var conversation = new ArrayList<>(List.of(Message.user("Hello")));
        var builder = MessageRequest.builder().model("model-1").messages(conversation);
        var request = builder.build();
        conversation.add(Message.assistant("later"));
        builder.model("model-2")
                .user("later")
                .tool(TOOL)
                .put("a", 1)
                .header("b", "c")
                .maxTokens(1);
        assertThat(request.model()).isEqualTo("model-1");
        assertThat(request.messages()).hasSize(1).isUnmodifiable();
        assertThat(request.tools()).isEmpty();
        assertThat(request.extra()).isEmpty();
        assertThat(request.headers()).isEmpty();
        assertThat(request.maxTokens()).isEmpty();
        assertThatThrownBy(() -> full().extra().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> full().headers().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void theLaterValueOfAFieldWins() {
        var request = builder()
                .system("old")
                .system(List.of(new Text("new")))
                .put("a", 1)
                .put("a", List.of("x"))
                .header("h", "1")
                .header("h", "2")
                .build();
        assertThat(request.system()).containsExactly(new Text("new"));
        assertThat(request.extra()).containsExactly(Map.entry("a", "[\"x\"]"));
        assertThat(request.headers()).containsExactly(Map.entry("h", "2"));
    }

    static Stream<Arguments> mistakes() {
        return Stream.<Map.Entry<Consumer<MessageRequest.Builder>, String>>of(
                        Map.entry(
                                b -> b.model(" "),
                                "model: must not be blank; if it comes from an environment variable, that one is"
                                        + " probably not set"),
                        Map.entry(b -> b.user(" "), "user: must not be blank"),
                        Map.entry(b -> b.system(""), "system: must not be blank"),
                        Map.entry(b -> b.assistant("\n"), "assistant: must not be blank"),
                        Map.entry(b -> b.maxTokens(-1), "maxTokens: -1, must be at least 0"),
                        Map.entry(b -> b.effort(""), "effort: must not be blank"),
                        Map.entry(b -> b.outputSchema("[]"), "outputSchema: must be a JSON object"),
                        Map.entry(b -> b.outputSchema("{"), "outputSchema: must be a JSON object"),
                        Map.entry(b -> b.stopSequences("END", "\n"), "stopSequences: must not be blank"),
                        Map.entry(b -> b.temperature(-0.1), "temperature: -0.1, must be 0 to 2"),
                        Map.entry(b -> b.temperature(2.1), "temperature: 2.1, must be 0 to 2"),
                        Map.entry(b -> b.temperature(Double.NaN), "temperature: NaN, must be 0 to 2"),
                        Map.entry(b -> b.topP(1.1), "topP: 1.1, must be 0 to 1"),
                        Map.entry(b -> b.topK(-1), "topK: -1, must be at least 0"),
                        Map.entry(b -> b.cacheFor(Duration.ZERO), "cacheFor: PT0S, must be positive"),
                        Map.entry(b -> b.userId(" "), "userId: must not be blank"),
                        Map.entry(b -> b.serviceTier(""), "serviceTier: must not be blank"),
                        Map.entry(b -> b.put("", 1), "name: must not be blank"),
                        Map.entry(b -> b.header(" ", "a"), "name: must not be blank"),
                        Map.entry(b -> b.header("a b", "c"), header("a b")),
                        Map.entry(b -> b.header("a:", "c"), header("a:")),
                        Map.entry(b -> b.header("é", "c"), header("é")),
                        Map.entry(b -> b.header("a", "key\r\nb: c"), header("a")),
                        Map.entry(b -> b.header("a", "key\nb: c"), header("a")),
                        Map.entry(b -> b.tool(TOOL).tool(TOOL), "tool: there is one named 'get_weather' already"))
                .map(mistake -> Arguments.of(mistake.getValue(), mistake.getKey()));
    }

    private static String header(String name) {
        return "header: '" + name + "' or its value has a character no header has";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void saysWhichParameterCannotBeRight(String message, Consumer<MessageRequest.Builder> mistake) {
        var builder = builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mistake.accept(builder))
                .withMessage(message);
    }

    @Test
    void needsAModelAndAMessage() {
        assertThatIllegalStateException()
                .isThrownBy(() -> MessageRequest.builder().user("Hello").build())
                .withMessage("model: a request needs one");
        assertThatIllegalStateException()
                .isThrownBy(() -> MessageRequest.builder().model("model-1").build())
                .withMessage("messages: a request needs at least one");
    }

    @Test
    void isPrintedWithoutWordsAndHeaders() {
        var request = full().toBuilder().header("x-api-key", "secret").build();
        assertThat(request).hasToString("MessageRequest[model=model-1, messages=3, tools=1]");
    }
}
