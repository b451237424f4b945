package dev.sluice.examples.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.tools.ToolContext;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways of opening a file: from handle to handle, and, where the system has no such handles, by its path. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
@DisabledOnOs(OS.WINDOWS) // links and pipes
@Timeout(value = 30, unit = SECONDS)
class ReadFileTest {
    private static final String SECRET = "the key to the mill";
    private static final int MOST = 50_000;

    @Parameter
    boolean byHandle;

    @TempDir
    Path folder;

    private Path root;
    private final RecordingToolContext reported = new RecordingToolContext();

    @BeforeEach
    void aFolderBesideASecret() throws IOException {
        Files.writeString(folder.resolve("secret.txt"), SECRET);
        Files.createDirectories(folder.resolve("outside/deep"));
        Files.writeString(folder.resolve("outside/secret.txt"), SECRET);
        Files.writeString(folder.resolve("outside/deep/secret.txt"), SECRET);
        // A neighbour whose path begins with the root's.
        Files.createDirectories(folder.resolve("root-2"));
        Files.writeString(folder.resolve("root-2/secret.txt"), SECRET);
        root = Files.createDirectories(folder.resolve("root"));
        Files.createDirectories(root.resolve("a/b"));
        Files.writeString(root.resolve("plain.txt"), "plain");
        Files.writeString(root.resolve("a/b/deep.txt"), "deep");
        Files.createDirectories(root.resolve("a/deep"));
        for (String swapped : new String[] {"a/secret.txt", "a/b/secret.txt", "a/deep/secret.txt"}) {
            Files.writeString(root.resolve(swapped), "harmless");
        }
    }

    private Object read(String path) throws Exception {
        return read(path, reported);
    }

    private Object read(String path, ToolContext context) throws Exception {
        return new ReadFile(new AllowedRoot(root, byHandle), MOST).call(new ReadFile.Input(path), context);
    }

    private void assertRefused(String path, String why) throws Exception {
        assertThat(RecordingToolContext.error(read(path)))
                .contains(why)
                .doesNotContain(SECRET)
                .doesNotContain(path.contains(folder.toString()) ? "\n" : folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain.txt", "./plain.txt", "a/b/deep.txt", "a//b/deep.txt", "a/./b/deep.txt"})
    void filesBelowTheRootAreRead(String path) throws Exception {
        assertThat(read(path)).isEqualTo(path.contains("deep") ? "deep" : "plain");
    }

    @Test
    void theRootMayItselfBeReachedByALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link-to-root"), root);
        root = link;

        assertThat(read("a/b/deep.txt")).isEqualTo("deep");
    }

    /** Every path of up to four steps made of these, from the root and from the top. */
    @Test
    void noPathWithDotsReadsASecret() throws Exception {
        String[] steps = {"..", ".", "", "a", "b", "outside", "root-2", "secret.txt", "...", ".. ", "%2e%2e", "~"};
        for (String path : paths(steps, 4)) {
            assertThat(String.valueOf(read(path))).as(path).doesNotContain(SECRET);
            assertThat(String.valueOf(read("/" + path))).as("/" + path).doesNotContain(SECRET);
        }
    }

    private static Iterable<String> paths(String[] steps, int most) {
        Stream<String> paths = Stream.of(steps);
        Stream<String> all = Stream.of(steps);
        for (int i = 1; i < most; i++) {
            String[] shorter = paths.toArray(String[]::new);
            all = Stream.concat(
                    all, Stream.of(shorter).flatMap(path -> Stream.of(steps).map(step -> path + "/" + step)));
            paths = Stream.of(shorter).flatMap(path -> Stream.of(steps).map(step -> path + "/" + step));
        }
        return all.toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../secret.txt",
                "a/../../secret.txt",
                "a/../plain.txt",
                "../root/plain.txt",
                "../root-2/secret.txt",
                "a/b/../../../outside/deep/secret.txt"
            })
    void dotsAreRefusedEvenIfTheyStayInside(String path) throws Exception {
        assertRefused(path, "has '..'");
    }

