package dev.sluice.relay.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.json.Json;
import dev.sluice.relay.StreamFormat;
import dev.sluice.relay.format.UiMessageFormat.Answers;
import dev.sluice.tools.ToolApproval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that asks its user and waits, as the AI SDK's client sees it, and what that client sends back. */
class UiApprovalTest {
    private static final int PARKED = 12;

    /** The next response, for a client that has the events up to the first wait. */
    private static final UiMessageFormat CONTINUING = UiMessageFormat.continuing(new Answers("s1", PARKED, Map.of()));

    @Test
    void theMessageEndsWithTheQuestionOpenAndSaysWhereItWaits() {
        assertThat(chunks(RunScript.waiting().frames(new UiMessageFormat())))
                .contains("{\"type\":\"tool-approval-request\",\"approvalId\":\"s1-1\",\"toolCallId\":\"a\"}")
                .noneMatch(chunk -> chunk.contains("tool-output") && chunk.contains("\"a\""))
                .endsWith(
                        "{\"type\":\"data-run-parked\",\"id\":\"s1\",\"data\":{\"eventId\":12}}",
                        "{\"type\":\"finish-step\"}",
                        "{\"type\":\"finish\",\"finishReason\":\"tool-calls\",\"messageMetadata\":{\"model\":\"claude-sonnet-5\",\"usage\":{\"input_tokens\":10,\"output_tokens\":5}}}",
                        "[DONE]");
    }

    @Test
    void theNextResponseGoesOnWithTheSameStep() {
        assertThat(chunks(RunScript.answered().frames(CONTINUING)))
                .containsExactly(
                        "{\"type\":\"start\",\"messageId\":\"s1\"}",
                        "{\"type\":\"data-tool-progress\",\"id\":\"a\",\"data\":{\"toolCallId\":\"a\",\"message\":\"paying\"}}",
                        "{\"type\":\"tool-output-available\",\"toolCallId\":\"a\",\"providerExecuted\":true,\"output\":\"paid\"}",
                        "{\"type\":\"start-step\"}",
                        "{\"type\":\"text-start\",\"id\":\"text-2\"}",
                        "{\"type\":\"text-delta\",\"id\":\"text-2\",\"delta\":\"Done.\"}",
                        "{\"type\":\"text-end\",\"id\":\"text-2\"}",
                        "{\"type\":\"finish-step\"}",
                        "{\"type\":\"finish\",\"finishReason\":\"stop\",\"messageMetadata\":{\"model\":\"claude-sonnet-5\",\"usage\":{\"input_tokens\":20,\"output_tokens\":10}}}",
                        "[DONE]");
    }

    @Test
    void onlyTheLastEventParks() {
        StreamFormat.Encoder whole = new UiMessageFormat().encoder("s1");
        StreamFormat.Encoder next = CONTINUING.encoder("s1");
        for (var event : RunScript.answered().events) {
            whole.event(event, frame -> {});
            next.event(event, frame -> {});
            assertThat(whole.isParked()).as("after %s", event).isEqualTo(event.id() == PARKED);
            assertThat(next.isParked()).as("what the client has answered").isFalse();
        }
        assertThat(UiGrammar.check(RunScript.answered().frames(new UiMessageFormat())))
                .as("for whoever comes when it is over")
                .noneMatch(chunk -> "data-run-parked".equals(chunk.get("type")));
    }

    @Test
    void aRunThatWaitsAgainIsParkedAgain() {
        RunScript again = RunScript.waiting()
                .add("approval_asked", "id", "b", "name", "look", "input", Map.of(), "call_key", "s1-2")
                .add("run_parked");
        assertThat(chunks(again.frames(CONTINUING)))
                .contains("{\"type\":\"data-run-parked\",\"id\":\"s1\",\"data\":{\"eventId\":14}}")
                .doesNotContain("{\"type\":\"finish-step\"}");
    }

