package dev.sluice.examples;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line of an example may say. */
@Timeout(value = 60, unit = SECONDS)
class DemoTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rivers | claude-sonnet-5",
                "--provider claude | claude-sonnet-5",
                "--provider gemini | gemini-3.5-flash",
                "--provider gemini-interactions | gemini-3.8-flash",
                "--provider openai | gpt-6-luna",
                "--provider openai-chat | gpt-5.4",
                "--provider openai --model qwen3 | qwen3",
                "--model claude-opus-5 --provider claude | claude-opus-5",
            })
    void eachProviderHasAModelUnlessOneIsNamed(String line, String model) {
        assertThat(Demo.read(line.split(" ", -1)).model()).isEqualTo(model);
    }

    @Test
    void whatIsNoOptionIsThePrompt() {
        assertThat(Demo.read("What", "is", "--provider", "gemini", "a sluice?").wordsOr("rivers"))
                .isEqualTo("What is a sluice?");
        assertThat(Demo.read("--provider", "gemini").wordsOr("rivers")).isEqualTo("rivers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--provider nobody", "--provider Claude", "--provider", "--model", "--colour red"})
    void whatCannotBeUnderstoodIsAnsweredWithWhatCanBe(String line) {
        assertThatThrownBy(() -> Demo.read(line.split(" ", -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(line.replaceFirst(".* ", "").replace("red", "--colour"))
                .hasMessageEndingWith(
                        "--provider claude|gemini|gemini-interactions|openai|openai-chat and --model NAME can be"
                                + " given");
    }

    @Test
    void aWrongNameEndsTheProgramWithTwo(@TempDir Path folder) throws Exception {
        Path said = folder.resolve("said");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process program = new ProcessBuilder(List.of(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.sluice.examples.Quickstart",
                        "--provider",
                        "nobody"))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            assertThat(program.waitFor(50, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(program.exitValue()).isEqualTo(2);
        assertThat(Files.readString(said))
                .contains("'nobody'", "claude|gemini|gemini-interactions|openai|openai-chat")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({
        "claude, ANTHROPIC_API_KEY, true",
        "claude, OPENAI_API_KEY,    false",
        "gemini, GEMINI_API_KEY,    true",
        "gemini, GOOGLE_API_KEY,    true",
        "gemini-interactions, GEMINI_API_KEY, true",
        "openai, OPENAI_API_KEY,    true",
        "openai, OPENAI_BASE_URL,   true",
        "openai-chat, OPENAI_API_KEY, true",
    })
    void theEnvironmentSaysWhetherThereIsTheRealOne(String name, String variable, boolean known) {
        Vendor vendor = Vendor.named(name).orElseThrow();

        assertThat(vendor.isKnown(Map.of(variable, "something")::get)).isEqualTo(known);
        assertThat(vendor.isKnown(Map.of(variable, " ")::get)).isFalse();
    }
}
