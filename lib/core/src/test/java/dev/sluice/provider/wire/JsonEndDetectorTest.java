package dev.sluice.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEndDetectorTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " \n{\t}\r ",
                "{\"a\":{\"b\":[{},[1,{\"c\":\"d\"}]]},\"e\":2} ",
                "{\"a\":\"\\\\\"}",
                "{\"a}\":\"}{][\\\"}\\\\\",\"\\u007d\":\"\\\\\\\"\"}",
            })
    void itIsWhereTheTextIsAnObjectHoweverItIsCut(String text) {
        for (int first = 0; first <= text.length(); first++) {
            var end = new JsonEndDetector();
            end.take(text.substring(0, first));
            assertThat(end.isReached()).as(text.substring(0, first)).isEqualTo(Json.isObject(text.substring(0, first)));
            for (int i = first; i < text.length(); i++) {
                end.take(text.substring(i, i + 1));
                String soFar = text.substring(0, i + 1);
                assertThat(end.isReached()).as(soFar).isEqualTo(Json.isObject(soFar));
            }
        }
    }

    @Test
    void whatIsMoreOrLessThanAnObjectNeverEnds() {
        for (String text : List.of("", " ", "[]", "\"{}\"", "null", "1{}", "{}{}", "{} x", "{}}", "}{", "{\"a\":{}")) {
            var end = new JsonEndDetector();
            end.take(text);
            assertThat(end.isReached()).as(text).isFalse();
        }
    }
}
