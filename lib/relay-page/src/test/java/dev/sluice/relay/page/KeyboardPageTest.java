package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who has a keyboard only reads all of an answer, and never loses the place. */
class KeyboardPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private ScriptedBackEnd server;
    private OpenedPage page;

    @BeforeEach
    void open() throws Exception {
        server = new ScriptedBackEnd();
        page = new OpenedPage(chromium.open(server.address()), server);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void theAnswerIsScrolledWithTheKeyboard() throws Exception {
        page.ask("Long").begin().text("line\n\n".repeat(80)).complete();
        page.tab().waitForCondition(() -> top() > 500);
        Locator main = page.tab()
                .getByRole(
                        com.microsoft.playwright.options.AriaRole.MAIN,
                        new com.microsoft.playwright.Page.GetByRoleOptions().setName("Conversation"));
        page.tab().keyboard().press("Shift+Tab");
        assertThat(main).isFocused();
        assertThat((String) main.evaluate("e => getComputedStyle(e).outlineStyle"))
                .isEqualTo("solid");
        double end = top();
        page.tab().keyboard().press("PageUp");
        page.tab().waitForCondition(() -> top() < end - 200);
        page.tab().keyboard().press("Home");
        page.tab().waitForCondition(() -> top() == 0);
        page.tab().keyboard().press("End");
        page.tab().waitForCondition(() -> top() >= end);
    }

    @Test
    void theFocusStaysAfterSendAndStop() throws Exception {
        page.tab().locator("#prompt").fill("Go");
        page.tab().locator("#send").focus();
        page.tab().keyboard().press("Enter");
        ScriptedRun run = server.run().begin().text("On");
        assertThat(page.answers()).hasText("On");
        assertThat(page.focused()).isEqualTo("prompt");
        page.tab().keyboard().press("Tab");
        assertThat(page.focused()).isEqualTo("stop");
        page.tab().keyboard().press("Enter");
        assertThat(page.answers()).containsText("Stopped.");
        assertThat(page.focused()).isEqualTo("prompt");
        assertThat(run.cancelled.getCount()).isZero();
    }

    @Test
    void theFocusStaysWhenTheAnswerEndsByItself() throws Exception {
        ScriptedRun run = page.ask("Go").begin().text("On");
        page.tab().locator("#stop").focus();
        run.complete();
        assertThat(page.tab().locator("#connection")).hasText("done");
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theFocusStaysAfterAnErrorAndAnotherTry() throws Exception {
        ScriptedRun run = page.ask("Go").begin().text("On");
        page.tab().locator("#stop").focus();
        run.emit("stream_error", "error", "Busy", "details", Map.of("retryable", true))
                .finish();
        page.tab().locator("text=Try again").waitFor();
        assertThat(page.focused()).isEqualTo("prompt");
        page.tab().locator("text=Try again").focus();
        page.tab().keyboard().press("Enter");
        server.run().begin().text("Whole").complete();
        assertThat(page.answers()).hasText("Whole");
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theFocusStaysAfterADeletionAndItsUndoing() throws Exception {
        page.askAndRead("First", "one");
        page.tab().locator("#new").click();
        page.askAndRead("Second", "two");
        page.tab().locator(".drop").last().focus();
        page.tab().keyboard().press("Enter");
        Locator undo = page.tab().locator("#undone button");
        assertThat(undo).isFocused();
        page.tab().keyboard().press("Enter");
        assertThat(page.tab().locator(".entry").last()).isFocused();
        assertThat(undo).hasCount(0);
        page.tab().locator(".drop").last().press("Enter");
        undo.focus();
        page.tab().locator("#prompt").press("x");
        page.askAndRead("Third", "three");
        assertThat(undo).hasCount(0);
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theFocusStaysWhenTheListIsReordered() throws Exception {
        page.askAndRead("First", "one");
        page.tab().locator(".entry").focus();
        var other = new OpenedPage(chromium.open(server.address()), server);
        other.askAndRead("Second", "two");
        assertThat(page.entries()).hasText(new String[] {"Second", "First"});
        assertThat(page.focused()).isEqualTo("entry");
    }

    @Test
    void theFocusStaysWhenAnotherTabDeletesWhatIsShown() throws Exception {
        page.ask("First").begin().text("```java\nint x;\n```").complete();
        page.tab().locator(".copy").focus();
        var other = new OpenedPage(chromium.open(page.tab().url()), server);
        other.tab().locator(".drop").press("Enter");
        assertThat(page.entries()).hasCount(0);
        assertThat(page.tab().locator("#welcome")).isVisible();
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theFocusStaysWhenAPanelCloses() throws Exception {
        page.tab().locator("#settings").focus();
        page.tab().keyboard().press("Enter");
        page.tab().keyboard().press("Tab");
        assertThat(page.tab().locator("[name=smooth]")).isFocused();
        page.tab().keyboard().press("Escape");
        assertThat(page.focused()).isEqualTo("settings");
        page.askAndRead("First", "one");
        page.tab().setViewportSize(375, 667);
        page.tab().locator("#menu").press("Enter");
        assertThat(page.tab().locator("#new")).isFocused();
        page.tab().keyboard().press("Escape");
        assertThat(page.focused()).isEqualTo("menu");
        page.tab().locator("#menu").press("Enter");
        page.tab().locator(".entry").press("Enter");
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theFocusStaysAfterWhatIsPressedIsGone() throws Exception {
        page.tab().locator("#suggestions button").first().press("Enter");
        ScriptedRun run = server.run();
        assertThat(page.focused()).isEqualTo("prompt");
        run.begin().text("line\n\n".repeat(80)).complete();
        page.tab().waitForCondition(() -> top() > 500);
        page.tab().locator("#scroller").press("Home");
        page.tab().waitForCondition(() -> top() == 0);
        page.tab().locator("#latest").press("Enter");
        assertThat(page.tab().locator("#latest")).isHidden();
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theFocusStaysWhenTheEndOfAnAnswerChangesItsBeginning() throws Exception {
        ScriptedRun run = page.ask("Go").begin().text("[a][r]\n\n```java\nint x;\n```\n\nmore\n\n");
        page.tab().locator(".copy").focus();
        run.text("[r]: https://example.org/\n").complete();
        page.tab().locator(".answer a").waitFor();
        assertThat(page.focused()).isEqualTo("prompt");
    }

    @Test
    void theSkipButtonKeepsTheAddress() throws Exception {
        page.askAndRead("First", "one");
        String address = page.tab().url();
        page.tab().locator("#skip").press("Enter");
        assertThat(page.focused()).isEqualTo("prompt");
        assertThat(page.tab().url()).isEqualTo(address);
    }

    private double top() {
        return ((Number) page.tab().evaluate("document.getElementById('scroller').scrollTop")).doubleValue();
    }
}
