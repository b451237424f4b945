package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The bill of materials has no parent, so what it repeats is compared here. */
class BillOfMaterialsTest {
    private static final Path LIB = Path.of("..");

    @Test
    void everyLibraryIsListedInItsVersion() throws IOException {
        String bill = Files.readString(LIB.resolve("bom/pom.xml"));
        String libraries = Files.readString(LIB.resolve("pom.xml"));
        List<String> artifacts = all("<module>(.*?)</module>", libraries).stream()
                .filter(module -> !module.equals("bom"))
                .map(module -> artifactId(LIB.resolve(module).resolve("pom.xml")))
                .toList();
        assertThat(artifacts).hasSizeGreaterThan(5);
        assertThat(all(
                        "<dependency><groupId>dev\\.sluice</groupId><artifactId>(.*?)</artifactId>"
                                + "<version>\\$\\{project\\.version}</version></dependency>",
                        bill))
                .containsExactlyInAnyOrderElementsOf(artifacts);
        assertThat(all("<version>(.*?)</version>", bill).getFirst())
                .isEqualTo(all("<version>(.*?)</version>", libraries).getFirst());
    }

    @Test
    void whatCentralAsksForIsThatOfTheParent() throws IOException {
        String bill = Files.readString(LIB.resolve("bom/pom.xml"));
        String parent = Files.readString(LIB.resolve("../pom.xml"));
        for (String element : List.of("licenses", "developers", "scm", "url")) {
            String pattern = "(?s)<" + element + "[^>]*>(.*?)</" + element + ">";
            assertThat(all(pattern, bill).getFirst())
                    .as(element)
                    .isEqualTo(all(pattern, parent).getFirst());
        }
    }

    private static String artifactId(Path pom) {
        try {
            return all("(?s)</parent>\\s*<artifactId>(.*?)</artifactId>", Files.readString(pom))
                    .getFirst();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1).strip())
                .toList();
    }
}
