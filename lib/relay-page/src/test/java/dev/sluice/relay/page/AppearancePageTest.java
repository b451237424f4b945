package dev.sluice.relay.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is legible, what has room, and what can be hit with a finger. */
class AppearancePageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    /** The contrast of each colour of code with what is behind it, as WCAG 2 counts it. */
    private static final String CONTRASTS = """
        () => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).map((n) => n / 255)
              .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const colours = getComputedStyle(document.querySelector('figure.code'));
          return Object.fromEntries([...document.querySelectorAll('figure.code code [class]')].map((span) => {
            const [a, b] = [getComputedStyle(span).color, colours.backgroundColor].map(light).sort((x, y) => y - x);
            return [span.className, (a + 0.05) / (b + 0.05)];
          }));
        }\
        """;

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
    void fourToolCardsAreFourRowsThatSayWhatWasAsked() throws Exception {
        page.tab().setViewportSize(375, 667);
        ScriptedRun run = page.ask("Can she pass?").begin();
        start(run, "t1", "read_file", "{\"path\":\"gate.log\"}");
        start(run, "t2", "sound", "{\"pool\":\"upper pool\"}");
        start(run, "t3", "sound", "{\"pool\":\"lower pool\"}");
        start(run, "t4", "calculate", "{\"expression\":\"1.8 * 1.15\",\"digits\":3}");
        run.emit("tool_progress", "id", "t2", "message", "the lead is at 1.20 m", "percentage", 50)
                .emit("tool_complete", "id", "t1", "output", "line\n".repeat(500));
        Locator cards = page.tab().locator(".tool");
        assertThat(cards.nth(1).locator(".state")).hasText("50 %");
        assertThat(page.tab().locator(".asked"))
                .hasText(new String[] {"gate.log", "upper pool", "lower pool", "expression: 1.8 * 1.15 · digits: 3"});
        assertThat(cards.nth(1)).hasAttribute("aria-label", "Tool sound upper pool");
        BoundingBox first = cards.first().boundingBox();
        BoundingBox last = cards.last().boundingBox();
        assertThat(last.y + last.height - first.y).as("height of four").isLessThan(667 / 3.0);
        for (int i : List.of(0, 1, 2)) {
            Locator asked = page.tab().locator(".asked").nth(i);
            assertThat((Boolean) asked.evaluate("e => e.scrollWidth <= e.clientWidth"))
                    .as("what was asked is legible")
                    .isTrue();
            assertThat(asked.boundingBox().x + asked.boundingBox().width).isLessThan(375);
        }
        assertThat(cards.first().locator("pre").last()).isHidden();
        cards.first().locator("summary").press("Enter");
        assertThat(cards.first().locator("pre").last()).containsText("line");
    }

    @Test
    void everythingToTouchIs44PixelsHighAndWide() throws Exception {
        page.tab().setViewportSize(375, 667);
        large(page.tab().locator("button:visible"), 5);
        ScriptedRun run = page.ask("Go").begin().text("```java\nint x;\n```\n");
        start(run, "t1", "read_file", "{}");
        page.tab().locator(".tool").waitFor();
        large(page.tab().locator("button:visible, summary:visible"), 6);
        run.emit("stream_error", "error", "Busy", "details", Map.of("retryable", true))
                .finish();
        page.tab().locator("text=Try again").waitFor();
        large(page.tab().locator("button:visible"), 6);
        page.tab().locator("#settings").click();
        large(page.tab().locator("#preferences :is(label, select)"), 4);
        page.tab().keyboard().press("Escape");
        page.tab().locator("#menu").click();
        large(page.tab().locator("#sidebar button:visible"), 3);
        page.tab().locator(".drop").click();
        large(page.tab().locator("#sidebar button:visible"), 2);
    }

    @Test
    void everyColourOfCodeIsLegibleInLightAndDark() throws Exception {
        page.ask("Code").begin().text("""
            ```java
            /** A comment. */
            @Override record A(int b) { static final String C = "d" + 1 + null; void run() {} }
            ```
            ```diff
            - gone
            + here
            ```
            """).complete();
        page.tab().locator(".hljs-comment").waitFor();
        for (String theme : List.of("light", "dark")) {
            page.tab().evaluate("theme => document.documentElement.dataset.theme = theme", theme);
            var contrasts = (Map<?, ?>) page.tab().evaluate(CONTRASTS);
            assertThat(contrasts.keySet().toString()).contains("hljs-comment", "hljs-keyword", "hljs-deletion");
            assertThat(contrasts.values())
                    .as(theme + contrasts)
                    .allMatch(value -> ((Number) value).doubleValue() >= 4.5);
        }
    }

    @Test
    void wideCodeShowsThatItScrolls() throws Exception {
        page.tab().setViewportSize(375, 667);
        page.ask("Code")
                .begin()
                .text("```text\nshort\n```\n\n```java\nvar wide = " + "x + ".repeat(40) + "1;\n```\n")
                .complete();
        assertThat(page.tab().locator("#connection")).hasText("done");
        for (String theme : List.of("light", "dark")) {
            page.tab().evaluate("theme => document.documentElement.dataset.theme = theme", theme);
            Locator narrow = page.tab().locator("figure.code pre").first();
            Locator wide = page.tab().locator("figure.code pre").last();
            wide.evaluate("e => e.scrollLeft = 0");
            assertThat(shadows(narrow)).as("nothing is hidden").containsExactly(false, false);
            assertThat(shadows(wide)).as("more to the right").containsExactly(false, true);
            wide.focus();
            page.tab().keyboard().press("ArrowRight");
            page.tab().waitForCondition(() -> left(wide) > 30);
            wide.evaluate("e => e.blur()");
            assertThat(shadows(wide)).as("more on both sides").containsExactly(true, true);
            wide.evaluate("e => e.scrollLeft = 1e6");
            assertThat(shadows(wide)).as("more to the left").containsExactly(true, false);
        }
    }

    @Test
    void whoWantsNoMotionGetsNone() throws Exception {
        page.tab()
                .emulateMedia(new com.microsoft.playwright.Page.EmulateMediaOptions()
                        .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE));
        page.tab().evaluate("""
            () => {
              window.lengths = [];
              new MutationObserver(() => lengths.push(document.querySelector('.answer .text')?.textContent.length ?? 0))
                .observe(document.body, { childList: true, subtree: true, characterData: true });
            }\
            """);
        String text = "word ".repeat(2_000).strip();
        page.ask("Go").begin().text(text);
        assertThat(page.answers()).hasText(text);
        assertThat((List<?>) page.tab().evaluate("[...new Set(lengths)].filter((length) => length > 0)"))
                .as("how long it was whenever it was drawn")
                .hasSize(1);
        assertThat((List<?>) page.tab().evaluate("document.getAnimations().map((a) => a.animationName)"))
                .isEmpty();
    }

    private static void start(ScriptedRun run, String id, String name, String input) {
        run.emit("tool_start", "id", id, "name", name, "input", input);
    }

    /** All are measured in one step: a button of the answer may go while others are measured. */
    private static void large(Locator targets, int atLeast) {
        List<?> boxes = (List<?>) targets.evaluateAll("""
            all => all.map(e => {
                const box = e.getBoundingClientRect();
                return [Math.min(box.width, box.height), e.outerHTML.slice(0, 120)];
            })\
            """);
        assertThat(boxes).hasSizeGreaterThanOrEqualTo(atLeast);
        for (Object box : boxes) {
            var size = (Number) ((List<?>) box).getFirst();
            assertThat(size.doubleValue())
                    .as(String.valueOf(((List<?>) box).getLast()))
                    .isGreaterThanOrEqualTo(44);
        }
    }

    private static double left(Locator element) {
        return ((Number) element.evaluate("e => e.scrollLeft")).doubleValue();
    }

    /** Whether the left and the right edge are darker or lighter than the middle, above the first line. */
    private static List<Boolean> shadows(Locator element) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(element.screenshot()));
        int middle = image.getRGB(image.getWidth() / 2, 4);
        return List.of(differs(image.getRGB(2, 4), middle), differs(image.getRGB(image.getWidth() - 3, 4), middle));
    }

    private static boolean differs(int colour, int other) {
        int distance = 0;
        for (int shift : new int[] {0, 8, 16}) {
            distance += Math.abs((colour >> shift & 255) - (other >> shift & 255));
        }
        return distance > 30;
    }
}
