package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.GeminiEvents.blocks;
import static dev.sluice.provider.wire.GeminiEvents.end;
import static dev.sluice.provider.wire.GeminiEvents.parts;
import static dev.sluice.provider.wire.GeminiEvents.stop;
import static dev.sluice.provider.wire.GeminiEvents.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import dev.sluice.message.Citation;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.provider.wire.GeminiEvents;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Places are bytes of UTF-8 on the wire, and chars here. */
class GeminiCitationsTest {
    private static final String WEB = "{'web':{'uri':'https://a.example','title':'A'}}";

    @Test
    void aSupportIsACitationOfItsTextForEachOfItsSources() {
        String support = "{'segment':{'startIndex':2,'endIndex':8,'text':'Größ'},'groundingChunkIndices':[0,1],"
                + "'confidenceScores':[0.9,0.80]}";
        String book = "{'retrievedContext':{'uri':'u','title':'B','text':'its words'}}";
        List<StreamEvent> events = blocks(text("A Gr"), text("öße."), grounding(WEB + "," + book, support));
        assertThat(citations(events))
                .containsExactly(
                        new Citation(
                                "web",
                                null,
                                "A",
                                "https://a.example",
                                quoted("{'start':2,'end':6,'support':" + support + ",'chunk':" + WEB + "}")),
                        new Citation(
                                "retrievedContext",
                                "its words",
                                "B",
                                "u",
                                quoted("{'start':2,'end':6,'support':" + support + ",'chunk':" + book + "}")));
        assertThat(events).endsWith(stop(0));
        assertThat(events.indexOf(stop(0))).isEqualTo(events.size() - 1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, 1", // a
        "1, 3, 1, 2", // é
        "3, 6, 2, 3", // 漢
        "6, 10, 3, 5", // a rocket, which is two chars
        "10, 11, 5, 6",
        "0, 11, 0, 6",
    })
    void bytesBecomeChars(int from, int to, int start, int end) {
        String words = "aé漢🚀b".substring(start, end);
        assertThat(places(text("aé漢🚀b"), grounding(WEB, support(from, to, words))))
                .containsExactly(List.of(start, end));
        assertThat(places(text("aé漢🚀b"), citation(from, to))).containsExactly(List.of(start, end));
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "0, 2", "7, 10", "3, 2", "0, 12", "-1, 3", "99999999999, 99999999999"})
    void aPlaceThatIsNoneIsNotInvented(long from, long to) {
        assertThat(citations(blocks(text("aé漢🚀b"), citation(from, to))))
                .hasSize(1)
                .first()
                .satisfies(
                        citation -> assertThat(Json.readObject(citation.json())).containsOnlyKeys("source"));
    }

    @Test
    void aPlaceWithoutAStartIsAtTheStart() {
        String support = "{'segment':{'endIndex':1,'text':'a'},'groundingChunkIndices':[0]}";
        assertThat(places(text("ab"), grounding(WEB, support))).containsExactly(List.of(0, 1));
    }

    @Test
    void bothNamesOfTheListOfCitationsAreRead() {
        for (String name : List.of("citationSources", "citations")) {
            String source = "{'startIndex':1,'endIndex':2,'uri':'u','title':'t','license':'mit'}";
            assertThat(citations(blocks(
                            text("abc"), "{'candidates':[{'citationMetadata':{'" + name + "':[" + source + "]}}]}")))
                    .containsExactly(new Citation(
                            "citation", null, "t", "u", quoted("{'start':1,'end':2,'source':" + source + "}")));
        }
    }

    @Test
    void aSegmentIsInTheBlockWhereItsWordsAre() {
        // In the block, or in all that was said: which of the two the places count is not told.
        for (int from : new int[] {0, 3}) {
            List<StreamEvent> events = blocks(
                    parts("{'text':'hm','thought':true}"),
                    text("one"),
                    parts("{'executableCode':{'code':'1'}}"),
                    text("two"),
                    grounding(WEB, support(from, from + 3, "two")));
            assertThat(events)
                    .anyMatch(event -> event instanceof ContentBlockDelta(int index, CitationsDelta citation)
                            && index == 3
                            && citation.citation().json().startsWith("{\"start\":0,\"end\":3,"));
        }
    }

    @Test
    void wordsTellWhichOfTwoPlacesIsMeant() {
        String[] said = {text("one"), parts("{'executableCode':{'code':'1'}}"), text("abcdef")};
        assertThat(places(said[0], said[1], said[2], grounding(WEB, support(3, 6, "abc"))))
                .containsExactly(List.of(0, 3));
        assertThat(places(said[0], said[1], said[2], grounding(WEB, support(3, 6, "def"))))
                .containsExactly(List.of(3, 6));
    }

    @Test
    void aCitationOfASecondBlockIsCountedFromTheFirst() {
        assertThat(places(text("óne"), parts("{'executableCode':{'code':'1'}}"), text("two"), citation(5, 6)))
                .containsExactly(List.of(1, 2));
    }

    @Test
    void whatConcernsABlockThatHasEndedIsKeptRaw() {
        String[] chunks = {text("one"), parts("{'functionCall':{'name':'f'}}"), grounding(WEB, support(0, 3, "one"))};
        assertThat(citations(blocks(chunks))).isEmpty();
        String[] whole = {chunks[0], chunks[1], chunks[2], GeminiEvents.STOP};
        assertThat(end(whole).extra().get("groundingMetadata")).contains("groundingSupports");
    }

    @Test
    void whatIsRepeatedIsCitedOnceAndChunksMayComeFirst() {
        assertThat(citations(blocks(
                        text("ab"),
                        grounding(WEB, ""),
                        "{'candidates':[{'groundingMetadata':{'groundingSupports':[" + support(0, 1, "a") + "]}}]}",
                        grounding(WEB, support(0, 1, "a") + "," + support(1, 2, "b")),
                        grounding(WEB, support(1, 2, "b")))))
                .hasSize(2);
    }

    @Test
    void anIndexThatNamesNoSourceIsPassedOver() {
        assertThat(citations(blocks(
                        text("a"),
                        grounding(
                                WEB,
                                "{'segment':{'endIndex':1,'text':'a'},'groundingChunkIndices':[7,-1,0,0,'x',1.5,null]},"
                                        + "{'segment':{}},{'groundingChunkIndices':[0]}"))))
                .hasSize(1);
    }

    @Test
    void aSourceOfAnotherKindIsACitation() {
        assertThat(citations(blocks(
                        text("a"),
                        grounding("{'zz':7},{}", "{'segment':{'endIndex':1}," + "'groundingChunkIndices':[0,1]}"))))
                .extracting(Citation::type)
                .containsExactly("grounding", "grounding");
    }

    /** One source of a megabyte that sixty thousand places cite is sixty gigabytes. */
    @Test
    void aSmallEventDoesNotBecomeALargeOne() {
        String source = "{'web':{'uri':'" + "u".repeat(1 << 20) + "'}}";
        var supports = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            supports.append(i == 0 ? "" : ",").append(support(0, i, "a"));
        }
        assertThat(citations(blocks(text("a"), grounding(source, supports.toString()))))
                .hasSizeLessThan(5);
    }

    @Test
    void allThatWasSaidIsInTheEnd() {
        String json = "{\"webSearchQueries\":[\"q\"],\"searchEntryPoint\":{\"renderedContent\":\"<b>\"}}";
        assertThat(end(text("a"), "{'candidates':[{'groundingMetadata':" + json + ",'finishReason':'STOP'}]}")
                        .extra())
                .isEqualTo(Map.of("groundingMetadata", json));
    }

    private static String support(long from, long to, String words) {
        return "{'segment':{'startIndex':" + from + ",'endIndex':" + to + ",'text':'" + words
                + "'},'groundingChunkIndices':[0]}";
    }

    private static String grounding(String chunks, String supports) {
        return "{'candidates':[{'groundingMetadata':{'groundingChunks':[" + chunks + "],'groundingSupports':["
                + supports + "]}}]}";
    }

    private static String citation(long from, long to) {
        return "{'candidates':[{'citationMetadata':{'citationSources':[{'startIndex':" + from + ",'endIndex':" + to
                + ",'uri':'u'}]}}]}";
    }

    private static List<Citation> citations(List<StreamEvent> events) {
        return events.stream()
                .filter(event -> event instanceof ContentBlockDelta(int index, CitationsDelta citation))
                .map(event -> ((CitationsDelta) ((ContentBlockDelta) event).delta()).citation())
                .toList();
    }

    private static List<List<Object>> places(String... chunks) {
        return citations(blocks(chunks)).stream()
                .map(citation -> Json.readObject(citation.json()))
                .map(json -> List.of(json.get("start"), json.get("end")))
                .toList();
    }

    private static String quoted(String json) {
        return json.replace('\'', '"');
    }
}
