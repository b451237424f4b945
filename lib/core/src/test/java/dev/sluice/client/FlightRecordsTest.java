package dev.sluice.client;

import static dev.sluice.test.peer.ClaudeWire.answer;
import static dev.sluice.test.peer.ClaudeWire.begin;
import static dev.sluice.test.peer.ClaudeWire.errorJson;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.EndReason.Failed;
import dev.sluice.StreamException.ApiError;
import dev.sluice.StreamException.Truncated;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.test.peer.Script;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording has of a stream. */
@Timeout(60)
class FlightRecordsTest {
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void aStreamThatGoesWellIsAConnectionAFirstTokenAndAnEnd() throws IOException {
        List<RecordedEvent> events = recorded(() -> Reports.of(
                Script.stream(answer("one ", "two")),
                stream -> assertThat(stream.finalText()).isEqualTo("one two")));
        assertThat(events)
                .extracting(event -> event.getEventType().getName())
                .containsExactlyInAnyOrder("dev.sluice.Connect", "dev.sluice.FirstToken", "dev.sluice.StreamEnd");

        RecordedEvent connect = the("dev.sluice.Connect", events);
        assertThat(connect.getString("stream")).startsWith("sluice-claude-");
        assertThat(connect.getString("request"))
                .startsWith("POST http://localhost:")
                .endsWith("/v1/messages");
        assertThat(connect.getString("purpose")).isEqualTo("first");
        assertThat(connect.getInt("status")).isEqualTo(200);
        assertThat(connect.getString("requestId")).isEqualTo("req_scripted");
        assertThat(connect.getString("errorType")).isEqualTo("none");
        assertThat(connect.getDuration()).isPositive().isLessThan(LONGEST);
        assertThat(connect.getThread().isVirtual()).isTrue();

        RecordedEvent token = the("dev.sluice.FirstToken", events);
        assertThat(token.getString("stream")).isEqualTo(connect.getString("stream"));
        assertThat(token.getString("requestId")).isEqualTo("req_scripted");
        assertThat(token.getDuration("timeToFirstToken")).isPositive().isLessThan(LONGEST);

        RecordedEvent end = the("dev.sluice.StreamEnd", events);
        assertThat(end.getString("stream")).isEqualTo(connect.getString("stream"));
        assertThat(end.getString("provider")).isEqualTo("claude");
        assertThat(end.getString("server")).startsWith("localhost:");
        assertThat(end.getString("requestedModel")).isEqualTo("claude-sonnet-5");
        assertThat(end.getString("model")).isEqualTo("claude-sonnet-5");
        assertThat(end.getString("requestId")).isEqualTo("req_scripted");
        assertThat(end.getString("end")).isEqualTo("completed");
        assertThat(end.getString("errorType")).isEqualTo("none");
        assertThat(end.getDuration()).isGreaterThan(connect.getDuration()).isLessThan(LONGEST);
        assertThat(end.getDuration("timeToHeaders")).isPositive();
        assertThat(end.getDuration("timeToFirstToken")).isGreaterThanOrEqualTo(end.getDuration("timeToHeaders"));
        assertThat(end.getDuration("longestGap")).isBetween(Duration.ZERO, LONGEST);
        assertThat(end.getLong("events")).isEqualTo(7);
        assertThat(end.getLong("bytes")).isPositive();
        assertThat(end.getLong("inputTokens")).isEqualTo(10);
        assertThat(end.getLong("outputTokens")).isEqualTo(2);
        assertThat(end.getInt("retries")).isZero();
        assertThat(end.getInt("continuations")).isZero();
    }

    @Test
    void aRefusedRequestIsAConnectionWithItsStatusAndAFailedEnd() throws IOException {
        List<RecordedEvent> events = recorded(() -> Reports.of(
                Script.json(401, errorJson("authentication_error", "No")),
                stream -> assertThat(ClientFixture.collect(stream).failure()).isInstanceOf(ApiError.class)));
        RecordedEvent connect = the("dev.sluice.Connect", events);
        assertThat(connect.getInt("status")).isEqualTo(401);
        RecordedEvent end = the("dev.sluice.StreamEnd", events);
        assertThat(end.getString("end")).isEqualTo("ApiError");
        assertThat(end.getString("errorType")).isEqualTo("authentication_error");
        assertThat(end.getString("model")).isEqualTo("none");
        assertThat(end.getLong("timeToFirstToken")).isEqualTo(Long.MIN_VALUE); // how JFR writes none
        assertThat(events).hasSize(2);
    }