    @Test
    void absolutePathsAreRefusedEvenIfTheyLeadInside() throws Exception {
        assertRefused("/etc/passwd", "is absolute");
        assertRefused("//etc/passwd", "is absolute");
        assertRefused("\\\\server\\share", "is absolute");
        assertRefused(root.resolve("plain.txt").toString(), "is absolute");
        assertRefused(folder.resolve("secret.txt").toString(), "is absolute");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", "plain.txt\0", "plain.txt\0.png", "\0", "a/\0/b"})
    void namesThatAreNoneAreRefused(String path) throws Exception {
        assertRefused(path, "a name of 1 to 1024 characters");
    }

    @Test
    void aNameWithoutEndIsRefused() throws Exception {
        assertRefused("a/".repeat(5_000) + "x", "a name of 1 to 1024 characters");
        assertRefused("x".repeat(1_000), "cannot be opened");
    }

    @Test
    void whatIsNotThereIsSaidWithoutSayingWhere() throws Exception {
        assertRefused("nothing.txt", "'nothing.txt' does not exist");
        assertRefused("a/nothing/deep.txt", "does not exist");
        assertRefused("plain.txt/deep.txt", "cannot be opened");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "./", "a", "a/b", "a/b/"})
    void foldersAreNoFiles(String path) throws Exception {
        assertRefused(path, "is a folder");
    }

    /** A link at the end, in the middle, over another link, relative, absolute, to a folder, to a neighbour. */
    @Test
    void linksThatLeadOutAreRefused() throws Exception {
        link("to-file", folder.resolve("secret.txt"));
        link("to-file-relative", Path.of("../secret.txt"));
        link("to-folder", folder.resolve("outside"));
        link("a/to-folder-relative", Path.of("../../outside"));
        link("to-link", Path.of("to-file"));
        link("to-link-folder", Path.of("to-folder/deep"));
        link("to-neighbour", folder.resolve("root-2"));
        link("to-top", Path.of("/"));
        link("to-parent", Path.of(".."));

        for (String path : new String[] {
            "to-file",
            "to-file-relative",
            "to-folder/secret.txt",
            "to-folder/deep/secret.txt",
            "a/to-folder-relative/secret.txt",
            "a/to-folder-relative/deep/secret.txt",
            "to-link",
            "to-link-folder/secret.txt",
            "to-neighbour/secret.txt",
            "to-top/etc/passwd",
            "to-parent/secret.txt",
            "to-parent",
        }) {
            assertRefused(path, "leads out of the folder");
        }
    }

    @Test
    void linksThatStayInsideAreFollowed() throws Exception {
        link("a/up", Path.of("../plain.txt"));
        link("down", Path.of("a/b"));
        link("round", Path.of("../root/plain.txt"));
        link("a/b/again", root.resolve("down"));

        assertThat(read("a/up")).isEqualTo("plain");
        assertThat(read("down/deep.txt")).isEqualTo("deep");
        assertThat(read("round")).isEqualTo("plain");
        assertThat(read("down/again/again/deep.txt")).isEqualTo("deep");
    }

    @Test
    void aLinkToItselfOrToNothingIsNoFile() throws Exception {
        link("itself", Path.of("itself"));
        link("one", Path.of("two"));
        link("two", Path.of("one"));
        link("nowhere", Path.of("nothing"));

        assertRefused("itself", "cannot be opened");
        assertRefused("one", "cannot be opened");
        assertRefused("nowhere", "does not exist");
    }

    /** The race that checking a path and then opening it would lose. */
    @ParameterizedTest
    @MethodSource("swaps")
    void aLinkPutInPlaceAfterTheCheckIsNotFollowed(String name, String swapped, String target) throws Exception {
        var allowed = new AllowedRoot(root, byHandle);
        Path inside = allowed.inside(name);
        Files.move(root.resolve(swapped), root.resolve("moved"));
        Files.createSymbolicLink(root.resolve(swapped), folder.resolve(target));

        assertThatThrownBy(() -> {
                    try (SeekableByteChannel file = allowed.open(inside, name)) {
                        assertThat(file.isOpen()).isFalse();
                    }
                })
                .isInstanceOfAny(IOException.class, ToolRefusal.class);
    }

    static Stream<String[]> swaps() {
        return Stream.of(
                new String[] {"plain.txt", "plain.txt", "secret.txt"},
                new String[] {"a/secret.txt", "a", "outside"},
                new String[] {"a/b/secret.txt", "a/b", "outside"},
                new String[] {"a/deep/secret.txt", "a", "outside"});
    }

    @Test
    void pipesAndDevicesAreNotEvenOpened() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", root.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        link("device", Path.of("/dev/zero"));
        link("to-pipe", Path.of("pipe"));

