package dev.sluice.toy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code docs/adding-a-provider.md} shows is what is compiled and tested here. */
class AddingAProviderPageTest {
    private static final Path TOY = Path.of("src/test/java/dev/sluice/toy/ToyProvider.java");
    private static final Path PAGE = Path.of("../../docs/adding-a-provider.md");

    @Test
    void thePageShowsTheToyAsItIs() throws IOException {
        List<String> shown = regions(PAGE, "```java\n(.*?)```");

        assertThat(shown).hasSize(5);
        assertThat(regions(TOY, "// page: \\w+\n(.*?)\n *// end")).containsExactlyInAnyOrderElementsOf(shown);
    }

    @Test
    void everyFileThatThePageNamesIsThere() throws IOException {
        List<String> links = regions(PAGE, "\\]\\((\\.\\./[^)]*)\\)");

        assertThat(links)
                .hasSize(3)
                .allSatisfy(link -> assertThat(PAGE.resolveSibling(link)).exists());
    }

    private static List<String> regions(Path file, String pattern) throws IOException {
        return Pattern.compile(pattern, Pattern.DOTALL)
                .matcher(Files.readString(file).replace("\r\n", "\n"))
                .results()
                .map(region -> region.group(1).stripIndent().strip())
                .toList();
    }
}