    @Test
    void aRequestThatIsGivenUpIsAConnectionWithoutAStatus() throws IOException {
        List<RecordedEvent> events = recorded(() -> Reports.of(
                fixture -> {
                    try (var stream = fixture.stream()) {
                        fixture.peer.awaitRequest(1);
                        stream.cancel("enough");
                    }
                },
                Script.empty()));
        RecordedEvent connect = the("dev.sluice.Connect", events);
        assertThat(connect.getInt("status")).isZero();
        assertThat(connect.getString("requestId")).isEqualTo("none");
        assertThat(connect.getString("errorType")).isEqualTo("cancelled");
        assertThat(connect.getDuration()).isPositive();
        assertThat(the("dev.sluice.StreamEnd", events).getString("end")).isEqualTo("cancelled");
    }

    @Test
    void aStreamWithARetryHasTwoConnectionsTheRetryAndOneEnd() throws IOException {
        Script[] scripts = {Script.json(529, errorJson("overloaded_error", "No")), Script.stream(answer("one ", "two"))
        };
        List<RecordedEvent> events = recorded(() ->
                Reports.of(scripts, stream -> assertThat(stream.finalText()).isEqualTo("one two")));
        assertThat(events)
                .filteredOn("eventType.name", "dev.sluice.Connect")
                .extracting(event -> event.getString("purpose") + " " + event.getInt("status"))
                .containsExactly("first 529", "retry 200");
        RecordedEvent retry = the("dev.sluice.Retry", events);
        assertThat(retry.getInt("retry")).isEqualTo(1);
        assertThat(retry.getString("errorType")).isEqualTo("overloaded_error");
        RecordedEvent end = the("dev.sluice.StreamEnd", events);
        assertThat(end.getInt("retries")).isEqualTo(1);
        assertThat(end.getString("end")).isEqualTo("completed");
    }

    @Test
    void aRetryAndAContinuationAreToldFromTheFirstRequest() throws IOException {
        var overloaded = new ApiError(529, "overloaded_error", "No", "req_0", null, "", true);
        var cut = new Truncated("cut");
        List<RecordedEvent> events = recorded(() -> {
            var journal = new StreamLog(
                    "sluice-claude-7",
                    "POST https://api.example.com/v1/messages",
                    GuardedObservation.NONE,
                    () -> false);
            journal.connecting();
            journal.connected(529, "req_0");
            journal.retrying(overloaded, 1, Duration.ofMillis(512));
            journal.connecting();
            journal.connected(200, "req_1");
            journal.continuing(cut, 1);
            journal.connecting();
            journal.ended(Reports.of(new Failed(cut)));
        });
        RecordedEvent retry = the("dev.sluice.Retry", events);
        assertThat(retry.getString("stream")).isEqualTo("sluice-claude-7");
        assertThat(retry.getString("requestId")).isEqualTo("req_0");
        assertThat(retry.getInt("retry")).isEqualTo(1);
        assertThat(retry.getString("errorType")).isEqualTo("overloaded_error");
        assertThat(retry.getDuration("delay")).isEqualTo(Duration.ofMillis(512));
        assertThat(events)
                .filteredOn("eventType.name", "dev.sluice.Connect")
                .extracting(event ->
                        event.getString("purpose") + " " + event.getInt("status") + " " + event.getString("errorType"))
                .containsExactly("first 529 none", "retry 200 none", "continuation 0 Truncated");
        RecordedEvent end = the("dev.sluice.StreamEnd", events);
        assertThat(end.getInt("retries")).isEqualTo(2);
        assertThat(end.getInt("continuations")).isEqualTo(1);
        assertThat(end.getDuration("longestGap")).isEqualTo(Duration.ofMillis(240));
        assertThat(end.getLong("inputTokens")).isEqualTo(1100);
    }

    @Test
    void noRecordHasAWordOfTheConversationOrAKey() throws IOException {
        List<RecordedEvent> events = recorded(() -> Reports.of(
                Script.stream().sse(begin("kingfisher ", "two")).cut(),
                stream -> assertThat(ClientFixture.collect(stream).failure()).isNotNull()));
        assertThat(events).hasSize(3);
        assertThat(events.toString())
                .contains("localhost")
                .doesNotContain("kingfisher")
                .doesNotContain("rivers")
                .doesNotContain("test-key");
    }

    private List<RecordedEvent> recorded(Runnable flight) throws IOException {
        Path file = folder.resolve("flight.jfr");
        try (var recording = new Recording()) {
            for (var type : List.of("Connect", "FirstToken", "Retry", "StreamEnd")) {
                recording.enable("dev.sluice." + type).withoutThreshold();
            }
            recording.start();
            flight.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.sluice."))
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .toList();
    }

    private static RecordedEvent the(String name, List<RecordedEvent> events) {
        var found = events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
        assertThat(found).as(name).hasSize(1);
        return found.getFirst();
    }
}
