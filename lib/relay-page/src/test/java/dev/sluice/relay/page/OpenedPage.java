package dev.sluice.relay.page;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;

/** A tab with the page, and what a reader does in it. */
record OpenedPage(Page tab, ScriptedBackEnd server) {
    /** Asks with the keyboard; gives the run that this starts. */
    ScriptedRun ask(String question) throws InterruptedException {
        tab.locator("#prompt").fill(question);
        tab.locator("#prompt").press("Enter");
        return server.run();
    }

    /** Asks, and waits for this whole answer. */
    void askAndRead(String question, String answer) throws InterruptedException {
        ask(question).begin().text(answer).complete();
        answers().getByText(answer).waitFor();
        tab.locator("#connection[data-state=complete]").waitFor();
    }

    /** The questions of the conversation that is shown. */
    Locator questions() {
        return tab.locator(".transcript:not([hidden]) .said");
    }

    /** The answers of the conversation that is shown. */
    Locator answers() {
        return tab.locator(".transcript:not([hidden]) .answer");
    }

    /** The entries in the list of conversations. */
    Locator entries() {
        return tab.locator(".entry .name");
    }

    /** The name of the element that has the focus: its id, else its class, else its tag. */
    String focused() {
        // A frame later: what became invisible loses the focus when it is drawn.
        return (String) tab.evaluate("""
            async () => {
              await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)));
              const { id, className, localName } = document.activeElement;
              return id || className || localName;
            }\
            """);
    }
}
