package dev.sluice.relay.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/relay.md} shows is what is compiled here. */
class RelayPageTest {
    private static final Path RECIPES = Path.of("src/test/java/dev/sluice/relay/recipes");
    private static final Path SPRING =
            Path.of("../../examples/spring-boot/src/main/java/dev/sluice/examples/spring/ChatApplication.java");
    private static final Path PAGE = Path.of("../../docs/relay.md");

    @Test
    void thePageShowsTheRecipesAsTheyAre() throws IOException {
        var compiled = new ArrayList<String>();
        for (Path file :
                List.of(RECIPES.resolve("EndpointMounts.java"), RECIPES.resolve("QuarkusRelay.java"), SPRING)) {
            compiled.addAll(regions(file, "// page: \\w+\n(.*?)\n *// end"));
        }
        assertThat(compiled).hasSize(6);
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
