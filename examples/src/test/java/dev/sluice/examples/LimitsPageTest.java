package dev.sluice.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.Limits;
import dev.sluice.StreamController;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The settings of {@code docs/limits.md}: they stand here, and a test holds that they stand there too. */
class LimitsPageTest {
    private static final Path HERE = Path.of("src/test/java/dev/sluice/examples/LimitsPageTest.java");
    private static final Path PAGE = Path.of("../docs/limits.md");

    @Test
    void theSettingsAreAccepted() {
        // page
        // A chat: somebody watches.
        var chat = StreamController.builder()
                .firstEventTimeout(Duration.ofSeconds(30))
                .idleTimeout(Duration.ofSeconds(20))
                .build();

        // A web request that must answer in time.
        var page = StreamController.withTimeout(Duration.ofSeconds(25));

        // A job in the night: patience, but no hanging.
        var job = StreamController.builder().stallTimeout(Duration.ofMinutes(3)).build();

        // A server that is not trusted.
        var careful = new Limits(1 << 20, 1 << 20, 64 << 20);
        // end

        assertThat(List.of(chat, page, job, careful)).doesNotContainNull();
    }

    @Test
    void thePageShowsWhatIsRunHere() throws IOException {
        List<String> run = ReadmeTest.regions(HERE, "// page\n(.*?)\n *// end");

        assertThat(run).hasSize(1);
        assertThat(ReadmeTest.regions(PAGE, "```java\n(.*?)```")).isEqualTo(run);
    }
}
