package dev.sluice.examples;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/** An answer that is a record: printed each time that there is more of it, then used as what it is. */
public final class StructuredOutput {
    private StructuredOutput() {}

    /** Runs the example. */
    public static void main(String[] args) {
        Demo demo = Demo.of(args);
        MessageRequest request = MessageRequest.builder()
                .model(demo.model())
                .maxTokens(2048)
                .output(Trip.class)
                .user("Plan three days in spring along the Douro, from Porto upstream.")
                .build();
        try (LlmClient client = demo.client();
                MessageStream stream = client.stream(request)) {
            Optional<Trip> shown = Optional.empty();
            for (StreamEvent event : stream) {
                Optional<Trip> trip = stream.partialAs(Trip.class);
                if (!trip.equals(shown)) {
                    trip.ifPresent(more -> System.out.println("so far: " + more));
                    shown = trip;
                }
            }
            Trip trip = stream.finalMessageAs(Trip.class);
            System.out.println("\n" + trip.title());
            for (Day day : trip.days()) {
                System.out.println(
                        day.date() + ", " + day.place() + ", by " + day.by() + ": " + String.join(", ", day.sights()));
            }
            trip.warning().ifPresent(System.out::println);
        }
    }

    /** What is asked for: the model is told its schema. */
    record Trip(
            String title,
            List<Day> days,

            @JsonPropertyDescription("what to look out for; null if nothing")
            Optional<String> warning) {}

    /** One day of it. */
    record Day(
            LocalDate date,
            String place,
            Means by,

            @JsonPropertyDescription("two or three, each in a few words")
            List<String> sights) {}

    /** How one gets there. */
    enum Means {
        BOAT,
        TRAIN,
        BICYCLE,
        FOOT
    }
}
