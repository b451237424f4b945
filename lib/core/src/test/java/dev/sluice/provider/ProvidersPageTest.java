package dev.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.MessageRequest;
import dev.sluice.message.ThinkingMode;
import dev.sluice.message.ToolChoice;
import dev.sluice.message.ToolDefinition;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.gemini.GeminiInteractions;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/providers.md} shows is what is compiled here between markers, and its table says what the providers do. */
class ProvidersPageTest {
    private static final Path PAGE = Path.of("../../docs/providers.md");
    private static final Path SOURCE = Path.of("src/test/java/dev/sluice/provider/ProvidersPageTest.java");

    private final String key = "a-key";
    private final Supplier<String> token = () -> "a-token";

    /** In the order of the table's columns. */
    private final List<Provider> wires = List.of(
            Claude.builder().apiKey(key).build(),
            Gemini.builder().apiKey(key).build(),
            Gemini.interactions().apiKey(key).build(),
            OpenAi.builder().apiKey(key).build(),
            OpenAi.chatCompletions().apiKey(key).build());

    @Test
    void claudesPlatformsAreReachedAsShown() {
        // page
        Claude anthropic = Claude.builder().apiKey(key).build();
        // end
        // page
        Claude bedrock = Claude.builder()
                .platform(ClaudePlatform.bedrock("us-east-1"))
                .authToken(key)
                .build();
        // end
        // page
        Claude claudePlatform = Claude.builder()
                .platform(ClaudePlatform.aws("us-east-1", "my-workspace"))
                .authToken(key)
                .build();
        // end
        // page
        Claude vertexClaude = Claude.builder()
                .platform(ClaudePlatform.vertex("my-project", "europe-west1"))
                .credentials(Credentials.bearer(token))
                .build();
        // end
        // page
        Claude foundry = Claude.builder()
                .platform(ClaudePlatform.foundry("my-resource"))
                .apiKey(key)
                .build();
        // end
        assertAsks(anthropic, "https://api.anthropic.com/v1/messages");
        assertAsks(bedrock, "https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages");
        assertAsks(claudePlatform, "https://aws-external-anthropic.us-east-1.api.aws/v1/messages");
        assertAsks(
                vertexClaude,
                "https://europe-west1-aiplatform.googleapis.com/v1/projects/my-project/locations/europe-west1"
                        + "/publishers/anthropic/models/m:streamRawPredict");
        assertAsks(foundry, "https://my-resource.services.ai.azure.com/anthropic/v1/messages");
        assertThat(vertexClaude.modelsRequest("")).isEmpty();
    }

    @Test
    void geminisPlatformsAreReachedAsShown() {
        // page
        Gemini gemini = Gemini.builder().apiKey(key).build();
        GeminiInteractions interactions = Gemini.interactions().apiKey(key).build();
        // end
        // page
        Gemini vertexGemini = Gemini.builder()
                .vertex("my-project", "global")
                .credentials(Credentials.bearer(token))
                .build();
        // end
        String google = "https://generativelanguage.googleapis.com/v1beta/";
        assertAsks(gemini, google + "models/m:streamGenerateContent?alt=sse");
        assertAsks(interactions, google + "interactions");
        assertAsks(
                vertexGemini,
                "https://aiplatform.googleapis.com/v1beta1/projects/my-project/locations/global"
                        + "/publishers/google/models/m:streamGenerateContent?alt=sse");
        assertThat(vertexGemini.modelsRequest("")).isEmpty();
    }

    @Test
    void serversOfTheResponsesApiAreReachedAsShown() {
        // page
        OpenAi openAi = OpenAi.builder().apiKey(key).build();
        // end
        // page
        OpenAi azure = OpenAi.builder()
                .baseUrl("https://my-resource.openai.azure.com/openai/v1")
                .credentials(Credentials.header("api-key", () -> key))
                .build();
        // end
        // page
        OpenAi xAi = OpenAi.builder().baseUrl("https://api.x.ai/v1").apiKey(key).build();
        // end
        // page
        OpenAi ollama = OpenAi.builder().baseUrl("http://localhost:11434/v1").build();
        // end
        // page
        OpenAi lmStudio = OpenAi.builder().baseUrl("http://localhost:1234/v1").build();
        // end
        // page
        OpenAi copilot = OpenAi.builder()
                .baseUrl("https://api.githubcopilot.com")
                .credentials(Credentials.bearer(token))
                .build();
        // end
        assertAsks(openAi, "https://api.openai.com/v1/responses");
        assertAsks(azure, "https://my-resource.openai.azure.com/openai/v1/responses");
        assertAsks(xAi, "https://api.x.ai/v1/responses");
        assertAsks(ollama, "http://localhost:11434/v1/responses");
        assertAsks(lmStudio, "http://localhost:1234/v1/responses");
        assertAsks(copilot, "https://api.githubcopilot.com/responses");
    }

