package dev.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.internal.base.LazyList;
import dev.sluice.internal.base.LazyList.Element;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationJsonTest {
    /** The conversation of docs/conversation.md. */
    private static final Conversation DOCUMENTED = Conversation.EMPTY
            .system("Be brief")
            .user("How high is the Douro?")
            .message(new Message(
                    "msg_1",
                    Role.ASSISTANT,
                    "claude-sonnet-5",
                    "claude",
                    List.of(
                            new ContentBlock.Thinking("A gauge will know.", "EqQB…", Map.of()),
                            new ToolUse(
                                    "toolu_1",
                                    "river_level",
                                    "{\"river\": \"Douro\"}",
                                    Map.of("caller", "{\"type\":\"direct\"}"))),
                    FinishReason.TOOL_CALLS,
                    "tool_use",
                    null,
                    Usage.of(412, 57),
                    Map.of()))
            .results(new ToolResult("toolu_1", "2.41 m"));

    // Lazy contents are among them.
    @Test
    void whatIsWrittenIsReadBackEqual() {
        for (int seed = 0; seed < 2000; seed++) {
            Conversation fixture = new RandomConversation(seed).next();
            assertThat(Conversation.fromJson(fixture.toJson()))
                    .as("seed " + seed)
                    .isEqualTo(fixture);
        }
    }

    @Test
    void andSurvivesAFile() {
        for (int seed = 0; seed < 300; seed++) {
            Conversation fixture = new RandomConversation(seed).next();
            byte[] file = fixture.toJson().getBytes(StandardCharsets.UTF_8);
            assertThat(Conversation.fromJson(new String(file, StandardCharsets.UTF_8)))
                    .as("seed " + seed)
                    .isEqualTo(fixture);
        }
    }

    @Test
    void theSameConversationIsTheSameText() {
        assertThat(new RandomConversation(7).next().toJson())
                .isEqualTo(new RandomConversation(7).next().toJson());
        assertThat(Conversation.EMPTY.toJson()).isEqualTo("{\"version\":1}");
        assertThat(Conversation.fromJson("{\"version\":1}")).isEqualTo(Conversation.EMPTY);
    }

    @Test
    void thePageShowsWhatIsWritten() throws Exception {
        String page = Files.readString(Path.of("../../docs/conversation.md"));
        var example = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(example.find()).isTrue();
        assertThat(Json.readObject(example.group(1))).isEqualTo(Json.readObject(DOCUMENTED.toJson()));
        assertThat(Conversation.fromJson(example.group(1))).isEqualTo(DOCUMENTED);
    }

    @Test
    void fieldsOfALaterVersionAreIgnoredEverywhere() {
        Conversation read = Conversation.fromJson(DOCUMENTED
                .toJson()
                .replace("{\"type\"", "{\"zz_later\":[1],\"type\"")
                .replace("{\"role\"", "{\"zz_later\":{},\"role\"")
                .replace("{\"input_tokens\"", "{\"zz_later\":null,\"input_tokens\"")
                .replace("{\"version\"", "{\"zz_later\":0,\"version\""));
        assertThat(read).isEqualTo(DOCUMENTED);
        assertThat(Conversation.fromJson(DOCUMENTED.toJson().replace("tool_calls", "zz_later"))
                        .messages()
                        .get(1)
                        .finishReason())
                .isEqualTo(FinishReason.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                                                                            | No content
        {"version":1,"messages":[{"role":"user",}]}                                   | at line 1, column
        []                                                                            | not readable as a JSON object
        {}                                                                            | version is missing
        {"version":2}                                                                 | version is 2, but this version
        {"version":"1"}                                                               | version is no whole number
        {"version":1,"messages":{}}                                                   | messages is not a list
        {"version":1,"messages":[5]}                                                  | messages[0] is not an object
        {"version":1,"messages":[{}]}                                                 | messages[0].role is missing
        {"version":1,"messages":[{"role":"zz"}]}                                      | messages[0].role is 'zz'
        {"version":1,"system":[{"text":5}]}                                           | system[0].text is not a text
        {"version":1,"messages":[{"role":"user","content":[{"type":"zz"}]}]}          | messages[0].content[0].type is 'zz', which is not known; a later
        {"version":1,"messages":[{"role":"user","content":[{"type":"text"}]}]}        | messages[0].content[0].text is missing
        {"version":1,"messages":[{"role":"user","content":[{"type":"image"}]}]}       | messages[0].content[0].source.type is missing
        {"version":1,"messages":[{"role":"user","usage":{"input_tokens":1.5}}]}       | messages[0].usage.input_tokens is no whole number
        {"version":1,"messages":[{"role":"user","extra":{"a":{}}}]}                   | messages[0].extra.a is not a text
        """)
    void aBrokenTextSaysWhere(String json, String where) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Conversation.fromJson(json))
                .withMessageStartingWith("not a stored conversation: ")
                .withMessageContaining(where);
    }

    @Test
    void aTextThatIsCutAnywhereIsRefused() {
        String json = DOCUMENTED.toJson();
        for (int end = 0; end < json.length(); end++) {
            String cut = json.substring(0, end);
            assertThatIllegalArgumentException().isThrownBy(() -> Conversation.fromJson(cut));
        }
    }

    @Test
    void whatGrowsIsStoredAsItIs() {
        List<ContentBlock> lazy = LazyList.of(List.of(new Text("so far")), text -> Element.madeBy(() -> text));
        Conversation fixture = Conversation.EMPTY.message(Message.of(Role.ASSISTANT, lazy));
        assertThat(fixture.toJson())
                .isEqualTo("{\"version\":1,\"messages\":[{\"role\":\"assistant\",\"content\":"
                        + "[{\"type\":\"text\",\"text\":\"so far\"}]}]}");
    }
}
