package dev.sluice.relay.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of the text of an answer. The page's own modules, driven inside the page, so that all cuts can be tried. */
class MarkdownPageTest {
    @RegisterExtension
    static final Chromium chromium = new Chromium();

    /** Has what can change its meaning when more of it comes. */
    private static final String DOCUMENT = """
        # Heading *one*

        A paragraph with **bold**, `code`, a [link](https://example.org/a?b=c "title"), ~~nothing~~ and https://example.org.
        Its second line\\
        and third.

        Setext
        ======

        1. first

        2. second
           with more

           ```java
           var x = 1; // in a list
           ```
        3. third

        - a
          - b
            - c

        - loose

        * other list
        - [ ] to do
        - [x] done

        > quote
        lazy

        > > nested
        > - list

        | left | right |
        |:-----|------:|
        | 1 | `a` |
        | **2** | <br>b |

        ```java
        record Point(int x, int y) { // <b>not bold</b>

            static final String S = "a\\tb";
        }
        ```

        ~~~
        no language
        ```
        ~~~

            indented code

        <div>html</div> and &amp; &copy; 5 < 6

        ---
        Line with a [reference] and [another][r2].

        | not a table
        2. not a list that goes on

        [reference]: https://example.org/ref
        [r2]: <https://example.org/r2> "T"

        ```js
        const unfinished = `never ${closed}`;
        """;

