package dev.sluice.opentelemetry;

import static org.awaitility.Awaitility.await;

import dev.sluice.telemetry.StreamMeters;
import dev.sluice.telemetry.StreamMeters.Conventions;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolLoop;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The names of all meters of a real run, in both generations of the conventions. */
@Timeout(60)
class MetersTest {
    private static final Tool DEPTH =
            Tool.of("depth", "Tells how deep", "{\"type\":\"object\"}", (input, context) -> "3 m");

    /** There only if an answer came in several reads, which nobody can say here. */
    private static final String ONLY_OF_SOME = "sluice.client.stream.time_per_output_token";

    @Test
    void theMetersOfARunAreThoseOfTheFile() throws IOException {
        var all = new ArrayList<Map<String, Object>>();
        for (Conventions names : Conventions.values()) {
            all.addAll(meters(names));
        }
        Golden.check("meters.json", all);
    }

    private static List<Map<String, Object>> meters(Conventions names) {
        var registry = new SimpleMeterRegistry();
        try (var traced = new TracedClient(
                settings ->
                        settings.onEnd(StreamMeters.in(registry, names)).observer(StreamMeters.ofRuns(registry, names)),
                TracedClient.calls("a", "depth"),
                TracedClient.says("ok"))) {
            try (ToolLoop run = traced.client.run(TracedClient.REQUEST, DEPTH)) {
                run.done();
            }
            await().until(() -> registry.find("sluice.client.run.turns").summary() != null);
            await().until(() -> registry.find("sluice.client.stream.end").counters().stream()
                    .anyMatch(counter -> counter.count() == 2));
            await().until(() -> registry.find("sluice.client.stream.resumes").counter() != null); // the last one
        }
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> !id.getName().endsWith(".histogram")) // the buckets
                .filter(id -> !id.getName().equals(ONLY_OF_SOME))
                .map(id -> form(names, id))
                .distinct()
                .sorted(Comparator.comparing(Object::toString))
                .toList();
    }

    private static Map<String, Object> form(Conventions names, Meter.Id id) {
        var form = new TreeMap<String, Object>();
        form.put("generation", names.name());
        form.put("name", id.getName());
        form.put("type", id.getType().name());
        form.put("tags", id.getTags().stream().map(Tag::getKey).sorted().toList());
        return form;
    }
}
