package dev.sluice.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.sluice.internal.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
    enum Unit {
        @JsonProperty("metre")
        METRE,
        FOOT {
            @Override
            public String toString() {
                return "a foot";
            }
        }
    }

    @JsonClassDescription("A thing to do")
    record Step(@JsonPropertyDescription("in one sentence") String text, int minutes) {}

    record Recipe(@JsonProperty("the_title") String title, List<Step> steps, Optional<Unit> unit) {}

    record Tree(
            String name,

            @JsonPropertyDescription("the left one") @Nullable
            Tree left,

            List<Tree> others) {}

    record Twice(
            Step first,
            @JsonPropertyDescription("the last one") Step second,
            @Nullable Step third) {}

    sealed interface Shape {
        record Circle(double radius) implements Shape {}

        record Box(double width, @Nullable Shape inner) implements Shape {}

        sealed interface Line extends Shape {
            record Straight(double length) implements Line {}
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({@JsonSubTypes.Type(value = Cat.class, name = "cat"), @JsonSubTypes.Type(Dog.class)})
    sealed interface Pet {}

    record Cat(String name) implements Pet {}

    @JsonTypeName("dog")
    record Dog(int age) implements Pet {}

    record Pets(List<Pet> pets) {}

    record Drawing(Shape shape, Map<Unit, Shape> shapes) {}

    record Page<T>(List<T> items, T first) {}

    record Values(
            boolean a,
            Boolean b,
            byte c,
            short d,
            int e,
            Long f,
            BigInteger g,
            float h,
            Double i,
            BigDecimal j,
            UUID k,
            URI l,
            LocalDate m,
            LocalDateTime n,
            LocalTime o,
            Instant p,
            OffsetDateTime q,
            ZonedDateTime r,
            Duration s,
            int[] t,
            Set<Unit> u,
            Collection<Step> v,
            Map<String, Step> w,
            OptionalInt x,
            OptionalLong y,
            OptionalDouble z,
            Page<Page<String>> pages,
            Page<Step> steps) {}

    static class Bean {
        private String name = "";
        private int size;
        private String own = "";

        public void setName(String name) {
            this.name = name;
        }

        public void setSize(int size) {
            this.size = size;
        }

        String own() {
            return own + name + size;
        }
    }

    record Nothing() {}

    private static void assertSchema(Class<?> type, String singleQuoted) {
        assertThat(JsonSchema.of(type)).isEqualTo(singleQuoted.replace('\'', '"'));
    }

    @Test
    void namesDescriptionsAndEnumsAreThoseThatAreReadAndOptionalMayBeNull() {
        assertSchema(
                Recipe.class,
                "{'type':'object','properties':{'the_title':{'type':'string'},"
                        + "'steps':{'type':'array','items':{'type':'object','properties':{"
                        + "'text':{'type':'string','description':'in one sentence'},'minutes':{'type':'integer'}},"
                        + "'required':['text','minutes'],'description':'A thing to do','additionalProperties':false}},"
                        + "'unit':{'anyOf':[{'type':'null'},{'type':'string','enum':['metre','a foot']}]}},"
                        + "'required':['the_title','steps','unit'],'additionalProperties':false}");
    }

    @Test
    void aRecordThatHoldsItselfIsReferredTo() {
        assertSchema(
                Tree.class,
                "{'type':'object','properties':{'name':{'type':'string'},"
                        + "'left':{'anyOf':[{'type':'null'},{'$ref':'#'}],'description':'the left one'},"
                        + "'others':{'type':'array','items':{'$ref':'#'}}},"
                        + "'required':['name','left','others'],'additionalProperties':false}");
    }

    @Test
    void aRecordThatIsUsedTwiceIsDefinedOnceAndNothingStandsBesideAReference() {
        assertThat(JsonSchema.of(Twice.class))
                .startsWith("{\"$defs\":{\"Step\":{\"type\":\"object\",")
                .contains("\"properties\":{\"first\":{\"$ref\":\"#/$defs/Step\"},"
                        + "\"second\":{\"description\":\"the last one\",\"anyOf\":[{\"$ref\":\"#/$defs/Step\"}]},"
                        + "\"third\":{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/Step\"}]}}");
    }

    @Test
    void aSealedInterfaceIsOneOfItsRecordsByTheirNames() {
        assertSchema(
                Shape.Box.class,
                "{'type':'object','properties':{'type':{'type':'string','const':'Box'},'width':{'type':'number'},"
                        + "'inner':{'anyOf':[{'type':'null'},{'type':'object','properties':{"
                        + "'type':{'type':'string','const':'Circle'},'radius':{'type':'number'}},"
                        + "'required':['type','radius'],'additionalProperties':false},{'$ref':'#'},"
                        + "{'type':'object','properties':{'type':{'type':'string','const':'Straight'},"
                        + "'length':{'type':'number'}},'required':['type','length'],'additionalProperties':false}]}},"
                        + "'required':['type','width','inner'],'additionalProperties':false}");
        assertThat(JsonSchema.of(Pets.class))
                .contains("\"kind\":{\"type\":\"string\",\"const\":\"cat\"}")
                .contains("\"kind\":{\"type\":\"string\",\"const\":\"dog\"}");
    }

    @Test
    void aClassHasTheFieldsThatAreRead() {
        assertSchema(
                Bean.class,
                "{'type':'object','properties':{'name':{'type':'string'},'size':{'type':'integer'}},"
                        + "'required':['name','size'],'additionalProperties':false}");
        assertSchema(Nothing.class, "{'type':'object','properties':{},'required':[],'additionalProperties':false}");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Recipe.class,
                Step.class,
                Tree.class,
                Twice.class,
                Shape.Box.class,
                Pets.class,
                Drawing.class,
                Values.class,
                Bean.class,
                Nothing.class
            })
    void whatFitsTheSchemaCanBeRead(Class<?> type) {
        Map<String, Object> schema = Json.readObject(JsonSchema.of(type));
        assertThat(schema).doesNotContainKey("$schema");
        for (int seed = 0; seed < 50; seed++) {
            var values = new SchemaValues(schema, new Random(seed));
            String json = Json.write(values.next());
            assertThat(Json.read(json, type)).as(json).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Recipe.class, Tree.class, Twice.class, Shape.Box.class, Pets.class})
    void strictModesTakeIt(Class<?> type) {
        assertStrict(Json.readObject(JsonSchema.of(type)));
    }

    /** All objects closed, all their fields required, nothing beside a reference, no keyword that is not known there. */
    private static void assertStrict(Object node) {
        if (node instanceof List<?> list) {
            list.forEach(JsonSchemaTest::assertStrict);
        }
        if (!(node instanceof Map<?, ?> schema)) {
            return;
        }
        if (schema.containsKey("$ref")) {
            assertThat(schema).hasSize(1);
        }
        if ("object".equals(schema.get("type"))) {
            assertThat(schema.get("additionalProperties")).isEqualTo(false);
            assertThat(schema.get("required")).isEqualTo(List.copyOf(((Map<?, ?>) schema.get("properties")).keySet()));
        }
        schema.forEach((keyword, value) -> {
            if (keyword.equals("properties") || keyword.equals("$defs")) {
                ((Map<?, ?>) value).values().forEach(JsonSchemaTest::assertStrict);
            } else {
                assertThat(keyword)
                        .isIn(
                                "type",
                                "required",
                                "additionalProperties",
                                "items",
                                "anyOf",
                                "enum",
                                "const",
                                "format",
                                "description",
                                "$ref");
                assertStrict(value);
            }
        });
    }

    record Anything(Object it) {}

    record Deep(Holder holder) {}

    record Holder(List<Map<String, Object>> many) {}

    record Unbound<T>(T it) {}

    record Bytes(byte[] it) {}

    record Keys(Map<Integer, String> it) {}

    record Sometimes(List<Optional<String>> it) {}

    record MisbehavingParts(Thread it) {}

    interface Open {}

    record OfOpen(Open it) {}

    sealed interface Named {
        record One(String type) implements Named {}
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
    sealed interface Deduced {}

    record Guess(int a) implements Deduced {}

    class Inner {
        public int size;
    }

    record OfInner(Inner it) {}

    @Test
    void whatHasNoSchemaIsNamed() {
        assertRefused(Anything.class, "Anything.it: has no JSON Schema: java.lang.Object is not among the types");
        assertRefused(Deep.class, "Holder.many: ");
        assertRefused(Unbound.class, "Unbound.it: ");
        assertRefused(Bytes.class, "Bytes.it: has no JSON Schema: byte[] ");
        assertRefused(Keys.class, "Keys.it: has no JSON Schema: java.lang.Integer ");
        assertRefused(Sometimes.class, "Sometimes.it: has no JSON Schema: java.util.Optional ");
        assertRefused(MisbehavingParts.class, "MisbehavingParts.it: ");
        assertRefused(OfOpen.class, "OfOpen.it: ");
        assertRefused(Named.One.class, "One.type: has the name of the field that tells");
        assertRefused(Guess.class, "Guess: has no JSON Schema: of @JsonTypeInfo only names");
        assertRefused(OfInner.class, "Inner: has no JSON Schema: nothing of it can be read");
        for (Class<?> type : List.of(String.class, int.class, List.class, Unit.class, Shape.class, Object.class)) {
            assertRefused(type, type.getSimpleName() + ": has no fields of its own; make it a component of a record");
        }
    }

    private static void assertRefused(Class<?> type, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonSchema.of(type))
                .withMessageStartingWith(why);
    }

    @Test
    void theSchemaIsMadeOnce() {
        assertThat(JsonSchema.of(Step.class)).isSameAs(JsonSchema.of(Step.class));
    }

    @Test
    void sealedInterfacesAreWrittenAsTheyAreRead() {
        var drawing =
                new Drawing(new Shape.Box(2, new Shape.Circle(1)), Map.of(Unit.METRE, new Shape.Line.Straight(3)));
        assertThat(Json.read(Json.write(drawing), Drawing.class)).isEqualTo(drawing);
        assertThat(Json.write(List.of("a", 1, 2.5))).isEqualTo("[\"a\",1,2.5]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Json.read("{\"radius\":1}", Shape.class))
                .withMessageContaining("'type'");
    }
}
