package dev.sluice.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.provider.openai.OpenAi;
import org.junit.jupiter.api.Test;

/** Compiles the snippets of {@code docs/platforms.md} for AWS; the core's {@code PlatformsPageTest} holds that it shows just that. */
class AwsSnippetsTest {
    private final String workspaceId = "wrkspc_1";

    @Test
    void claudeOnBedrock() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.bedrock("us-east-1"))
                .credentials(AwsSigV4.bedrock("us-east-1"))
                .build();
        // end
        assertThat(claude.credentials().orElseThrow().name()).contains("bedrock-mantle");
    }

    @Test
    void openAiOnBedrock() {
        // page
        OpenAi openAi = OpenAi.builder()
                .baseUrl("https://bedrock-mantle.us-east-1.api.aws/openai/v1")
                .credentials(AwsSigV4.bedrock("us-east-1"))
                .build();
        // end
        assertThat(openAi.credentials().orElseThrow().name()).contains("bedrock-mantle");
    }

    @Test
    void claudePlatform() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.aws("us-east-1", workspaceId))
                .credentials(AwsSigV4.claudePlatform("us-east-1"))
                .build();
        // end
        assertThat(claude.credentials().orElseThrow().name()).contains("aws-external-anthropic");
    }
}
