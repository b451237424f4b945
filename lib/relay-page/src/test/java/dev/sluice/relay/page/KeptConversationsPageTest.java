package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the browser keeps of conversations: through a reload, and in several tabs. */
class KeptConversationsPageTest {
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
    void twoTabsThatWriteAtTheSameTimeLoseNothing() throws Exception {
        page.askAndRead("First", "one");
        OpenedPage deaf = deafTab();
        page.askAndRead("Second", "two");
        deaf.askAndRead("Third", "three");
        assertThat(page.answers()).hasText(new String[] {"one", "two", "three"});
        assertThat(page.tab().locator("#send")).isVisible(); // it has watched that answer
        page.askAndRead("Fourth", "four");
        deaf.askAndRead("Fifth", "five");
        deaf.tab().reload();
        page.tab().reload();
        String[] questions = {"First", "Second", "Third", "Fourth", "Fifth"};
        String[] answers = {"one", "two", "three", "four", "five"};
        for (OpenedPage tab : new OpenedPage[] {page, deaf}) {
            assertThat(tab.questions()).hasText(questions);
            assertThat(tab.answers()).hasText(answers);
            assertThat(tab.entries()).hasText(new String[] {"First"});
        }
    }

    @Test
    void twoTabsThatAnswerAtTheSameTimeKeepBothAnswers() throws Exception {
        page.askAndRead("First", "one");
        OpenedPage deaf = deafTab();
        ScriptedRun second = page.ask("Second").begin().text("tw");
        ScriptedRun third = deaf.ask("Third").begin().text("thr");
        second.text("o").complete();
        third.text("ee").complete();
        assertThat(deaf.answers().last()).hasText("three");
        assertThat(page.answers()).hasText(new String[] {"one", "two", "three"});
        deaf.tab().reload();
        assertThat(deaf.answers()).hasText(new String[] {"one", "two", "three"});
    }

    @Test
    void aTabShowsWhatIsSaidInAnother() throws Exception {
        page.askAndRead("First", "one");
        OpenedPage other = new OpenedPage(chromium.open(page.tab().url()), server);
        ScriptedRun second = other.ask("Second").begin().text("half");
        assertThat(page.questions()).hasText(new String[] {"First", "Second"});
        assertThat(page.answers().last()).hasText("half");
        second.text(" and whole").complete();
        assertThat(page.answers()).hasText(new String[] {"one", "half and whole"});
        assertThat(page.tab().locator("#send")).isVisible();
        page.askAndRead("Third", "three");
        assertThat(other.answers()).hasText(new String[] {"one", "half and whole", "three"});
        other.tab().locator("#new").click();
        other.askAndRead("Elsewhere", "new");
        assertThat(page.entries()).hasText(new String[] {"Elsewhere", "First"});
        assertThat(page.questions()).hasCount(3);
    }

    @Test
    void aTabThatKnowsLessDoesNotOverwriteAnAnswer() throws Exception {
        page.askAndRead("First", "whole");
        page.tab().evaluate("""
            async () => {
              const { kept, keep } = await import('/store.js');
              const [{ id, turns: [turn] }] = kept();
              keep(id, { ...turn, how: undefined, open: true });
              keep(id, { ...turn, how: 'lost', error: 'gone' });
              keep(id, { ...turn, events: [] });
            }\
            """);
        page.tab().reload();
        assertThat(page.answers()).hasText("whole");
        assertThat(page.answers()).hasAttribute("data-end", "complete");
    }

    @Test
    void anOlderStateThatAnotherTabWroteTooLateIsMended() throws Exception {
        page.askAndRead("First", "whole");
        Page other = chromium.open(page.tab().url());
        other.evaluate("""
            () => {
              const name = Object.keys(localStorage).find((key) => key.startsWith('sluice.turn.'));
              localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name)), how: 'lost' }));
            }\
            """);
        other.waitForFunction("Object.values(localStorage).some((turn) => turn.includes('\"how\":\"complete\"'))");
        page.tab().reload();
        assertThat(page.answers()).hasText("whole");
        assertThat(page.answers()).hasAttribute("data-end", "complete");
    }

    @Test
    void toolCardsAndFiguresSurviveAReload() throws Exception {
        ScriptedRun run = page.ask("How deep?");
        run.begin()
                .emit("message_delta", "index", 1, "thinking", "Both pools, then.")
                .text("I sound it.");
        run.emit("tool_start", "id", "t1", "name", "sound", "input", "{\"pool\":\"upper\"}")
                .emit("tool_start", "id", "t2", "name", "sound", "input", "{\"pool\":\"lower\"}")
                .emit("tool_progress", "id", "t1", "message", "at 1 m", "percentage", 50)
                .emit("tool_event", "id", "t1", "event", Map.of("type", "message_delta", "text", "inner "))
                .emit("tool_event", "id", "t1", "event", Map.of("type", "message_delta", "text", "words"))
                .emit("tool_complete", "id", "t1", "output", "{\"depth\":2.41}")
                .emit("tool_error", "id", "t2", "error", "no lead");
        run.begin().text("**2.41 m**").complete();
        assertThat(page.tab().locator("#connection")).hasText("done");
        String figures = page.tab().locator("#figures").textContent();
        Assertions.assertThat(figures).contains("345 tokens");
        page.tab().reload();
        Locator tools = page.tab().locator(".tool");
        assertThat(tools).hasCount(2);
        assertThat(tools.first()).hasAttribute("data-state", "done");
        assertThat(tools.first().locator("summary")).containsText("upper");
        tools.first().locator("summary").click();
        assertThat(tools.first()).containsText("inner words");
        assertThat(tools.first()).containsText("\"depth\": 2.41");
        assertThat(tools.last()).hasAttribute("data-state", "failed");
        assertThat(tools.last()).containsText("no lead");
        assertThat(page.tab().locator(".thinking")).hasCount(1);
        assertThat(page.tab().locator(".text")).hasText(new String[] {"I sound it.", "2.41 m"});
        assertThat(page.tab().locator("#figures")).hasText(figures);
        ScriptedRun next = page.ask("And?");
        Assertions.assertThat(next.request.get("messages").toString()).contains("I sound it.\n\n**2.41 m**");
    }

