package dev.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.provider.openai.OpenAiChatCompletions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/platforms.md} shows is what is compiled here, or beside the modules of the clouds, between markers. A block that
 * needs a library which nobody here has is marked so on the page.
 */
class PlatformsPageTest {
    private static final Path PAGE = Path.of("../../docs/platforms.md");
    private static final List<Path> SOURCES = List.of(
            Path.of("src/test/java/dev/sluice/provider/PlatformsPageTest.java"),
            Path.of("../aws/src/test/java/dev/sluice/aws/AwsSnippetsTest.java"),
            Path.of("../google/src/test/java/dev/sluice/google/GoogleSnippetsTest.java"));

    private final String bedrockKey = "a-key";
    private final String foundryKey = "a-key";
    private final String azureKey = "a-key";
    private final String gatewayToken = "a-token";
    private final Supplier<String> entraToken = () -> "a-token";

    @Test
    void bedrock() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.bedrock("us-east-1"))
                .authToken(bedrockKey) // such as System.getenv("AWS_BEARER_TOKEN_BEDROCK")
                .build();
        // end
        assertThat(claude).hasToString("Claude[https://bedrock-mantle.us-east-1.api.aws/anthropic]");
    }

    @Test
    void foundry() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.foundry("my-resource"))
                .apiKey(foundryKey)
                .build();
        // end
        assertThat(claude).hasToString("Claude[https://my-resource.services.ai.azure.com/anthropic]");
    }

    @Test
    void foundryWithEntra() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.foundry("my-resource"))
                .credentials(Credentials.bearer(entraToken))
                .build();
        // end
        assertThat(claude.credentials()).isPresent();
    }

    @Test
    void azure() {
        // page
        OpenAi openAi = OpenAi.builder()
                .baseUrl("https://my-resource.openai.azure.com/openai/v1")
                .credentials(Credentials.header("api-key", () -> azureKey))
                .build();
        // end
        assertThat(openAi.credentials()).isPresent();
    }

    @Test
    void azureWithEntra() {
        // page
        OpenAi openAi = OpenAi.builder()
                .baseUrl("https://my-resource.openai.azure.com/openai/v1")
                .credentials(Credentials.bearer(entraToken))
                .build();
        // end
        assertThat(openAi.credentials()).isPresent();
    }

    @Test
    void azuresOlderAddresses() {
        // page
        OpenAiChatCompletions openAi = OpenAi.chatCompletions()
                .baseUrl("https://my-resource.openai.azure.com/openai/deployments/my-deployment")
                .queryParameter("api-version", "2024-10-21")
                .credentials(Credentials.header("api-key", () -> azureKey))
                .build();
        // end
        assertThat(openAi.credentials()).isPresent();
    }

    @Test
    void aGateway() {
        // page
        Claude claude = Claude.builder()
                .baseUrl("https://gateway.example/anthropic")
                .authToken(gatewayToken)
                .header("x-team", "rivers")
                .queryParameter("region", "eu")
                .build();
        // end
        assertThat(claude.modelsRequest("").orElseThrow().uri().getQuery()).endsWith("region=eu");
    }

    @Test
    void aSigner() throws Exception {
        // page
        Credentials signer = request -> {
            byte[] signature = hmac(request.method() + " " + request.uri(), request.body());
            return Map.of("x-signature", HexFormat.of().formatHex(signature));
        };
        // end
        var claude = Claude.builder().credentials(signer).build();
        assertThat(signer.headers(claude.modelsRequest("").orElseThrow())).isEqualTo(Map.of("x-signature", "0102"));
    }

    private static byte[] hmac(String head, byte[] body) {
        return new byte[] {1, 2};
    }

    @Test
    void thePageShowsWhatIsCompiled() throws IOException {
        List<String> compiled = new ArrayList<>();
        for (Path source : SOURCES) {
            List<String> regions = regions(source, "// page\n(.*?)\n *// end");
            assertThat(regions).as(source.toString()).isNotEmpty();
            compiled.addAll(regions);
        }
        assertThat(regions(PAGE, "```java\n(.*?)```")).containsExactlyInAnyOrderElementsOf(compiled);
    }

    private static List<String> regions(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(Files.readString(file).replace("\r\n", "\n"))
                .results()
                .map(region -> region.group(1).stripIndent().strip())
                .toList();
    }
}
