package dev.sluice.provider.gemini;

import static dev.sluice.provider.wire.GeminiEvents.blocks;
import static dev.sluice.provider.wire.GeminiEvents.json;
import static dev.sluice.provider.wire.GeminiEvents.parts;
import static dev.sluice.provider.wire.GeminiEvents.signature;
import static dev.sluice.provider.wire.GeminiEvents.start;
import static dev.sluice.provider.wire.GeminiEvents.startText;
import static dev.sluice.provider.wire.GeminiEvents.stop;
import static dev.sluice.provider.wire.GeminiEvents.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Delta;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose arguments come in pieces, as Vertex streams them. */
class GeminiCallPiecesTest {
    private static final String OPEN = call("'name':'f','id':'i','willContinue':true");
    private static final StreamEvent STARTED = start(0, new ToolUse("i", "f", "{}", Map.of()));

    @Test
    void thePiecesOfACallConcatenateToItsInput() {
        assertThat(blocks(
                        parts("{'functionCall':{'name':'f','id':'i','willContinue':true},'thoughtSignature':'s'}"),
                        piece("'jsonPath':'$.city','stringValue':'Par','willContinue':true"),
                        piece("'jsonPath':'$.city','stringValue':'is','willContinue':true"),
                        piece("'jsonPath':'$.city','stringValue':''"),
                        piece("'jsonPath':'$.days','numberValue':3"),
                        call("")))
                .containsExactly(
                        STARTED,
                        signature(0, "s"),
                        json(0, "{'city':'Par"),
                        json(0, "is"),
                        json(0, "','days':3"),
                        json(0, "}"),
                        stop(0));
    }

    @Test
    void aNameAloneIsACallWithoutArguments() {
        assertThat(blocks(call("'name':'f','id':'i'"))).containsExactly(STARTED, json(0, "{}"), stop(0));
    }

    @Test
    void aCallMayBeOpenedAndClosedWithoutArguments() {
        assertThat(blocks(OPEN, call("'willContinue':true"), call("")))
                .containsExactly(STARTED, json(0, "{}"), stop(0));
    }

    @Test
    void whatDoesNotContinueIsTheEndOfTheCall() {
        assertThat(blocks(OPEN, call("'partialArgs':[{'jsonPath':'$.a','boolValue':true}]"), text("b")))
                .containsExactly(
                        STARTED, json(0, "{'a':true"), json(0, "}"), stop(0), startText(1), text(1, "b"), stop(1));
        // Not so if a piece of it continues.
        assertThat(input(
                        OPEN,
                        call("'partialArgs':[{'jsonPath':'$.a','stringValue':'b','willContinue':true}]"),
                        call("'partialArgs':[{'jsonPath':'$.a','stringValue':'c'}]")))
                .isEqualTo("{\"a\":\"bc\"}");
    }

    @Test
    void anEndBehindTheEndIsNothing() {
        assertThat(blocks(call("'name':'f','id':'i','args':{}"), call("")))
                .containsExactly(STARTED, json(0, "{}"), stop(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "$.a=1 $.b=2                       | {'a':1,'b':2}",
                "$.a.b.c=1 $.a.b.d=2 $.a.e=3       | {'a':{'b':{'c':1,'d':2},'e':3}}",
                "$.a[0]=1 $.a[1]=2 $.b=3           | {'a':[1,2],'b':3}",
                "$.a[0].n=1 $.a[0].m=2 $.a[1].n=3  | {'a':[{'n':1,'m':2},{'n':3}]}",
                "$.a[0][0]=1 $.a[0][1]=2 $.a[1][0]=3 | {'a':[[1,2],[3]]}",
                "$['b.c']=1 $[\"d'\"]=2 $['']=3    | {'b.c':1,'d\\u0027':2,'':3}",
                "$.a=1.50 $.b=-0 $.c=1e400         | {'a':1.50,'b':-0,'c':1e400}",
                "$.größe=1                         | {'größe':1}",
            })
    void aPathSaysWhereAValueIs(String pieces, String expected) {
        String[] chunks = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(OPEN),
                        java.util.Arrays.stream(pieces.strip().split(" "))
                                .map(piece -> piece("'jsonPath':"
                                        + Json.write(piece.substring(0, piece.lastIndexOf('=')))
                                                .replace("'", "\\u0027")
                                        + ",'numberValue':" + piece.substring(piece.lastIndexOf('=') + 1))))
                .toArray(String[]::new);
        assertThat(input(chunks)).isEqualTo(expected.replace('\'', '"').replace("\\u0027", "'"));
    }

