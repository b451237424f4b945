package dev.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages, their blocks, and the small things they are told with. */
class MessageTest {
    private static final ToolUse CALL = new ToolUse("t1", "get_weather", "{\"city\":\"Oulu\",\"days\":3}", Map.of());

    @Test
    void itsTextIsThatOfAllTextBlocksJoinedWithNothing() {
        var blocks = List.<ContentBlock>of(
                new Text("Hello"), CALL, new ContentBlock.Thinking("hm", null, Map.of()), new Text(" you"));
        assertThat(Message.of(Role.ASSISTANT, blocks).text()).isEqualTo("Hello you");
        assertThat(Message.EMPTY.text()).isEmpty();
    }

    @Test
    void itsToolUsesAreTheCallsOfTheCallersTools() {
        var server = new ContentBlock.ServerToolUse("s1", "web_search", "{}", Map.of());
        var other = new ToolUse("t2", "get_time", "{}", Map.of());
        assertThat(Message.of(Role.ASSISTANT, List.of(CALL, server, new Text("a"), other))
                        .toolUses())
                .containsExactly(CALL, other);
    }

    @Test
    void aTurnOfTheCallersHasNothingOfAnAnswer() {
        Message said = Message.user(new Text("a"), new ToolResult("t1", "b"));
        assertThat(said.role()).isEqualTo(Role.USER);
        assertThat(said.content()).hasSize(2);
        assertThat(said.id()).isEmpty();
        assertThat(said.model()).isEmpty();
        assertThat(said.finishReason()).isEqualTo(FinishReason.UNKNOWN);
        assertThat(said.stopReason()).isNull();
        assertThat(said.stopSequence()).isNull();
        assertThat(said.usage()).isEqualTo(Usage.NONE);
        assertThat(Message.assistant("a").role()).isEqualTo(Role.ASSISTANT);
        assertThatThrownBy(() -> Message.of(null, List.of())).hasMessage("role");
    }

    @Test
    void nothingChangesWithTheCollectionsItWasMadeOf() {
        var content = new ArrayList<ContentBlock>(List.of(CALL));
        var extra = new LinkedHashMap<>(Map.of("a", "1"));
        var message = new Message("", Role.USER, "", content, FinishReason.STOP, null, null, Usage.NONE, extra);
        var use = new ToolUse("", "", "", extra);
        content.clear();
        extra.clear();
        assertThat(message.content()).containsExactly(CALL);
        assertThat(message.extra()).containsOnlyKeys("a");
        assertThat(use.extra()).containsOnlyKeys("a");
        assertThatThrownBy(() -> message.extra().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void fieldsWithoutAComponentStayInTheirOrder() {
        var extra = new LinkedHashMap<String, String>();
        for (int i = 20; i > 0; i--) {
            extra.put("k" + i, "1");
        }
        assertThat(new Text("", List.of(), extra).extra().keySet()).containsExactlyElementsOf(extra.keySet());
        assertThat(new ContentBlock.Unknown("zz", "{}").extra()).isEmpty();
    }

    record Forecast(String city) {}

    @Test
    void aToolsInputIsReadAsAMapOrAClass() {
        assertThat(CALL.isInputValid()).isTrue();
        assertThat(CALL.inputAsMap()).isEqualTo(Map.of("city", "Oulu", "days", 3));
        assertThat(CALL.inputAs(Forecast.class)).isEqualTo(new Forecast("Oulu"));
        assertThat(new ContentBlock.ServerToolUse("s", "n", CALL.input(), Map.of()).inputAsMap())
                .isEqualTo(CALL.inputAsMap());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"city\": \"San Fr", "{} garbage", "[]", "null"})
    void aToolsInputMayBeCutOrInvalid(String input) {
        var cut = new ToolUse("t", "n", input, Map.of());
        assertThat(cut.isInputValid()).isFalse();
        assertThatIllegalArgumentException().isThrownBy(cut::inputAsMap);
    }

    @Test
    void aToolsResultIsWordsOrAFailure() {
        assertThat(new ToolResult("t1", "12 degrees"))
                .isEqualTo(new ToolResult("t1", List.of(new Text("12 degrees")), false, Map.of()));
        assertThat(ToolResult.error("t1", "no network").isError()).isTrue();
    }

    @Test
    void mediaComesFromBytesOrFromBlocks() {
        byte[] bytes = "hi".getBytes(StandardCharsets.UTF_8);
        var image = new ContentBlock.Image(MediaSource.bytes("image/png", bytes));
        assertThat(image.source()).isEqualTo(new MediaSource.Base64Data("image/png", "aGk="));
        var blocks = new MediaSource.Blocks(new ArrayList<>(List.of(new Text("a"))));
        assertThat(new ContentBlock.Document(blocks))
                .isEqualTo(new ContentBlock.Document(blocks, null, null, false, Map.of()));
        assertThat(blocks.content()).isUnmodifiable();
    }

    @Test
    void usageCountsCachedTokensAsInput() {
        var usage = new Usage(5, 7, 11, 13, 3, Map.of("service_tier", "\"standard\""));
        assertThat(usage.totalInputTokens()).isEqualTo(29);
        assertThat(usage.totalTokens()).isEqualTo(36);
        assertThat(Usage.of(5, 7)).isEqualTo(new Usage(5, 7, 0, 0, 0, Map.of()));
    }

    @ParameterizedTest
    @EnumSource(ToolChoice.Mode.class)
    void aToolIsChosenByNameInModeToolOnly(ToolChoice.Mode mode) {
        String named = mode == ToolChoice.Mode.TOOL ? "get_weather" : null;
        String wrong = named == null ? "get_weather" : null;
        assertThat(new ToolChoice(mode, named, true).oneAtATime()).isEqualTo(new ToolChoice(mode, named, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ToolChoice(mode, wrong, true))
                .withMessage("tool: goes with mode TOOL, and only with it");
    }

    @Test
    void aToolChoiceAllowsSeveralCallsUnlessItSaysOtherwise() {
        assertThat(List.of(ToolChoice.AUTO, ToolChoice.ANY, ToolChoice.NONE, ToolChoice.tool("a")))
                .allMatch(ToolChoice::parallel);
    }

    @Test
    void aToolNeedsAName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToolDefinition.of(" ", "words", "{}"))
                .withMessage("name: a tool needs one");
        assertThatThrownBy(() -> ToolDefinition.of("a", "words", null)).hasMessage("inputSchema");
    }

    @Test
    void aToolOfTheProvidersHasATypeInPlaceOfASchema() {
        var tool = ToolDefinition.server("web_search_20260318", "web_search").with("max_uses", "3");
        assertThat(tool.inputSchema()).isNull();
        assertThat(tool.extra())
                .containsExactly(Map.entry("type", "\"web_search_20260318\""), Map.entry("max_uses", "3"));
        assertThat(ToolDefinition.server("a\"b", "c").extra()).containsEntry("type", "\"a\\\"b\"");
    }

    @Test
    void thinkingHasALimitOfAtLeastOneToken() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ThinkingMode.Budget(0, true))
                .withMessage("tokens: 0, must be at least 1");
        assertThat(new ThinkingMode.Budget(1, true).tokens()).isEqualTo(1);
    }

    @Test
    void rolesAreSpelledInLowerCase() {
        assertThat(Role.values()).extracting(Role::wireName).containsExactly("user", "assistant", "system");
    }
}
