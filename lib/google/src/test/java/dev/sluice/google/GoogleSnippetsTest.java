package dev.sluice.google;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.claude.ClaudePlatform;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import org.junit.jupiter.api.Test;

/** What {@code docs/platforms.md} shows of Google; the core's {@code PlatformsPageTest} holds that it shows just that. */
class GoogleSnippetsTest {
    private final String workspaceId = "wrkspc_1";

    @Test
    void claudeOnVertex() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.vertex("my-project", "europe-west1"))
                .credentials(GoogleCloudAuth.applicationDefault())
                .build();
        // end
        assertThat(claude).hasToString("Claude[https://europe-west1-aiplatform.googleapis.com]");
    }

    @Test
    void geminiOnVertex() {
        // page
        Gemini gemini = Gemini.builder()
                .vertex("my-project", "global")
                .credentials(GoogleCloudAuth.applicationDefault())
                .build();
        // end
        assertThat(gemini).hasToString("Gemini[https://aiplatform.googleapis.com]");
    }

    @Test
    void openAiOnVertex() {
        // page
        OpenAi openAi = OpenAi.builder()
                .baseUrl("https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1"
                        + "/publishers/openai/v1")
                .credentials(GoogleCloudAuth.applicationDefault())
                .build();
        // end
        assertThat(openAi.credentials()).isPresent();
    }

    @Test
    void claudeOnGoogleCloud() {
        // page
        Claude claude = Claude.builder()
                .platform(ClaudePlatform.googleCloud("my-project", workspaceId))
                .credentials(GoogleCloudAuth.applicationDefault())
                .build();
        // end
        assertThat(claude).asString().contains("claude.googleapis.com");
    }
}
