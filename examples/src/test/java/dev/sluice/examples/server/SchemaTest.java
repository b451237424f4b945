package dev.sluice.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.server.Pace;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A request with a schema for its output is answered with JSON that fits it. */
class SchemaTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"river\":{\"type\":\"string\"},"
            + "\"kilometres\":{\"type\":\"integer\"}},\"required\":[\"river\",\"kilometres\"]}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CLAUDE | \"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":SCHEMA}},",
                "CLAUDE | \"output_format\":{\"type\":\"json_schema\",\"schema\":SCHEMA},",
                "GEMINI |"
                    + " \"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":SCHEMA},",
                "GEMINI | \"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseSchema\":SCHEMA},",
                "OPENAI |"
                    + " \"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"r\",\"schema\":SCHEMA}},",
            })
    void onEveryWireTheWordsAreSuchJsonInPieces(HttpDialectClient speaker, String more) throws Exception {
        try (var server = DemoServer.start(Pace.instant(), 5)) {
            List<JsonNode> chunks = speaker.chunks(
                    speaker.post(server, speaker.asking("How long is the Tejo?", more.replace("SCHEMA", SCHEMA))));

            assertThat(speaker.words(chunks)).isEqualTo("{\"river\":\"Tejo\",\"kilometres\":3}");
            assertThat(chunks).hasSizeGreaterThan(6);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'string'}                                     | 'Ave'",
                "{'type':'STRING'}                                     | 'Ave'",
                "{'type':['null','boolean']}                           | true",
                "{'type':'string','enum':['low','high']}               | 'low'",
                "{'const':7}                                           | 7",
                "{'type':'string','format':'date'}                     | '2026-03-14'",
                "{'type':'string','minLength':5,'maxLength':6}         | 'AveAve'",
                "{'type':'integer','minimum':10}                       | 10",
                "{'type':'integer','exclusiveMaximum':2}               | 1",
                "{'type':'number','multipleOf':2}                      | 4.0",
                "{'type':'array','items':{'type':'integer'}}           | [3]",
                "{'type':'array','items':{'type':'integer'},'minItems':2} | [3,3]",
                "{'type':'array','items':{'type':'integer'},'maxItems':0} | []",
                "{'type':'array','prefixItems':[{'type':'integer'},{'type':'string'}]} | [3,'Ave']",
                "{'properties':{'a':{'type':'null'}}}                  | {'a':null}",
                "{'anyOf':[{'type':'null'},{'type':'integer'}]}        | 3",
                "{'$ref':'#/$defs/A','$defs':{'A':{'type':'integer'}}} | 3",
                "{'allOf':[{'properties':{'a':{'const':1}}},{'properties':{'b':{'const':2}}}]} | {'a':1,'b':2}",
                "{'allOf':[{'type':'integer'},{'minimum':1}]}          | 3",
                "{'oneOf':[{'properties':{'type':{'const':'Rain'},'mm':{'type':'number'}}},{}]} |"
                        + " {'type':'Rain','mm':2.5}",
            })
    void aValueFitsItsSchema(String schema, String value) {
        assertThat(Invented.of(json(schema), "Where is the Ave?")).hasToString(value.replace('\'', '"'));
    }

    @Test
    void aSchemaThatKnowsItselfComesToAnEnd() {
        String nodes = "{'type':'object','properties':{'name':{'type':'string'},"
                + "'next':{'anyOf':[{'$ref':'#'},{'type':'null'}]}},'required':['name','next']}";
        JsonNode last = Invented.of(json(nodes), "?");
        int depth = 0;
        while (last.path("next").isObject()) {
            last = last.path("next");
            depth++;
        }

        assertThat(depth).isBetween(1, 10);
        assertThat(last).hasToString("{\"name\":\"Douro\",\"next\":null}");
        assertThat(Invented.of(json("{'type':'array','items':{'$ref':'#'}}"), "?")
                        .toString())
                .contains("[]");
        assertThat(Invented.of(json("{'$ref':'#'}"), "?").isNull()).isTrue();
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
