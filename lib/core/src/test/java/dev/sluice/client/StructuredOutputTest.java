package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.test.peer.ClaudeWire.messageDelta;
import static dev.sluice.test.peer.ClaudeWire.messageStart;
import static dev.sluice.test.peer.ClaudeWire.messageStop;
import static dev.sluice.test.peer.ClaudeWire.text;
import static dev.sluice.test.peer.ClaudeWire.textStart;
import static dev.sluice.test.peer.ClaudeWire.toolCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.StreamException;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.internal.json.Json;
import dev.sluice.json.JsonSchema;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.WholeAnswer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StructuredOutputTest {
    record Weather(String city, int temperature, List<String> words) {}

    private static final MessageRequest REQUEST =
            ClientFixture.REQUEST.toBuilder().output(Weather.class).build();

    private static Script ending(String stopReason, String... pieces) {
        var events = new ArrayList<>(List.of(messageStart(), textStart(0)));
        for (String piece : pieces) {
            events.add(text(0, piece));
        }
        events.addAll(List.of(blockStop(0), messageDelta(stopReason, 3), messageStop()));
        return Script.stream(events.toArray(String[]::new));
    }

    @Test
    void theRequestHasTheSchemaAndTheAnswerIsTheRecord() {
        try (var fixture = ClientFixture.with(Script.stream(
                        answer("{\"city\":\"San Fr", "ancisco\",\"temperature\":7", "2,\"words\":[\"fog\"]}")));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(stream.finalMessageAs(Weather.class))
                    .isEqualTo(new Weather("San Francisco", 72, List.of("fog")));
            assertThat(stream.partialAs(Weather.class)).contains(new Weather("San Francisco", 72, List.of("fog")));
            assertThat(stream.snapshot().textAs(Map.class)).containsEntry("temperature", 72);
            Map<String, Object> body =
                    Json.readObject(fixture.peer.awaitRequest(1).bodyText());
            assertThat(body.get("output_config"))
                    .isEqualTo(Map.of(
                            "format",
                            Map.of("type", "json_schema", "schema", Json.readObject(JsonSchema.of(Weather.class)))));
        }
    }

    @Test
    void itIsThereWhileItGrows() {
        try (var fixture = ClientFixture.with(Script.stream(answer(
                        "",
                        "{\"city\"",
                        ":\"San Fr",
                        "ancisco\",",
                        "\"temperature\":7",
                        "2,\"words\":[\"f",
                        "og\"",
                        "]}")));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(stream.partialAs(Weather.class)).isEmpty();
            var seen = new LinkedHashSet<Weather>();
            for (StreamEvent event : stream) {
                stream.partialAs(Weather.class).ifPresent(seen::add);
            }
            assertThat(seen)
                    .containsExactly(
                            new Weather(null, 0, null),
                            new Weather("San Fr", 0, null),
                            new Weather("San Francisco", 0, null),
                            new Weather("San Francisco", 7, null),
                            new Weather("San Francisco", 72, List.of("f")),
                            new Weather("San Francisco", 72, List.of("fog")));
        }
    }

    // save that the words of several blocks are one text here, as everywhere
    @Test
    void anAnswerThatDoesNotFitSaysWhatDoesNotAndIsKept() {
        assertUnfit(
                ending("end_turn", "{\"city\":\"Oulu\",\"temperature\":\"cold\"}"),
                "The answer is no Weather: not" + " readable as Weather at temperature: ");
        assertUnfit(
                ending("end_turn", "{\"city\":\"Oulu\"}"),
                "The answer is no Weather: not readable as Weather at temperature");
        assertUnfit(
                ending("end_turn", "invalid json"),
                "The answer is no Weather: not readable as Weather at line 1, column");
        assertUnfit(
                ending("end_turn", "{\"city\":\"a\",\"temperature\":1} and more"),
                "The answer is no Weather: not readable");
        assertUnfit(ending("end_turn", "null"), "The answer is no Weather: not readable as Weather: the text is null");
        assertUnfit(ending("end_turn"), "The answer is no Weather: not readable as Weather");
    }

    @Test
    void anAnswerThatWasCutRefusedOrCallsToolsSaysSo() {
        assertUnfit(
                ending("max_tokens", "{\"city\":\"Ou"),
                "The answer is no Weather: it met the output limit after 11 characters and is cut; allow more tokens:"
                        + " not readable as Weather at line 1");
        assertUnfit(
                ending("refusal", "I can't"),
                "The answer is no Weather: it was refused or withheld (refusal): not readable");
        assertUnfit(
                ending("pause_turn", "{"),
                "The answer is no Weather: the turn was paused; send it back to continue: not");
        assertUnfit(ending("zz_future", "{"), "The answer is no Weather: it ended with zz_future: not readable");
        assertUnfit(
                Script.stream(toolCall("toolu_1", "get_weather", "{}")),
                "The answer is no Weather: it calls tools first: get_weather: not readable");
    }

    private static void assertUnfit(Script script, String why) {
        try (var fixture = ClientFixture.with(script);
                var stream = fixture.client.stream(REQUEST)) {
            var error = catchThrowableOfType(ProtocolError.class, () -> stream.finalMessageAs(Weather.class));
            assertThat(error).hasMessageStartingWith(why);
            assertThat(error.partial()).isEqualTo(stream.snapshot());
            assertThat(error.retryable()).isFalse();
            assertThat(stream.finalMessage()).isEqualTo(error.partial());
            assertThat(stream.isErrored()).isFalse();
        }
    }

    @Test
    void anAnswerThatFitsCountsHoweverItEnded() {
        try (var fixture =
                        ClientFixture.with(ending("max_tokens", "{\"city\":\"Oulu\",\"temperature\":1,\"words\":[]}"));
                var stream = fixture.client.stream(REQUEST)) {
            assertThat(stream.finalMessageAs(Weather.class).city()).isEqualTo("Oulu");
        }
    }

    @Test
    void aStreamThatBreaksFailsAsItDoesAndLeavesWhatThereIs() {
        try (var fixture = ClientFixture.with(Script.stream()
                        .sse(messageStart(), textStart(0), text(0, "{\"city\":\"Ou"), text(0, "lu\""))
                        .cut());
                var stream = fixture.client.stream(REQUEST)) {
            assertThatThrownBy(() -> stream.finalMessageAs(Weather.class))
                    .isInstanceOfSatisfying(
                            StreamException.ConnectionFailed.class,
                            e -> assertThat(e.partial().partialTextAs(Weather.class))
                                    .contains(new Weather("Oulu", 0, null)));
        }
    }

    private static Script whole(String text) {
        return Script.json(200, WholeAnswer.of(answer(text)));
    }

    @Test
    void sendReturnsTheRecord() {
        try (var fixture = ClientFixture.with(whole("{\"city\":\"Oulu\",\"temperature\":1,\"words\":[]}"))) {
            assertThat(fixture.client.send(ClientFixture.REQUEST, Weather.class))
                    .isEqualTo(new Weather("Oulu", 1, List.of()));
            assertThat(Json.readObject(fixture.peer.awaitRequest(1).bodyText())).containsKey("output_config");
        }
    }

    @Test
    void oneFenceAroundTheJsonIsIgnored() {
        String json = "{\"city\":\"Oulu\",\"temperature\":1,\"words\":[]}";
        for (String fenced : List.of("```json\n" + json + "\n```", "\n```\n" + json + "```\n")) {
            try (var fixture = ClientFixture.with(whole(fenced))) {
                assertThat(fixture.client
                                .send(ClientFixture.REQUEST, Weather.class)
                                .city())
                        .isEqualTo("Oulu");
            }
        }
        assertUnfit(
                ending("end_turn", "```\n```json\n" + json + "\n```\n```"), "The answer is no Weather: not readable");
        assertUnfit(ending("end_turn", "```"), "The answer is no Weather: not readable");
        assertUnfit(ending("end_turn", "```\n```"), "The answer is no Weather: not readable");
    }

    @Test
    void whatCanBeReadMustFitTheSchemaToo() {
        assertUnfit(
                ending("end_turn", "{\"city\":\"Oulu\",\"temperature\":1}"),
                "The answer is no Weather: required property 'words' not found");
        assertUnfit(
                ending("end_turn", "{\"city\":7,\"temperature\":1,\"words\":[]}"),
                "The answer is no Weather: city: integer found, string expected");
        try (var fixture =
                ClientFixture.with(whole("{\"city\":\"Oulu\",\"temperature\":1,\"words\":[],\"and\":\"more\"}"))) {
            assertThat(fixture.client.send(ClientFixture.REQUEST, Weather.class).city())
                    .isEqualTo("Oulu");
        }
    }

    @Test
    void theModelMayCorrectItsAnswerAsOftenAsTheCallerSays() {
        String wrong = "{\"city\":\"Oulu\",\"temperature\":\"cold\",\"words\":[]}";
        String right = wrong.replace("\"cold\"", "1");
        try (var fixture = ClientFixture.with(whole(wrong), whole(right))) {
            assertThat(fixture.client
                            .send(ClientFixture.REQUEST, Weather.class, 1)
                            .temperature())
                    .isEqualTo(1);
            assertThat(fixture.peer.requests().getLast().bodyText())
                    .contains(
                            "Tell me about rivers", "cold", "not readable as Weather at temperature", "corrected JSON");
        }
        try (var fixture = ClientFixture.with(whole(wrong), whole(wrong), whole(right))) {
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, Weather.class, 1))
                    .isInstanceOfSatisfying(
                            ProtocolError.class,
                            e -> assertThat(e.partial().text()).isEqualTo(wrong));
            assertThat(fixture.peer.requests()).hasSize(2);
        }
    }

    @Test
    void anAnswerThatIsCutIsNotCorrected() {
        String cut = WholeAnswer.of(
                messageStart(),
                textStart(0),
                text(0, "{\"city\":\"Ou"),
                blockStop(0),
                messageDelta("max_tokens", 3),
                messageStop());
        try (var fixture = ClientFixture.with(Script.json(200, cut))) {
            assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, Weather.class, 3))
                    .hasMessageContaining("allow more tokens");
            assertThat(fixture.peer.requests()).hasSize(1);
        }
    }

    sealed interface Shape {}

    record Circle(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    @Test
    void anAnswerMayBeAListOrOneOfSeveralRecords() {
        var weathers = new JsonSchema.TypeToken<List<Weather>>() {};
        try (var fixture = ClientFixture.with(whole("{\"value\":[{\"city\":\"Oulu\",\"temperature\":1,\"words\":[]},"
                + "{\"city\":\"Porto\",\"temperature\":20,\"words\":[\"sun\"]}]}"))) {
            assertThat(fixture.client.send(ClientFixture.REQUEST, weathers, 0))
                    .containsExactly(new Weather("Oulu", 1, List.of()), new Weather("Porto", 20, List.of("sun")));
            assertThat(fixture.peer.awaitRequest(1).bodyText())
                    .contains("\"value\":{\"type\":\"array\",\"items\":{")
                    .contains("\"required\":[\"value\"]");
        }
        var shape = new JsonSchema.TypeToken<Shape>() {};
        try (var fixture = ClientFixture.with(Script.stream(answer("{\"value\":{\"type\":\"Square\",\"side\":3}}")));
                var stream = fixture.client.stream(
                        ClientFixture.REQUEST.toBuilder().output(shape).build())) {
            assertThat(stream.finalMessageAs(shape)).isEqualTo(new Square(3));
        }
        var numbers = new JsonSchema.TypeToken<Map<String, List<Integer>>>() {};
        try (var fixture = ClientFixture.with(Script.stream(answer("{\"value\":{\"a\":[1,2]}}")));
                var stream = fixture.client.stream(ClientFixture.REQUEST)) {
            assertThat(stream.finalMessageAs(numbers)).isEqualTo(Map.of("a", List.of(1, 2)));
        }
    }

    @Test
    void whatDoesNotFitATypeSaysSo() {
        var numbers = new JsonSchema.TypeToken<List<Integer>>() {};
        for (String text : List.of("[1]", "{}", "{\"value\":null}", "{\"value\":[\"a\"]}", "{\"value\":[1.5]}", "no")) {
            try (var fixture = ClientFixture.with(whole(text))) {
                assertThatThrownBy(() -> fixture.client.send(ClientFixture.REQUEST, numbers, 0))
                        .isInstanceOf(ProtocolError.class)
                        .hasMessageStartingWith("The answer is no List<Integer>: ");
            }
        }
        assertThatThrownBy(() -> new JsonSchema.TypeToken<List<Object>>() {})
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no JSON Schema");
    }
}