    @Test
    void valuesAreOfEveryKind() {
        assertThat(input(
                        OPEN,
                        piece("'jsonPath':'$.s','stringValue':'a\\\\\\u0022\\n\\ud83d\\ude80'"),
                        piece("'jsonPath':'$.t','stringValue':''"),
                        piece("'jsonPath':'$.b','boolValue':false"),
                        piece("'jsonPath':'$.z','nullValue':'NULL_VALUE'")))
                .isEqualTo("{\"s\":\"a\\\\\\\"\\n🚀\",\"t\":\"\",\"b\":false,\"z\":null}");
    }

    @Test
    void aCallThatTheEndOfTheAnswerMeetsIsClosedIfTheAnswerIsWhole() {
        String open = piece("'jsonPath':'$.a','stringValue':'b','willContinue':true");
        assertThat(input(OPEN, open)).isEqualTo("{\"a\":\"b\"}");
        assertThat(input(OPEN, open, "{'candidates':[{'finishReason':'MAX_TOKENS'}]}"))
                .isEqualTo("{\"a\":\"b");
        assertThat(input(OPEN, open, text("next"))).isEqualTo("{\"a\":\"b\"}");
        assertThat(input(OPEN, open, call("'name':'g','id':'j','args':{}"))).isEqualTo("{\"a\":\"b\"}{}");
    }

    @Test
    void fieldsOfAPieceThatAreNotKnownAreKept() {
        assertThat(blocks(OPEN, call("'zz':1,'willContinue':true")))
                .contains(new ContentBlockDelta(0, new Delta.Unknown("functionCall", "{\"functionCall\":{\"zz\":1}}")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'jsonPath':'$.a','numberValue':2", // twice
                "'jsonPath':'$.a.b','numberValue':2", // in what is no object
                "'jsonPath':'$[0]','numberValue':2",
                "'jsonPath':'$.l[0]','numberValue':2",
                "'jsonPath':'$.l[5]','numberValue':2",
                "'jsonPath':'$.l.x','numberValue':2",
                "'jsonPath':'$.l[99999999999]','numberValue':2",
                "'jsonPath':'$','numberValue':2",
                "'jsonPath':'','numberValue':2",
                "'jsonPath':'$.a..b','numberValue':2",
                "'jsonPath':'$.b[','numberValue':2",
                "'numberValue':2",
                "'jsonPath':'$.b'",
                "'jsonPath':'$.b','stringValue':2",
            })
    void aPieceThatCannotBePlacedIsAProtocolError(String piece) {
        assertThatThrownBy(() -> blocks(
                        OPEN,
                        piece("'jsonPath':'$.a','numberValue':1"),
                        piece("'jsonPath':'$.l[0]','numberValue':1"),
                        piece(piece)))
                .isInstanceOf(ProtocolError.class)
                .hasMessageContaining("candidates");
    }

    @Test
    void theArgumentsMayComeWholeBehindTheName() {
        assertThat(blocks(OPEN, call("'args':{'a':1}"))).containsExactly(STARTED, json(0, "{'a':1}"), stop(0));
        assertThat(blocks(OPEN, call("'args':{'a':1},'willContinue':true"), call("")))
                .containsExactly(STARTED, json(0, "{'a':1}"), stop(0));
    }

    @Test
    void argumentsThatComeTwiceAreAProtocolError() {
        String piece = piece("'jsonPath':'$.a','numberValue':1");
        String whole = call("'args':{},'willContinue':true");
        for (String[] chunks : List.of(
                new String[] {OPEN, whole, piece}, new String[] {OPEN, piece, whole}, new String[] {OPEN, whole, whole
                })) {
            assertThatThrownBy(() -> blocks(chunks))
                    .isInstanceOf(ProtocolError.class)
                    .hasMessageContaining("where nothing was expected");
        }
    }

    @Test
    void aPathIsNotFollowedForEver() {
        String deep = "$" + ".a".repeat(201);
        assertThatThrownBy(() -> blocks(OPEN, piece("'jsonPath':'" + deep + "','numberValue':1")))
                .isInstanceOf(ProtocolError.class);
    }

    private static String call(String fields) {
        return parts("{'functionCall':{" + fields + "}}");
    }

    private static String piece(String fields) {
        return call("'partialArgs':[{" + fields + "}],'willContinue':true");
    }

    private static String input(String... chunks) {
        List<StreamEvent> events = blocks(chunks);
        return events.stream()
                .map(event -> event instanceof ContentBlockDelta(int i, Delta.InputJsonDelta(String json)) ? json : "")
                .collect(Collectors.joining());
    }
}
