package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Draws the README's pictures of the page: {@code mvn -pl lib/relay-page -am test -Dtest=ScreenshotPageTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dscreenshots=docs/images}.
 */
@EnabledIfSystemProperty(named = "screenshots", matches = ".+")
class ScreenshotPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private static final String ANSWER = """
        `ReleaseNotes.md` names **three** changes that readers will notice:

        1. A stream that is cut goes on where it was, *without* asking the model again.
        2. Tools may run side by side; their results are told in the order of the calls.
        3. `close()` no longer waits for a slow server.

        The second one is a matter of one line:

        ```java
        try (ToolLoop run = agent.run("Summarise the release notes")) {
            for (RunEvent event : run) {       // blocks, on a virtual thread
                relay.tell(event);
            }
        }
        ```

        | change | since | risk |
        |---|---|---:|
        | resumable streams | 0.4 | low |
        | parallel tools | 0.4 | medium |

        > Callers that relied on the old order see it unchanged.

        """;

    @Test
    void lightDarkAndPhone() throws Exception {
        Path folder = Path.of(System.getProperty("screenshots")).toAbsolutePath();
        try (var server = new ScriptedBackEnd()) {
            Page page = chromium.open(server.address());
            page.setViewportSize(1180, 1060);
            page.locator("[name=smooth]").evaluate("e => e.click()");
            earlier(page, server, "How do I cancel a stream?");
            earlier(page, server, "Compare SSE and WebSocket");
            page.locator("#new").click();
            page.locator("#prompt").fill("What changed in the last release? Read the notes, and check the tests.");
            page.locator("#prompt").press("Enter");
            ScriptedRun run = server.run();
            run.begin()
                    .emit("message_delta", "index", 0, "thinking", "The notes are a file; I should read it first.")
                    .emit("message_delta", "index", 0, "event", "content_block_stop")
                    .emit("tool_start", "id", "t1", "name", "read_file", "input", "{\"path\":\"ReleaseNotes.md\"}")
                    .emit("tool_complete", "id", "t1", "output", "# 0.4 …")
                    .emit("tool_start", "id", "t2", "name", "run_tests", "input", "{\"module\":\"core\"}")
                    .emit("tool_progress", "id", "t2", "message", "412 of 634 tests", "percentage", 65);
            run.begin();
            for (String paragraph : ANSWER.split("(?<=\n\n)")) {
                run.text(paragraph);
                page.waitForTimeout(60); // so that there is a rate to show
            }
            run.text("The tests are still running");
            assertThat(page.locator(".text > p").last()).hasText("The tests are still running");
            shot(page, folder.resolve("page-light.png"));
            page.locator("#theme").click();
            shot(page, folder.resolve("page-dark.png"));
            page.locator("#theme").click();
            page.setViewportSize(375, 800);
            assertThat(page.locator("#sidebar")).isHidden();
            shot(page, folder.resolve("page-phone.png"));
            run.emit("tool_error", "id", "t2", "error", "exit status 1");
            run.emit("stream_error", "error", "The model is busy.", "details", Map.of("retryable", true));
            page.locator("[role=alert]").waitFor();
        }
    }

    private static void earlier(Page page, ScriptedBackEnd server, String question) throws InterruptedException {
        page.locator("#new").click();
        page.locator("#prompt").fill(question);
        page.locator("#prompt").press("Enter");
        server.run().begin().text("Like this.").complete();
        assertThat(page.locator("#connection")).hasText("done");
    }

    private static void shot(Page page, Path file) {
        page.mouse().move(600, 1);
        page.evaluate("document.getElementById('scroller').scrollTop = 1e6");
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
    }
}
