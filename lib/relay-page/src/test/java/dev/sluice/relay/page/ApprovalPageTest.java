package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.sluice.client.LlmClient;
import dev.sluice.message.MessageRequest;
import dev.sluice.provider.claude.Claude;
import dev.sluice.relay.Relay;
import dev.sluice.relay.RunSource;
import dev.sluice.relay.StartRequest;
import dev.sluice.relay.http.RelayEndpoint;
import dev.sluice.relay.jetty.JettyRelay;
import dev.sluice.test.peer.ScriptedModel;
import dev.sluice.tools.RunJournal;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A run that asks its user for leave, and waits. */
class ApprovalPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private ScriptedModel model;
    private LlmClient client;
    private JettyRelay server;
    private Page page;

    @BeforeEach
    void open() throws Exception {
        model = ScriptedModel.start();
        client = LlmClient.builder(Claude.builder()
                        .apiKey("k")
                        .baseUrl(URI.create("http://127.0.0.1:" + model.port()))
                        .build())
                .build();
        Relay relay = Relay.builder().journal(RunJournal.inMemory()).build();
        server = JettyRelay.start(RelayEndpoint.builder(relay, this::run).page().build(), 0);
        page = chromium.open(server.uri().toString());
        page.locator("#prompt").fill("Do run 1, please");
        page.locator("#prompt").press("Enter");
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
        model.close();
    }

    private RunSource run(StartRequest request) {
        ToolLoop.Builder run = ToolLoop.builder(
                        client,
                        MessageRequest.builder()
                                .model("m")
                                .maxTokens(100)
                                .messages(request.conversation().messages())
                                .build())
                .approval((tool, call) -> tool.name().equals("charge") ? ToolApproval.later() : ToolApproval.allow());
        ScriptedModel.TOOLS.forEach(
                turn -> turn.forEach(name -> run.tools(Tool.of(name, "A tool.", "{}", (input, call) -> "done"))));
        request.journal().ifPresent(run::journal);
        return RunSource.of(run.start());
    }

    @Test
    void theQuestionSurvivesAReloadAndIsAllowedByKeyboard() {
        Locator question = page.getByRole(
                com.microsoft.playwright.options.AriaRole.GROUP,
                new Page.GetByRoleOptions().setName("May charge run?"));
        assertThat(question).isVisible();
        assertThat(card()).hasAttribute("data-state", "waiting");
        if (System.getProperty("screenshots") != null) {
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(Path.of(System.getProperty("screenshots")).resolve("approval.png")));
        }
        page.reload();
        assertThat(question).isVisible();
        Locator allow = question.getByText("Allow", new Locator.GetByTextOptions().setExact(true));
        allow.focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(card()).hasAttribute("data-state", "done");
        assertThat(question).hasCount(0);
        assertThat(page.locator(".tool[data-state=done]")).hasCount(4);
    }

    @Test
    void aRefusalEndsTheCallAndNotTheRun() {
        page.locator(".question")
                .getByText("Deny", new Locator.GetByTextOptions().setExact(true))
                .click();
        assertThat(page.locator("#connection")).hasText("done");
        assertThat(card()).hasAttribute("data-state", "failed");
    }

    private Locator card() {
        return page.locator(".tool", new Page.LocatorOptions().setHasText("charge"));
    }
}