    @Test
    void figuresOfTheTabThatAskedOutliveThoseOfATabThatWatched() throws Exception {
        ScriptedRun run = page.ask("First").begin().text("half");
        assertThat(page.answers()).hasText("half");
        OpenedPage other = new OpenedPage(chromium.open(page.tab().url()), server);
        assertThat(other.answers()).hasText("half");
        run.complete();
        for (OpenedPage tab : new OpenedPage[] {page, other}) {
            assertThat(tab.tab().locator("#connection")).hasText("done");
            assertThat(tab.tab().locator("#figures")).containsText("to the first token");
        }
        for (OpenedPage tab : new OpenedPage[] {page, other}) {
            tab.tab().reload();
            assertThat(tab.tab().locator("#figures")).containsText("to the first token");
        }
    }

    @Test
    void tryAgainSurvivesAReload() throws Exception {
        page.ask("Fail")
                .begin()
                .text("Half")
                .emit("stream_error", "error", "Busy", "details", Map.of("code", "overloaded", "retryable", true))
                .finish();
        page.tab().locator("[role=alert]").waitFor();
        page.tab().reload();
        assertThat(page.answers()).containsText("Busy");
        page.tab().locator("text=Try again").click();
        server.run().begin().text("Whole").complete();
        assertThat(page.answers()).hasText("Whole");
        page.tab().reload();
        assertThat(page.answers()).hasText("Whole");
        assertThat(page.questions()).hasCount(1);
        Assertions.assertThat(server.keys).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void anotherTryInOneTabIsSeenInTheOther() throws Exception {
        page.ask("Fail")
                .begin()
                .text("Half")
                .emit("stream_error", "error", "Busy", "details", Map.of("code", "overloaded", "retryable", true))
                .finish();
        page.tab().locator("text=Try again").waitFor();
        OpenedPage other = new OpenedPage(chromium.open(page.tab().url()), server);
        other.tab().locator("text=Try again").click();
        ScriptedRun run = server.run().begin().text("So ");
        assertThat(page.answers()).hasText("So");
        run.text("far").complete();
        assertThat(page.answers()).hasText("So far");
        assertThat(page.tab().locator(".note")).hasCount(0);
        assertThat(other.answers()).hasText("So far");
    }

    @Test
    void aRequestThatThePageWasLeftDuringIsAskedForAgainUnderItsKey() throws Exception {
        server.down(true);
        page.tab().locator("#prompt").fill("Hello");
        page.tab().locator("#prompt").press("Enter");
        page.tab().locator("text=Try again").waitFor();
        page.tab().reload();
        server.down(false);
        page.tab().locator("text=Try again").click();
        server.run().begin().text("Here").complete();
        assertThat(page.answers()).hasText("Here");
        Assertions.assertThat(server.keys.get(1)).isEqualTo(server.keys.get(0));
    }

    @Test
    void aFullStoreForgetsTheOldestConversationAndNotTheNewest() throws Exception {
        page.askAndRead("Old", "one");
        page.tab().locator("#new").click();
        page.askAndRead("Middle", "two");
        page.tab().locator("#new").click();
        page.tab().evaluate("""
            async () => {
              let size = 4_000_000;
              for (let i = 0; size > 20; i++) {
                try { localStorage.setItem('filler' + i, 'x'.repeat(size)); } catch { size = Math.floor(size / 2); }
              }
            }\
            """);
        page.askAndRead("New", "three");
        page.tab()
                .evaluate("Object.keys(localStorage).filter((n) => n.startsWith('filler')).forEach((n) =>"
                        + " localStorage.removeItem(n))");
        page.tab().reload();
        assertThat(page.entries().first()).hasText("New");
        assertThat(page.answers()).hasText("three");
        Assertions.assertThat(page.entries().allTextContents()).doesNotContain("Old");
    }

    /** A second tab on the same conversation which is not told in time what the first one keeps. */
    private OpenedPage deafTab() {
        Page tab = chromium.tab();
        tab.addInitScript("addEventListener('storage', (event) => event.stopImmediatePropagation(), true)");
        tab.navigate(page.tab().url());
        return new OpenedPage(tab, server);
    }
}
