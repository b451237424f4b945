package dev.sluice.relay.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The installed Chromium, started once for all tests of a process, which ends it: the driver stops when its parent is gone. Its headless
 * shell is preferred, because it takes half the time. A test that uses it fails if a page broke the content security policy or threw.
 * Tests are skipped, with the reason, where Chromium or Node is missing.
 */
final class Chromium implements BeforeAllCallback, AfterEachCallback {
    private static final String WATCH = """
        window.violations = [];
        addEventListener('securitypolicyviolation', (e) => violations.push(
            `${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
        window.alert = window.attacked = () => violations.push('an attack succeeded');
        """;

    private static @Nullable Browser browser; // the thread's that runs the tests, as Playwright wants it

    private final List<Page> pages = new ArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        Optional<Path> chromium = onPath("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");
        Optional<Path> node = onPath("node", "nodejs");
        List<String> missing = new ArrayList<>();
        if (chromium.isEmpty()) {
            missing.add("Chromium");
        }
        if (node.isEmpty()) {
            missing.add("Node, which drives the browser");
        }
        note(missing);
        assumeTrue(missing.isEmpty(), "not on the PATH: " + missing);
        if (browser == null) {
            browser = Browser.launch(chromium.orElseThrow(), node.orElseThrow());
        }
    }

    /** Leaves a file that the build prints among its last lines, or none if nothing is missing. */
    private static void note(List<String> missing) throws IOException {
        Path note = Path.of("target", "skipped-tests", "page.txt");
        Files.deleteIfExists(note);
        if (!missing.isEmpty()) {
            Files.createDirectories(note.getParent());
            Files.writeString(
                    note,
                    "Tests of the chat page were skipped. To run them, install " + String.join(", and ", missing)
                            + ".\n");
        }
    }

    /** A new tab. */
    Page open(String address) {
        Page page = tab();
        page.navigate(address);
        return page;
    }

    /** A new tab with nothing in it. */
    Page tab() {
        Page page = context().newPage();
        pages.add(page);
        page.onPageError(faults::add);
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")
                    || message.text().contains("Trusted")) {
                faults.add(message.text());
            }
        });
        return page;
    }

    /**
     * Lets pass what was reported until now about these directives: the inert document in which the purifier reads obeys the
     * policy too, and reports what it refuses.
     */
    void forgive(String... directives) {
        faults.removeIf(fault -> Stream.of(directives).anyMatch(fault::contains));
        for (Page page : pages) {
            page.evaluate(
                    "names => violations = violations.filter((text) => !names.some((name) => text.startsWith(name)))",
                    directives);
        }
    }

    BrowserContext context() {
        if (browser == null) {
            throw new IllegalStateException("no browser was started");
        }
        return browser.context;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            for (Page page : pages) {
                assertThat((List<?>) page.evaluate("window.violations")).isEmpty();
            }
            assertThat(faults).isEmpty();
        } finally {
            pages.forEach(Page::close);
            pages.clear();
            faults.clear();
            context().setOffline(false);
        }
    }

    private static Optional<Path> onPath(String... names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Browser, and the process that drives it. */
    private record Browser(BrowserContext context) {
        static Browser launch(Path chromium, Path node) {
            var playwright = Playwright.create(new Playwright.CreateOptions()
                    .setEnv(Map.of(
                            "PLAYWRIGHT_NODEJS_PATH", node.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            try {
                var context = playwright
                        .chromium()
                        .launchPersistentContext(
                                Path.of(""), // a new folder, which the driver deletes
                                new BrowserType.LaunchPersistentContextOptions()
                                        .setExecutablePath(chromium)
                                        .setHeadless(true)
                                        .setViewportSize(1180, 820)
                                        .setArgs(List.of(
                                                "--headless",
                                                "--no-sandbox",
                                                "--disable-gpu",
                                                "--disable-quic",
                                                "--no-first-run",
                                                "--disable-background-networking",
                                                "--disable-component-update",
                                                "--disable-sync",
                                                "--disable-site-isolation-trials",
                                                "--renderer-process-limit=1",
                                                "--mute-audio")));
                context.setDefaultTimeout(15_000);
                context.addInitScript(WATCH);
                return new Browser(context);
            } catch (RuntimeException e) {
                playwright.close();
                throw new IllegalStateException("Chromium did not start", e);
            }
        }
    }
}
