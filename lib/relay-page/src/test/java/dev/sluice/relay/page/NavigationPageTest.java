package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From one conversation to another, back, and away. */
class NavigationPageTest {
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
    void backAndForwardGoThroughTheConversations() throws Exception {
        page.askAndRead("First", "one");
        page.tab().locator("#new").click();
        page.askAndRead("Second", "two");
        page.tab().goBack();
        assertThat(page.answers()).hasText("one");
        assertThat(page.tab().locator("#title")).hasText("First");
        page.tab().goForward();
        assertThat(page.answers()).hasText("two");
        entry("First").click();
        page.tab().reload();
        assertThat(page.answers()).hasText("one");
        page.tab().goBack();
        assertThat(page.answers()).hasText("two");
    }

    @Test
    void aRequestThatFailedHasAnAddressToo() {
        server.refuse("No.");
        page.tab().locator("#prompt").fill("First");
        page.tab().locator("#prompt").press("Enter");
        page.tab().locator("[role=alert]").waitFor();
        page.tab().locator("#new").click();
        assertThat(page.tab().locator("#welcome")).isVisible();
        page.tab().goBack();
        assertThat(page.answers()).containsText("No.");
        page.tab().reload();
        assertThat(page.answers()).containsText("No.");
    }

    @Test
    void aDeletedConversationComesBack() throws Exception {
        page.askAndRead("First", "one");
        page.tab().locator("#new").click();
        page.askAndRead("Second", "two");
        drop("First");
        assertThat(page.entries()).hasText(new String[] {"Second"});
        assertThat(page.answers()).hasText("two");
        drop("Second");
        assertThat(page.entries()).hasCount(0);
        assertThat(page.tab().locator("#welcome")).isVisible();
        Locator undone = page.tab().locator("#undone");
        assertThat(undone).hasAttribute("role", "status");
        assertThat(undone).containsText("Deleted “Second”");
        Assertions.assertThat(
                        page.tab().evaluate("JSON.stringify(localStorage)").toString())
                .doesNotContain("Second");
        undone.locator("button").click();
        assertThat(page.answers()).hasText("two");
        assertThat(undone).containsText("Deleted “First”");
        undone.locator("button").click();
        assertThat(page.entries()).hasText(new String[] {"Second", "First"});
        page.tab().reload();
        assertThat(page.entries()).hasText(new String[] {"Second", "First"});
        assertThat(page.answers()).hasText("two");
    }

    @Test
    void whatIsDeletedStaysDeleted() throws Exception {
        page.askAndRead("First", "one");
        page.tab().locator("#new").click();
        ScriptedRun run = page.ask("Second").begin().text("half");
        assertThat(page.answers()).hasText("half");
        drop("Second");
        assertThat(page.tab().locator("#connection")).hasText("");
        page.tab().goBack();
        assertThat(page.answers()).hasText("one");
        page.tab().goForward();
        assertThat(page.tab().locator("#welcome")).isVisible();
        page.tab().reload();
        assertThat(page.entries()).hasText(new String[] {"First"});
        Assertions.assertThat(run.cancelled.await(10, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void theListHasTheNewestFirstAsAfterAReload() throws Exception {
        page.askAndRead("First", "one");
        page.tab().locator("#new").click();
        page.askAndRead("Second", "two");
        entry("First").click();
        page.askAndRead("More", "three");
        assertThat(page.entries()).hasText(new String[] {"First", "Second"});
        page.tab().reload();
        assertThat(page.entries()).hasText(new String[] {"First", "Second"});
    }

    @Test
    void questionsToBeginWithAreAskedAtOnce() throws Exception {
        Locator suggestions = page.tab().locator("#suggestions button");
        assertThat(suggestions).hasText(ScriptedBackEnd.SUGGESTIONS.toArray(String[]::new));
        suggestions.last().click();
        ScriptedRun run = server.run();
        run.begin().text("Two metres").complete();
        assertThat(page.questions()).hasText(ScriptedBackEnd.SUGGESTIONS.getLast());
        assertThat(page.answers()).hasText("Two metres");
        assertThat(suggestions.first()).isHidden();
    }

    private Locator entry(String title) {
        return page.tab().locator(".entry", new Page.LocatorOptions().setHasText(title));
    }

    private void drop(String title) {
        page.tab()
                .locator("#conversations li", new Page.LocatorOptions().setHasText(title))
                .locator(".drop")
                .press("Enter");
    }
}
