package dev.sluice.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    record Place(String city, int days) {}

    record Places(List<Place> places) {}

    record Broken(int days) {
        @Override
        public int days() {
            throw new IllegalStateException("unknown");
        }
    }

    @Test
    void readsAnObjectInOrder() {
        assertThat(Json.readObject("{\"b\":[1,2.5,null],\"a\":{\"x\":true}}"))
                .hasToString("{b=[1, 2.5, null], a={x=true}}");
    }

    @Test
    void readsARecordAndIgnoresWhatItHasNoComponentFor() {
        assertThat(Json.read("{\"days\":3,\"more\":[],\"city\":\"Oulu\"}", Place.class))
                .isEqualTo(new Place("Oulu", 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "[]", "1", "\"a\"", "{", "{} {}", "{}x", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "null"
            })
    void onlyOneWholeObjectIsAnObject(String text) {
        assertThat(Json.isObject(text)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.readObject(text))
                .withMessageStartingWith("not readable as a JSON object");
    }

    @Test
    void blanksAroundAnObjectAreFine() {
        assertThat(Json.isObject(" \n{ } \t")).isTrue();
    }

    @Test
    void saysWhichClassATextDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.read("{\"days\":\"many\"}", Place.class))
                .withMessageStartingWith("not readable as Place at days: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.read("{\"places\":[{\"days\":1},{\"days\":[]}]}", Places.class))
                .withMessageStartingWith("not readable as Places at places[1].days: ");
    }

    @Test
    void saysWhereATextIsNoJson() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.readAny("[1,\n 2,,3]"))
                .withMessageStartingWith("not readable as JSON at line 2, column ");
    }

    @Test
    void nullIsAValueButNoneOfAClass() {
        assertThat(Json.readAny(" null ")).isNull();
        assertThat(Json.readAny("[null,\"a\"]")).isEqualTo(Arrays.asList(null, "a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.read("null", Place.class))
                .withMessage("not readable as Place: the text is null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.readAny("nul"))
                .withMessageStartingWith("not readable as JSON at line 1, column ");
    }

    @Test
    void writesPlainValuesAndRecords() {
        assertThat(Json.write(List.of("a\"b", 1, Map.of()))).isEqualTo("[\"a\\\"b\",1,{}]");
        assertThat(Json.write(Arrays.asList(null, true))).isEqualTo("[null,true]");
        assertThat(Json.write(new Place("Oulu", 3))).isEqualTo("{\"city\":\"Oulu\",\"days\":3}");
    }

    @Test
    void saysWhatCannotBeWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.write(new Broken(1)))
                .withMessageStartingWith("not writable as JSON: ");
    }
}
