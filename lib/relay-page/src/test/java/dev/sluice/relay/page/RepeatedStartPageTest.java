package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import dev.sluice.relay.Relay;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A browser repeats a request by itself if a connection that it used before is closed in place of an answer. */
class RepeatedStartPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private final BlockingQueue<ScriptedPageRun> started = new LinkedBlockingQueue<>();

    @Test
    void aRequestThatTheBrowserRepeatsStartsOneRun() throws Exception {
        var endpoint = RelayEndpoint.builder(Relay.builder().build(), request -> {
                    var run = new ScriptedPageRun();
                    started.add(run);
                    return run;
                })
                .page()
                .build();
        try (var server = JettyRelay.start(endpoint, 0);
                var proxy = new CuttingProxy(server.port())) {
            Page page = chromium.open(proxy.address());
            page.locator("#prompt").fill("How high is the Douro?");
            page.locator("#prompt").press("Enter");
            ScriptedPageRun run = started.poll(20, TimeUnit.SECONDS);
            Assertions.assertThat(run).as("the page started a run").isNotNull();
            run.begin().text("Two metres.").complete();
            assertThat(page.locator("#connection")).hasText("done");
            assertThat(page.locator(".answer")).hasText("Two metres.");
            Assertions.assertThat(proxy.answered).hasValue(1);
            Assertions.assertThat(proxy.posts).as("the browser did repeat it").hasValueGreaterThan(1);
            Assertions.assertThat(started).as("more runs").isEmpty();
        }
    }
}
