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

/** What a reader sees of a run, and can do. */
class ChatPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private ScriptedBackEnd server;
    private Page page;

    @BeforeEach
    void open() throws Exception {
        server = new ScriptedBackEnd();
        page = chromium.open(server.address());
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void textAppearsAsItComes() throws Exception {
        ScriptedRun run = ask("Tell me");
        run.begin().text("The first ");
        assertThat(answer()).hasText("The first");
        run.text("and the *second* part");
        assertThat(answer()).hasText("The first and the second part");
        assertThat(answer().locator("em")).hasText("second");
        assertThat(answer()).hasAttribute("aria-busy", "true");
        assertThat(page.locator("#connection")).hasText("live");
        run.complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer()).not().hasAttribute("aria-busy", "true");
        assertThat(page.locator("#figures")).containsText("345 tokens");
        assertThat(page.locator("#figures")).containsText("to the first token");
    }

    @Test
    void aQuestionCarriesWhatWasSaidBefore() throws Exception {
        ScriptedRun first = ask("One");
        first.begin().text("Uno").complete();
        assertThat(page.locator("#connection")).hasText("done");
        ScriptedRun second = ask("Two <b>");
        Assertions.assertThat(second.request.get("messages"))
                .isEqualTo(java.util.List.of(
                        Map.of("role", "user", "content", "One"),
                        Map.of("role", "assistant", "content", "Uno"),
                        Map.of("role", "user", "content", "Two <b>")));
        Assertions.assertThat(second.request.get("chatId")).isEqualTo(first.request.get("chatId"));
        assertThat(page.locator(".said").last()).hasText("Two <b>");
    }

    @Test
    void theStopButtonStopsTheRunOnTheServer() throws Exception {
        ScriptedRun run = ask("Go on for ever");
        run.begin().text("On and on");
        assertThat(answer()).hasText("On and on");
        page.locator("#stop").click();
        assertThat(answer()).containsText("Stopped.");
        Assertions.assertThat(run.cancelled.getCount()).isZero();
        assertThat(page.locator("#connection")).hasText("stopped");
        assertThat(answer()).containsText("On and on");
        assertThat(page.locator("#send")).isVisible();
    }

    @Test
    void aRunIsUsedWithTheKeyboardAlone() throws Exception {
        Locator prompt = page.locator("#prompt");
        assertThat(prompt).isFocused();
        page.keyboard().type("Two");
        page.keyboard().press("Shift+Enter");
        page.keyboard().type("lines");
        page.keyboard().press("Enter");
        ScriptedRun run = server.run();
        assertThat(page.locator(".said")).hasText("Two\nlines");
        assertThat(prompt).hasValue("");
        run.begin().text("Yes");
        assertThat(answer()).hasText("Yes");
        page.keyboard().press("Tab");
        assertThat(page.locator("#stop")).isFocused();
        Assertions.assertThat(page.locator("#stop").evaluate("e => getComputedStyle(e).outlineStyle"))
                .isEqualTo("solid");
        page.keyboard().press("Escape");
        assertThat(answer()).containsText("Stopped.");
        Assertions.assertThat(run.cancelled.getCount()).isZero();
    }

    @Test
    void aTurnThatIsTakenBackIsGoneWithItsToolsAndItsLastWordsStand() throws Exception {
        ScriptedRun run = ask("Count");
        run.begin()
                .text("First ")
                .emit("tool_start", "id", "t1", "name", "count", "input", Map.of("path", "a"))
                .emit("message_stop", "finish_reason", "tool_calls", "usage", Map.of("output_tokens", 5))
                .emit("tool_complete", "id", "t1", "output", "7")
                .begin()
                .text("A **draft")
                .emit("tool_start", "id", "t2", "name", "count", "input", Map.of("path", "b"));
        assertThat(page.locator(".tool")).hasCount(2);
        assertThat(answer()).containsText("draft");
        Map<String, Integer> paid = Map.of("output_tokens", 3);
        run.emit("turn_reset", "turn", 2, "attempt", 1, "code", "connection_failed", "usage", paid);
        assertThat(answer()).not().containsText("draft");
        assertThat(answer()).containsText("Asking again");
        assertThat(page.locator(".tool")).hasCount(1);
        run.begin()
                .text("Whole.")
                .emit("tool_start", "id", "t3", "name", "count", "input", Map.of("path", "b"))
                .emit("tool_complete", "id", "t3", "output", "8");
        assertThat(answer()).not().containsText("Asking again");
        assertThat(page.locator(".tool")).hasCount(2);
        run.complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(page.locator("#figures")).containsText("353 tokens");
        page.reload(); // drawn again from what the page has kept
        assertThat(answer().locator(".text")).hasText(new String[] {"First", "Whole."});
        assertThat(page.locator(".tool")).hasCount(2);
    }

    @Test
    void aToolShowsItsProgressAndItsResult() throws Exception {
        ScriptedRun run = ask("Count");
        run.begin()
                .emit(
                        "message_delta",
                        "index",
                        0,
                        "event",
                        "content_block_start",
                        "block",
                        "tool_use",
                        "id",
                        "t1",
                        "name",
                        "count")
                .emit("message_delta", "index", 0, "input_json", "{\"path\":\"a");
        Locator tool = page.locator(".tool");
        assertThat(tool).hasAttribute("data-state", "preparing");
        run.emit("message_stop", "finish_reason", "tool_use", "usage", Map.of("input_tokens", 1, "output_tokens", 5))
                .emit("tool_start", "id", "t1", "name", "count", "input", "{\"path\":\"a.txt\"}");
        assertThat(tool).hasAttribute("data-state", "running");
        Locator bar = tool.locator("[role=progressbar]");
        Assertions.assertThat(bar.getAttribute("aria-valuenow")).isNull();
        run.emit("tool_progress", "id", "t1", "message", "half of it", "percentage", 50);
        assertThat(bar).hasAttribute("aria-valuenow", "50");
        assertThat(tool).containsText("half of it");
        run.emit("tool_event", "id", "t1", "event", Map.of("type", "message_delta", "text", "inner words"));
        run.emit("tool_complete", "id", "t1", "output", "{\"lines\":7}")
                .begin()
                .text("Seven.")
                .complete();
        assertThat(tool).hasAttribute("data-state", "done");
        assertThat(bar).hasCount(0);
        assertThat(answer().locator(".text")).hasText("Seven.");
        Locator output = tool.locator(".part", new Locator.LocatorOptions().setHasText("Output"));
        assertThat(output.locator("pre")).isHidden();
        tool.locator("summary").click();
        assertThat(output.locator("pre")).hasText("{\n  \"lines\": 7\n}");
        assertThat(tool.locator(".part", new Locator.LocatorOptions().setHasText("Within")))
                .containsText("inner words");
        assertThat(page.locator(".parts > *")).hasCount(2);
    }

    @Test
    void aToolThatFailsSaysWhy() throws Exception {
        ScriptedRun run = ask("Count");
        run.begin().emit("tool_start", "id", "t1", "name", "count", "input", "{}");
        run.emit("tool_error", "id", "t1", "error", "no <such> file");
        assertThat(page.locator(".tool")).hasAttribute("data-state", "failed");
        assertThat(page.locator(".tool .message")).hasText("no <such> file");
        assertThat(page.locator(".tool pre:visible")).hasCount(0);
        page.locator(".tool summary").click();
        assertThat(page.locator(".tool pre:visible").last()).hasText("no <such> file");
        run.emit("tool_start", "id", "t2", "name", "other", "input", "{}").complete();
        assertThat(page.locator(".tool").last()).hasAttribute("data-state", "stopped");
    }

    @Test
    void thinkingIsFolded() throws Exception {
        ScriptedRun run = ask("Think");
        run.begin().emit("message_delta", "index", 0, "thinking", "Let me see.\nIt may be seven.");
        Locator thinking = page.locator(".thinking");
        assertThat(thinking.locator(".glimpse")).hasText("It may be seven.");
        assertThat(thinking.locator(".thoughts")).isHidden();
        run.emit("message_delta", "index", 1, "text", "Seven.").complete();
        assertThat(thinking.locator("summary")).hasText("Thought");
        thinking.locator("summary").click();
        assertThat(thinking.locator(".thoughts")).hasText("Let me see.\nIt may be seven.");
        assertThat(answer().locator(".text")).hasText("Seven.");
    }

    @Test
    void aFailureIsToldAndCanBeTriedAgain() throws Exception {
        ScriptedRun run = ask("Fail");
        run.begin().text("Half an ans");
        run.emit(
                "stream_error",
                "error",
                "The model is busy.",
                "details",
                Map.of("code", "overloaded", "retryable", true));
        run.finish();
        assertThat(page.locator("[role=alert]")).containsText("The model is busy.");
        assertThat(answer()).containsText("Half an ans");
        page.locator("text=Try again").click();
        ScriptedRun again = server.run();
        Assertions.assertThat((java.util.List<?>) again.request.get("messages")).hasSize(1);
        again.begin().text("Whole answer").complete();
        assertThat(page.locator(".answer")).hasCount(1);
        assertThat(answer()).hasText("Whole answer");
    }

    @Test
    void aServerThatRefusesIsQuoted() {
        server.refuse("Please come back tomorrow.");
        page.locator("#prompt").fill("Hello");
        page.keyboard().press("Enter");
        assertThat(page.locator("[role=alert]")).containsText("Please come back tomorrow.");
        assertThat(page.locator("#connection")).hasText("failed");
    }

    @Test
    void severalConversationsRunAtOnce() throws Exception {
        ScriptedRun first = ask("First");
        first.begin().text("one");
        page.locator("#new").click();
        ScriptedRun second = ask("Second");
        second.begin().text("two");
        assertThat(answer()).hasText("two");
        first.text(" and more").complete();
        assertThat(page.locator("#conversations li[data-running=true]")).hasCount(1);
        page.locator(".entry", new Page.LocatorOptions().setHasText("First")).click();
        assertThat(answer()).hasText("one and more");
        assertThat(page.locator("#title")).hasText("First");
        second.complete();
        assertThat(page.locator("#conversations li[data-running=true]")).hasCount(0);
    }

    @Test
    void asManyRunAtOnceAsTheBrowserHasConnectionsFor() throws Exception {
        for (int i = 1; i <= 4; i++) {
            page.locator("#new").click();
            ask("Question " + i).begin().text("answer");
        }
        page.locator("#new").click();
        page.locator("#prompt").fill("One more");
        page.locator("#prompt").press("Enter");
        assertThat(page.locator("#figures")).containsText("4 answers are being written");
        assertThat(page.locator("#prompt")).hasValue("One more");
        Assertions.assertThat(server.starts()).isEqualTo(4);
    }

    @Test
    void aBlockOfCodeIsCopied() throws Exception {
        chromium.context().grantPermissions(java.util.List.of("clipboard-read", "clipboard-write"));
        ask("Code").begin().text("```java\nint a = 1 < 2 ? 3 : 4;\n```\n").complete();
        page.locator(".copy").click();
        assertThat(page.locator(".copy")).hasText("Copied");
        Assertions.assertThat(page.evaluate("navigator.clipboard.readText()")).isEqualTo("int a = 1 < 2 ? 3 : 4;");
    }

    @Test
    void aReaderWhoScrollsUpIsLeftThere() throws Exception {
        ScriptedRun run = ask("Long");
        run.begin().text("line\n\n".repeat(60));
        Locator latest = page.locator("#latest");
        page.waitForCondition(() -> top() > 500);
        assertThat(latest).isHidden();
        page.mouse().move(700, 400);
        page.mouse().wheel(0, -600);
        assertThat(latest).isVisible();
        double before = top();
        run.text("more\n\n".repeat(40));
        assertThat(page.locator(".text p")).hasCount(100);
        Assertions.assertThat(top()).isLessThanOrEqualTo(before);
        latest.click();
        run.text("last\n\n".repeat(40));
        assertThat(page.locator(".text p")).hasCount(140);
        assertThat(latest).isHidden();
    }

    @Test
    void preferencesAreKept() {
        page.locator("#settings").click();
        page.locator("[name=smooth]").uncheck();
        page.locator("[name=theme]").selectOption("dark");
        page.reload();
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        page.locator("#settings").click();
        assertThat(page.locator("[name=smooth]")).not().isChecked();
        assertThat(page.locator("[name=follow]")).isChecked();
        page.keyboard().press("Escape");
        page.locator("#theme").click();
        assertThat(page.locator("html")).hasAttribute("data-theme", "light");
    }

    @Test
    void aPhoneHasTheListInADrawer() throws Exception {
        page.setViewportSize(390, 760);
        ask("Hello")
                .begin()
                .text("A `word`\n\n```java\nvar wide = " + "\"x\" + ".repeat(60) + ";\n```\n")
                .complete();
        assertThat(page.locator("figure.code")).isVisible();
        assertThat(page.locator("#sidebar")).isHidden();
        Assertions.assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
        page.locator("#menu").click();
        assertThat(page.locator("#sidebar")).isVisible();
        page.locator(".entry").click();
        assertThat(page.locator("#sidebar")).isHidden();
    }

    private ScriptedRun ask(String question) throws InterruptedException {
        page.locator("#prompt").fill(question);
        page.locator("#prompt").press("Enter");
        return server.run();
    }

    private Locator answer() {
        return page.locator(".transcript:not([hidden]) .answer").last();
    }

    private double top() {
        return ((Number) page.evaluate("document.getElementById('scroller').scrollTop")).doubleValue();
    }
}