        assertRefused("pipe", "is not a regular file"); // opening it would wait for a writer for ever
        assertRefused("to-pipe", "is not a regular file");
        assertRefused("device", "leads out of the folder");
        root = Path.of("/dev");
        assertRefused("zero", "is not a regular file");
        assertRefused("null", "is not a regular file");
    }

    @Test
    void theLimitIsExact() throws Exception {
        Files.writeString(root.resolve("full"), "x".repeat(MOST));
        Files.writeString(root.resolve("over"), "x".repeat(MOST + 1));

        assertThat(read("full").toString()).hasSize(MOST);
        assertRefused("over", "'over' has 50.0 KB; at most 50.0 KB can be read");
    }

    @Test
    void aHugeFileIsRefusedBeforeItIsRead() throws Exception {
        try (var huge =
                Files.newByteChannel(root.resolve("huge"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            huge.position(3_000_000_000L).write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        assertRefused("huge", "has 3000.0 MB");
        assertThat(reported.messages).isEmpty();
    }

    @Test
    void aFileThatGrowsWhileItIsReadStopsAtTheLimit() throws Exception {
        Path growing = Files.writeString(root.resolve("growing"), "x");
        var context = new RecordingToolContext() {
            @Override
            public void progress(String message, int percentage) {
                super.progress(message, percentage);
                try {
                    Files.writeString(growing, "x".repeat(8_000), StandardOpenOption.APPEND);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        };

        assertThat(RecordingToolContext.error(read("growing", context))).contains("grew while it was read");
        assertThat(context.percentages).hasSizeLessThan(10).allMatch(percent -> percent == 100);
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsReadAsFarAsItGoes() throws Exception {
        Path shrinking = Files.writeString(root.resolve("shrinking"), "x".repeat(40_000));
        var context = new RecordingToolContext() {
            @Override
            public void progress(String message, int percentage) {
                try {
                    Files.writeString(shrinking, "");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        };

        assertThat(read("shrinking", context).toString()).hasSize(8192);
    }

    @Test
    void whatHasNoSizeIsReadAllTheSame() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/status")));
        root = Path.of("/proc/self/task/").toRealPath().getParent(); // a file there has a size of zero

        assertThat(read("status").toString()).contains("VmSize");
    }

    @Test
    void progressIsTheShareOfTheBytesAndEndsWithAll() throws Exception {
        Files.writeString(root.resolve("long"), "x".repeat(40_000));
        read("long");

        assertThat(reported.percentages).containsExactly(20, 40, 61, 81, 100);
        assertThat(reported.messages).last().isEqualTo("read 40.0 KB");
    }

    @Test
    void whatIsNoTextIsSaidWithItsFirstWrongByte() throws Exception {
        Files.write(root.resolve("nul"), new byte[] {'a', 'b', 0, 'c'});
        Files.write(root.resolve("latin"), new byte[] {'a', 'b', 'c', (byte) 0xe9, 'd'});
        Files.write(root.resolve("cut"), new byte[] {'a', (byte) 0xe2, (byte) 0x82});
        Files.write(root.resolve("overlong"), new byte[] {(byte) 0xc0, (byte) 0xaf});

        assertRefused("nul", "not text: byte 2 is NUL");
        assertRefused("latin", "not text in UTF-8: see byte 3");
        assertRefused("cut", "not text in UTF-8: see byte 1");
        assertRefused("overlong", "not text in UTF-8: see byte 0");
    }

    @Test
    void textOfAllLengthsOfCharactersComesBackAsItIs() throws Exception {
        String text = "añ€🙂\r\n\u001b[31m".repeat(2_000);
        Files.write(root.resolve("text"), text.getBytes(UTF_8));
        Files.writeString(root.resolve("empty"), "");

        assertThat(read("text")).isEqualTo(text);
        assertThat(read("empty")).isEqualTo("");
    }

    @Test
    void aRootMustBeAFolder() {
        assertThatThrownBy(() -> ReadFile.below(root.resolve("plain.txt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("root");
        assertThatThrownBy(() -> ReadFile.below(root.resolve("nothing")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("root");
        assertThatThrownBy(() -> ReadFile.below(root, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBytes");
        assertThat(ReadFile.below(root).name()).isEqualTo("read_file");
    }

    private void link(String name, Path target) throws IOException {
        Files.createSymbolicLink(root.resolve(name), target);
    }
}
