package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.sluice.relay.Relay;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import dev.sluice.tools.RunEvent;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The page as the relay serves it, from a run to what the reader sees. */
class RelayPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private final BlockingQueue<ScriptedPageRun> started = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private JettyRelay server;
    private Page page;

    @BeforeEach
    void open() throws Exception {
        var endpoint = RelayEndpoint.builder(Relay.builder().build(), request -> {
                    asked.add(request.conversation().messages().getLast().text());
                    var run = new ScriptedPageRun();
                    started.add(run);
                    return run;
                })
                .page()
                .build();
        server = JettyRelay.start(endpoint, 0);
        page = chromium.open(server.uri().toString());
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aRunFromItsFirstWordToItsEnd() throws Exception {
        ScriptedPageRun run = ask("Count the lines");
        Assertions.assertThat(asked.poll()).isEqualTo("Count the lines");
        run.begin().text("I *look*");
        assertThat(answer().locator("em")).hasText("look");
        run.tell(new RunEvent.ToolStart("t1", "count", "{\"path\":\"a.txt\"}"))
                .tell(new RunEvent.ToolProgress("t1", "half", 50));
        assertThat(answer().locator("[role=progressbar]")).hasAttribute("aria-valuenow", "50");
        run.tell(new RunEvent.ToolComplete("t1", "7")).begin().text("```java\nint lines = 7;\n```\n");
        run.complete();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(answer().locator(".tool")).hasAttribute("data-state", "done");
        assertThat(answer().locator(".hljs-number")).hasText("7");
    }

    @Test
    void stopStopsTheRun() throws Exception {
        ScriptedPageRun run = ask("Go on for ever").begin().text("On and on");
        assertThat(answer()).hasText("On and on");
        page.locator("#stop").click();
        assertThat(answer()).containsText("Stopped.");
        Assertions.assertThat(run.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aLostNetworkAndASecondTab() throws Exception {
        ScriptedPageRun run = ask("Go").begin().text("one ");
        assertThat(answer()).hasText("one");
        chromium.context().setOffline(true);
        assertThat(page.locator("#connection")).hasText("offline");
        run.text("two ");
        chromium.context().setOffline(false);
        assertThat(answer()).hasText("one two");
        Page second = chromium.open(page.url());
        assertThat(second.locator(".answer")).hasText("one two");
        run.text("three").complete();
        assertThat(second.locator(".answer")).hasText("one two three");
        assertThat(answer()).hasText("one two three");
        assertThat(page.locator("#connection")).hasText("done");
        Assertions.assertThat(started).isEmpty();
    }

    @Test
    void aRunThatAnotherTabStops() throws Exception {
        ScriptedPageRun run = ask("Go").begin().text("half");
        assertThat(answer()).hasText("half");
        Page second = chromium.open(page.url());
        assertThat(second.locator(".answer")).hasText("half");
        second.locator("#stop").click();
        assertThat(answer()).containsText("Stopped.");
        assertThat(page.locator("#connection")).hasText("stopped");
        Assertions.assertThat(run.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aRunThatEndsBeforeItIsCompleteIsNotTakenForWhole() throws Exception {
        ask("Go").begin().text("half").end();
        assertThat(page.locator("[role=alert]")).isVisible();
        assertThat(page.locator("#connection")).hasText("failed");
    }

    private ScriptedPageRun ask(String question) throws InterruptedException {
        page.locator("#prompt").fill(question);
        page.locator("#prompt").press("Enter");
        ScriptedPageRun run = started.poll(20, TimeUnit.SECONDS);
        Assertions.assertThat(run).as("the page started a run").isNotNull();
        return run;
    }

    private Locator answer() {
        return page.locator(".answer").last();
    }
}
