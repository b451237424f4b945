package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A run is shown without gap and without repetition, whatever happens to its connections. */
class ReconnectPageTest {
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
    void connectionsThatAreCutInsideAnEvent() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("w0 ");
        assertThat(answer()).hasText("w0");
        var expected = new StringBuilder("w0");
        for (int i = 1; i <= 5; i++) {
            Awaitility.await().until(() -> run.watchers() == 1);
            run.text("a" + i + " ");
            run.cutInside("b" + i + " ");
            expected.append(" a").append(i).append(" b").append(i);
            assertThat(answer()).hasText(expected.toString());
        }
        Awaitility.await().until(() -> run.watchers() == 1);
        run.complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer()).hasText(expected.toString());
        // 1 is the start, 2 the first word; of each two words that follow, one can have come in time.
        Assertions.assertThat(server.resumes).hasSize(5).isSorted();
        Assertions.assertThat(server.resumes.get(4)).isBetween(10, 11);
    }

    @Test
    void aServerThatTellsEverythingAgain() throws Exception {
        server.forgetWhatWasTold();
        ScriptedRun run = ask();
        run.begin().text("one ");
        assertThat(answer()).hasText("one");
        run.cutInside("two ");
        assertThat(answer()).hasText("one two");
        Awaitility.await().until(() -> run.watchers() == 1);
        run.text("three").complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer()).hasText("one two three");
    }

    @Test
    void aServerThatIsAwayForAWhile() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("before ");
        assertThat(answer()).hasText("before");
        server.down(true);
        run.cutInside("meanwhile ");
        assertThat(page.locator("#connection")).hasText("reconnecting");
        run.text("and ");
        server.down(false);
        assertThat(answer()).hasText("before meanwhile and");
        run.text("after").complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer()).hasText("before meanwhile and after");
    }

    @Test
    void aNetworkThatIsLostAndComesBack() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("before ");
        assertThat(answer()).hasText("before");
        chromium.context().setOffline(true);
        assertThat(page.locator("#connection")).hasText("offline");
        run.text("during ").text("that ");
        chromium.context().setOffline(false);
        assertThat(answer()).hasText("before during that");
        assertThat(page.locator("#connection")).hasText("live");
        run.text("after").complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer()).hasText("before during that after");
        Assertions.assertThat(server.resumes).isNotEmpty();
    }

    @Test
    void aConnectionThatSaysNothingIsLost() throws Exception {
        page.clock().install();
        page.reload();
        ScriptedRun run = ask();
        run.begin().text("word");
        assertThat(page.locator("#connection")).hasText("live");
        Awaitility.await().until(() -> {
            page.clock().runFor(200); // frames are the clock's now
            return "word".equals(answer().textContent().strip());
        });
        page.clock().runFor(39_000);
        Assertions.assertThat(server.resumes).isEmpty();
        page.clock().runFor(2_000);
        Awaitility.await().until(() -> server.resumes.equals(List.of(2)));
    }

    @Test
    void aServerThatIsBeingStoppedIsNotTheEnd() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("one ");
        assertThat(answer()).hasText("one");
        run.failWithoutPlace("server_shutdown", true);
        run.text("two").complete();
        assertThat(answer()).hasText("one two");
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(page.locator("[role=alert]")).hasCount(0);
    }

    @Test
    void aRunThatTheServerLostIsOver() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("one ");
        assertThat(answer()).hasText("one");
        run.failWithoutPlace("producer_lost", false);
        assertThat(page.locator("[role=alert]")).hasText("producer_lost");
        Assertions.assertThat(server.resumes).isEmpty();
    }

    @Test
    void aRunThatIsToldAnewAfterARestartIsShownOnce() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("one ");
        assertThat(answer()).hasText("one");
        server.expirePlaces();
        run.failWithoutPlace("server_shutdown", true);
        run.text("two").complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer()).hasText("one two");
        assertThat(page.locator("[role=alert]")).hasCount(0);
        Assertions.assertThat(server.resumes).containsExactly(2, 0);
    }

    @Test
    void aRunThatIsNoLongerKeptIsOver() {
        page.navigate(server.address() + "#stream=unknown");
        assertThat(page.locator("[role=alert]")).containsText("no longer kept");
        assertThat(page.locator("#connection")).hasText("lost");
    }

    @Test
    void anEndThatNothingAnnouncesIsAskedAbout() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("cancelled elsewhere").finish();
        assertThat(answer()).containsText("Stopped.");
        Assertions.assertThat(server.resumes).containsExactly(2);
    }

    @Test
    void aRequestThatWasLostIsNotRepeated() {
        server.down(true);
        page.locator("#prompt").fill("Hello");
        page.locator("#prompt").press("Enter");
        assertThat(page.locator("[role=alert]")).containsText("could not be reached");
        Assertions.assertThat(server.starts()).isEqualTo(1);
        server.down(false);
        page.locator("text=Try again").click();
        assertThat(page.locator("#connection")).hasText("live");
        Assertions.assertThat(server.keys.get(0)).matches("[0-9a-f-]{36}");
        Assertions.assertThat(server.keys.get(1))
                .as("it may have been heard the first time")
                .isEqualTo(server.keys.get(0));
    }

    @Test
    void anAnswerThatFailedIsAskedForUnderAnotherKey() throws Exception {
        ask().begin().emit("stream_error", "error", "Busy", "details", Map.of("code", "overloaded", "retryable", true));
        page.locator("text=Try again").click();
        server.run().begin().text("now").complete();
        assertThat(answer()).hasText("now");
        Assertions.assertThat(server.keys).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void twoTabsWatchOneRun() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("so far, ");
        assertThat(answer()).hasText("so far,");
        assertThat(page).hasURL(Pattern.compile("/#chat=[0-9a-f-]+&stream=" + run.id + "$"));
        Page second = chromium.open(page.url());
        Locator other = second.locator(".answer").last();
        assertThat(other).hasText("so far,");
        assertThat(second.locator(".said")).hasText("Go");
        run.text("so good").complete();
        assertThat(other).hasText("so far, so good");
        assertThat(answer()).hasText("so far, so good");
        assertThat(second.locator("#connection")).hasText("done");
        assertThat(page.locator("#connection")).hasText("done");
        Assertions.assertThat(server.starts()).isEqualTo(1);
    }

    @Test
    void aPageThatIsLoadedAgainGoesOn() throws Exception {
        ScriptedRun run = ask();
        run.begin().text("**so far**, ");
        assertThat(answer()).hasText("so far,");
        page.reload();
        assertThat(page.locator(".said")).hasText("Go");
        assertThat(answer()).hasText("so far,");
        run.text("so good").complete();
        assertThat(page.locator("#connection")).hasText("done");
        page.reload();
        assertThat(answer()).hasText("so far, so good");
        assertThat(answer().locator("strong")).hasText("so far");
        Assertions.assertThat(server.starts()).isEqualTo(1);
        Assertions.assertThat(server.resumes).containsExactly(0);
    }

    private ScriptedRun ask() throws InterruptedException {
        page.locator("#prompt").fill("Go");
        page.locator("#prompt").press("Enter");
        return server.run();
    }

    private Locator answer() {
        return page.locator(".transcript:not([hidden]) .answer").last();
    }
}
