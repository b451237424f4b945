package dev.sluice.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Watches a run to its end, and checks what every watcher may rely on. */
final class WatchedRun implements ResumeLog.Listener {
    private final Consumer<RelayEvent> onEvent;
    final List<RelayEvent> events = new CopyOnWriteArrayList<>();
    private final CompletableFuture<ResumeLog.End> end = new CompletableFuture<>();

    WatchedRun(Consumer<RelayEvent> onEvent) {
        this.onEvent = onEvent;
    }

    @Override
    public void events(List<RelayEvent> more) {
        for (RelayEvent event : more) {
            events.add(event);
            onEvent.accept(event);
        }
    }

    @Override
    public void end(ResumeLog.End how) {
        end.complete(how);
    }

    boolean hasEnded() {
        return end.isDone();
    }

    /** Waits for the end. */
    ResumeLog.End end() {
        return end.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Waits for the end, which must be a good one. */
    WatchedRun awaitEnd() throws Exception {
        assertThat(end.get(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS))
                .isEqualTo(ResumeLog.End.FINISHED);
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).id()).isEqualTo(i + 1);
        }
        assertThat(types().stream().filter(type -> type.startsWith("stream_")).toList())
                .hasSize(1);
        assertThat(types().getLast()).startsWith("stream_");
        return this;
    }

    List<String> types() {
        return events.stream().map(RelayEvent::type).toList();
    }

    /** The words that were not taken back, of a run whose calls each have one start and one end. */
    String text() {
        var settled = new StringBuilder();
        var turn = new StringBuilder();
        Set<Object> running = new HashSet<>();
        var ended = new ArrayList<Object>();
        for (RelayEvent event : events) {
            Map<String, Object> fields = Json.readObject(event.json());
            switch (event.type()) {
                case "message_start" -> assertThat(turn).isEmpty();
                case "message_delta" -> turn.append(fields.getOrDefault("text", ""));
                case "message_stop" -> {
                    settled.append(turn);
                    turn.setLength(0);
                }
                case "turn_reset" -> {
                    turn.setLength(0);
                    running.clear();
                }
                case "tool_start" -> assertThat(running.add(fields.get("id"))).isTrue();
                case "tool_complete", "tool_error" -> {
                    assertThat(running.remove(fields.get("id"))).isTrue();
                    ended.add(fields.get("id"));
                }
                default -> {}
            }
        }
        assertThat(running).isEmpty();
        assertThat(ended).doesNotHaveDuplicates();
        return settled.append(turn).toString();
    }
}