    @Test
    void aRunThatIsStoppedWhileItWaitsLeavesNothingOpen() {
        RunScript stopped = RunScript.waiting()
                .add("stream_error", "error", "Stopped.", "details", Map.of("code", "cancelled", "retryable", true));
        assertThat(chunks(stopped.frames(CONTINUING)))
                .containsExactly(
                        "{\"type\":\"start\",\"messageId\":\"s1\"}",
                        "{\"type\":\"tool-output-error\",\"toolCallId\":\"a\",\"providerExecuted\":true,\"errorText\":\"The"
                            + " call came to no end.\"}",
                        "{\"type\":\"abort\",\"reason\":\"Stopped.\"}",
                        "[DONE]");
    }

    @Test
    void aPlaceBehindTheEndIsAnErrorAndNoGoodEnd() {
        var format = UiMessageFormat.continuing(new Answers("s1", 1_000, Map.of()));
        assertThat(chunks(RunScript.answered().frames(format)))
                .containsExactly(
                        "{\"type\":\"start\",\"messageId\":\"s1\"}",
                        "{\"type\":\"error\",\"errorText\":\"This answer has no event 1000.\"}",
                        "[DONE]");
    }

    private static List<String> chunks(List<String> frames) {
        var chunks = new ArrayList<String>();
        frames.forEach(frame -> chunks.add(frame.substring("data: ".length()).strip()));
        return chunks;
    }

    @Test
    void theAnswersAreInThePartsOfTheModelsMessage() {
        Answers answers = answers("'state':'approval-responded','approval':{'id':'s1-1','approved':true}", PLACE)
                .orElseThrow();
        assertThat(answers).isEqualTo(new Answers("s1", 12, Map.of("s1-1", ToolApproval.allow())));
        answers = answers(
                        "'state':'approval-responded','approval':{'id':'s1-1','approved':false,'reason':'too dear'}",
                        PLACE)
                .orElseThrow();
        assertThat(answers.byCall()).containsEntry("s1-1", ToolApproval.deny("too dear"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'state':'approval-requested','approval':{'id':'s1-1'}",
                "'state':'output-available','output':'','approval':{'id':'s1-1','approved':true}"
            })
    void aQuestionWithoutAnAnswerAndOneThatIsOverAreNoAnswers(String part) {
        assertThat(answers(part, PLACE)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'approval':{'id':'s1-1'}; messages[1].parts[0].approval.approved: must be true or false",
                "'approval':{'approved':true}; messages[1].parts[0].approval.id: must be a text",
                "'x':1; messages[1].parts[0].approval: must be an object"
            })
    void whatMakesNoSenseIsNamed(String text) {
        String[] partAndMessage = text.split("; ", -1);
        assertThatThrownBy(() -> answers("'state':'approval-responded'," + partAndMessage[0], PLACE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(partAndMessage[1]);
    }

    @Test
    void aMessageThatWasCutBeforeTheRunWaitedCannotGoOn() {
        assertThatThrownBy(() -> answers(
                        "'state':'approval-responded','approval':{'id':'s1-1','approved':true}", "{'type':'x'}"))
                .hasMessageStartingWith("messages[1].parts: there is no data-run-parked");
    }

    @Test
    void aNewQuestionOfTheUsersIsNoAnswer() {
        String talk =
                "{'messages':[{'id':'s1','role':'assistant','parts':[{'type':'tool-x','state':'approval-responded'}]},{'id':'2','role':'user','parts':[]}]}";
        assertThat(UiMessageFormat.answers(Json.readObject(talk.replace('\'', '"'))))
                .isEmpty();
    }

    private static final String PLACE = "{'type':'data-run-parked','id':'s1','data':{'eventId':12}}";

    private static Optional<Answers> answers(String part, String place) {
        String body =
                "{'id':'chat','trigger':'submit-message','messageId':'s1','messages':[{'id':'1','role':'user','parts':[]},{'id':'s1','role':'assistant','parts':[{'type':'tool-charge','toolCallId':'a','input':{},"
                        + part + "}," + place + "]}]}";
        return UiMessageFormat.answers(Json.readObject(body.replace('\'', '"')));
    }
}