    private static final String CUTS = """
        async (text) => {
          const { Markdown, whole } = await import('/markdown.js');
          const html = (node) => { const box = document.createElement('div'); box.append(node); return box.innerHTML; };
          const wanted = html(whole(text));
          const wrong = [];
          const play = (pieces, name) => {
            const box = document.createElement('div');
            const markdown = new Markdown(box);
            pieces.forEach((piece) => markdown.append(piece));
            markdown.finish();
            if (box.innerHTML !== wanted) wrong.push(`${name}: ${box.innerHTML}`);
          };
          play([text], 'at once');
          play([...text], 'by character');
          play(text.split(/(?<=\\n)/), 'by line');
          for (let i = 1; i < text.length; i += 3) play([text.slice(0, i), text.slice(i)], `cut at ${i}`);
          let seed = 7;
          for (let n = 0; n < 20; n++) {
            const pieces = [];
            for (let at = 0; at < text.length;) {
              seed = (seed * 48271) % 2147483647;
              const length = 1 + (seed % 40);
              pieces.push(text.slice(at, at + length));
              at += length;
            }
            play(pieces, `random ${n}`);
          }
          return { wanted, wrong: wrong.slice(0, 3), lines: wanted.length };
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
    void aTextInPiecesIsDrawnAsTheWhole() {
        Map<?, ?> result = (Map<?, ?>) page.evaluate(CUTS, DOCUMENT);
        assertThat((List<?>) result.get("wrong")).isEmpty();
        assertThat((String) result.get("wanted"))
                .contains("<h1>Heading <em>one</em></h1>", "<h1>Setext</h1>", "<td align=\"right\"><code>a</code></td>")
                .contains(
                        "<span class=\"hljs-keyword\">record</span>",
                        "<span class=\"hljs-comment\">// in a list</span>")
                .contains("&lt;div&gt;html&lt;/div&gt;", "<br>b", "rel=\"noopener noreferrer nofollow\"")
                .contains("href=\"https://example.org/ref\"", "href=\"https://example.org/r2\"");
    }

    @Test
    void textsThatNoteEndsAndNothingElse() {
        for (String text :
                List.of("", "\n\n", " ", "a", "a\r\n\r\nb\r\n", "```", "- ", "1", "[a]: b", "|a|\n|-|", "\\", "&am")) {
            Map<?, ?> result = (Map<?, ?>) page.evaluate(CUTS, text);
            assertThat((List<?>) result.get("wrong")).as(text).isEmpty();
        }
    }

    @Test
    void blocksThatAreDoneAreLeftAlone() {
        Object untouched = page.evaluate("""
            async () => {
              const { Markdown } = await import('/markdown.js');
              const box = document.createElement('div');
              const markdown = new Markdown(box);
              markdown.append('# One\\n\\nTwo\\n\\n```java\\nvar x;\\n```\\n\\n');
              markdown.append('Three\\n');
              const before = [...box.children];
              let changes = 0;
              const observer = new MutationObserver((list) => (changes += list.length));
              for (const child of before.slice(0, 3)) {
                observer.observe(child, { subtree: true, childList: true, characterData: true });
              }
              for (let i = 0; i < 200; i++) markdown.append(`${i} words\\n${i % 9 ? '' : '\\n'}`);
              markdown.finish();
              changes += observer.takeRecords().length;
              return changes === 0 && before.every((child, i) => child === box.children[i]);
            }\
            """);
        assertThat(untouched).isEqualTo(true);
    }

    /** The end of a text repairs what was taken for done too early; but nothing should be, as a reader would see it jump. */
    @Test
    void blocksThatMayGoOnAreNotDone() {
        Object wrong = page.evaluate("""
            async () => {
              const { Markdown, whole } = await import('/markdown.js');
              const texts = ['1. one\\n\\n2. two\\n', '- a\\n\\n  b\\n', 'Title\\n=====\\n', '|a|\\n|-|\\n|b|\\n', '> a\\n> b\\n',
                'para\\nsecond line\\n', '- a\\n\\n- b\\n\\n10. c\\n\\n11. d\\n'];
              return texts.filter((text) => {
                const [drawn, wanted] = [document.createElement('div'), document.createElement('div')];
                const markdown = new Markdown(drawn);
                for (const character of text) markdown.append(character);
                wanted.append(whole(text));
                return drawn.innerHTML !== wanted.innerHTML; // not finished yet, and right already
              });
            }\
            """);
        assertThat((List<?>) wrong).isEmpty();
    }

    @Test
    void codeIsColouredAtTheClosingFence() {
        Object counts = page.evaluate("""
            async () => {
              const { Markdown } = await import('/markdown.js');
              const box = document.createElement('div');
              const markdown = new Markdown(box);
              const spans = () => box.querySelectorAll('code span').length;
              markdown.append('```java\\nvar x = 1;\\n');
              const open = spans();
              markdown.append('```\\n\\nNext\\n');
              return [open, spans(), box.querySelector('figcaption span').textContent];
            }\
            """);
        assertThat((List<?>) counts).isEqualTo(List.of(0, 4, "java"));
    }

    @Test
    void framesAreReadHoweverTheyAreCut() {
        Object wrong = page.evaluate("""
            async () => {
              const { Frames } = await import('/frames.js');
              const text = ': hello\\n\\nid: 1\\nevent: a\\ndata: {"x":1}\\n\\nid:2\\r\\ndata:one\\r\\ndata:  two\\r\\n\\r\\n'
                + 'data\\r\\rid: 4\\n\\nevent: z\\ndata: ü🙂\\nother: x\\n\\nid: 5\\ndata: never';
              const wanted = JSON.stringify([{ id: '1', event: 'a', data: '{"x":1}' }, { id: '2', event: '', data: 'one\\n two' },
                { event: '', data: '' }, { event: 'z', data: 'ü🙂' }]);
              const wrong = [];
              for (let i = 0; i <= text.length; i++) {
                for (let j = i; j <= text.length; j++) {
                  const frames = new Frames();
                  const read = [text.slice(0, i), text.slice(i, j), text.slice(j)].flatMap((part) => frames.push(part));
                  if (JSON.stringify(read) !== wanted) wrong.push([i, j, JSON.stringify(read)]);
                }
              }
              return wrong.slice(0, 3);
            }\
            """);
        assertThat((List<?>) wrong).isEmpty();
    }
}