    @Test
    void serversOfChatCompletionsAreReachedAsShown() {
        // page
        OpenAiChatCompletions openRouter = OpenAi.chatCompletions()
                .baseUrl("https://openrouter.ai/api/v1")
                .apiKey(key)
                .build();
        // end
        // page
        OpenAiChatCompletions groq = OpenAi.chatCompletions()
                .baseUrl("https://api.groq.com/openai/v1")
                .apiKey(key)
                .build();
        // end
        // page
        OpenAiChatCompletions deepSeek = OpenAi.chatCompletions()
                .baseUrl("https://api.deepseek.com/v1")
                .apiKey(key)
                .build();
        // end
        // page
        OpenAiChatCompletions mistral = OpenAi.chatCompletions()
                .baseUrl("https://api.mistral.ai/v1")
                .apiKey(key)
                .build();
        // end
        // page
        OpenAiChatCompletions vllm =
                OpenAi.chatCompletions().baseUrl("http://localhost:8000/v1").build();
        // end
        assertAsks(openRouter, "https://openrouter.ai/api/v1/chat/completions");
        assertAsks(groq, "https://api.groq.com/openai/v1/chat/completions");
        assertAsks(deepSeek, "https://api.deepseek.com/v1/chat/completions");
        assertAsks(mistral, "https://api.mistral.ai/v1/chat/completions");
        assertAsks(vllm, "http://localhost:8000/v1/chat/completions");
    }

    private static MessageRequest.Builder request() {
        return MessageRequest.builder().model("m").maxTokens(9000).user("?");
    }

    private static void assertAsks(Provider provider, String address) {
        assertThat(provider.streamRequest(request().build()).uri()).hasToString(address);
    }

    @Test
    void thePageShowsWhatIsCompiled() throws IOException {
        assertThat(regions(PAGE, "```java\n(.*?)```"))
                .containsExactlyInAnyOrderElementsOf(regions(SOURCE, " // page\n(.*?)\n *// end"));
    }

    /** Rows that a provider can be asked about: a cell says yes or no, and the provider does. */
    @Test
    void theTableSaysWhatTheProvidersDo() throws IOException {
        assertThat(row("`Provider.name()`"))
                .isEqualTo(wires.stream().map(wire -> "`" + wire.name() + "`").toList());
        assertThat(row("class"))
                .isEqualTo(wires.stream()
                        .map(wire -> "`" + wire.getClass().getSimpleName() + "`")
                        .toList());
        assertRow(
                "streaming, and `send` without a stream",
                wire -> wire.wholeRequest(request().build()).isPresent());
        assertRow("`countTokens`", wire -> wire.countRequest(request().build()).isPresent());
        assertRow("`models()`", wire -> wire.modelsRequest("").isPresent());
        assertRow(
                "one call at a time (`ToolChoice`)",
                takes(request -> request.tool(ToolDefinition.of("t", "d", "{\"type\":\"object\"}"))
                        .toolChoice(new ToolChoice(ToolChoice.Mode.AUTO, null, false))));
        assertRow("a budget of thinking", takes(request -> request.thinking(new ThinkingMode.Budget(2000, true))));
        assertRow("thinking off", takes(request -> request.thinking(new ThinkingMode.Off())));
        assertRow("structured output", takes(request -> request.outputSchema("{\"type\":\"object\"}")));
        assertRow("`stopSequences`", takes(request -> request.stopSequences("x")));
        assertRow("`topK`", takes(request -> request.topK(5)));
    }

    private static Predicate<Provider> takes(Function<MessageRequest.Builder, MessageRequest.Builder> more) {
        return wire -> {
            try {
                wire.streamRequest(more.apply(request()).build());
                return true;
            } catch (IllegalArgumentException refused) {
                return false;
            }
        };
    }

    private void assertRow(String name, Predicate<Provider> does) throws IOException {
        List<String> cells = row(name);
        assertThat(cells.stream().map(cell -> cell.startsWith("yes")).toList())
                .as(name)
                .isEqualTo(wires.stream().map(does::test).toList());
        assertThat(cells).as(name).allMatch(cell -> cell.startsWith("yes") || cell.startsWith("no"));
    }

    private static List<String> row(String name) throws IOException {
        String row = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| " + name + " |"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the page has no row " + name));
        String[] cells = row.split("\\|", -1);
        return Arrays.stream(cells, 2, cells.length - 1).map(String::strip).toList();
    }

    private static List<String> regions(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(Files.readString(file).replace("\r\n", "\n"))
                .results()
                .map(region -> region.group(1).stripIndent().strip())
                .toList();
    }
}
