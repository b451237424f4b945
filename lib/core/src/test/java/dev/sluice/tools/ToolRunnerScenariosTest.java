package dev.sluice.tools;

import static dev.sluice.test.peer.ClaudeWire.blockStart;
import static dev.sluice.test.peer.ClaudeWire.blockStop;
import static dev.sluice.tools.Runs.calls;
import static dev.sluice.tools.Runs.hear;
import static dev.sluice.tools.Runs.says;
import static dev.sluice.tools.Runs.tool;
import static dev.sluice.tools.Runs.turn;
import static dev.sluice.tools.Runs.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.EndReason.Completed;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.Conversation;
import dev.sluice.message.MediaSource;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import dev.sluice.test.peer.Script;
import dev.sluice.tools.RunEvent.ToolComplete;
import dev.sluice.tools.RunEvent.ToolProgress;
import dev.sluice.tools.RunEvent.ToolStart;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scenarios of the peers' tool runners that only Claude knows, or that no provider has a part in. */
@Timeout(60)
class ToolRunnerScenariosTest {
    private static final Tool ECHO = tool("echo", (input, context) -> "heard " + input);

    private static Message system(String... blocks) {
        return Message.of(
                Role.SYSTEM,
                List.of(blocks).stream()
                        .<ContentBlock>map(json -> new ContentBlock.Unknown("tool_" + kind(json), json))
                        .toList());
    }

    private static String kind(String json) {
        return json.contains("tool_removal") ? "removal" : "addition";
    }

    private static String change(String type, String reference, String name) {
        return "{\"type\":\"%s\",\"tool\":{\"type\":\"%s\",\"name\":\"%s\"}}".formatted(type, reference, name);
    }

    private static List<String> toolsThatRan(Message... changes) {
        try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), says("ok"))) {
            var request = Runs.REQUEST.toBuilder();
            for (Message change : changes) {
                request.message(change);
            }
            try (ToolLoop loop =
                    ToolLoop.builder(runs.client, request.build()).tools(ECHO).start()) {
                return hear(loop).of(ToolComplete.class).stream()
                        .map(ToolComplete::id)
                        .toList();
            }
        }
    }

    @Test
    void aToolThatWasTakenAwayDoesNotRunUntilItIsGivenBack() {
        Message away = system(change("tool_removal", "tool_reference", "echo"));
        Message back = system(change("tool_addition", "tool_reference", "echo"));
        assertThat(toolsThatRan(away)).isEmpty();
        assertThat(toolsThatRan(away, back)).containsExactly("a");
        assertThat(toolsThatRan(away, back, away)).isEmpty();
    }

    @Test
    void wordsAndReferencesOfOtherKindsTakeNothingAway() {
        assertThat(toolsThatRan(Message.of(Role.SYSTEM, List.of(new Text("tool_removal: echo")))))
                .containsExactly("a");
        assertThat(toolsThatRan(system(change("tool_removal", "server_reference", "echo"))))
                .containsExactly("a");
        assertThat(toolsThatRan(system(change("tool_removal", "tool_reference", "other"))))
                .containsExactly("a");
    }

    @Test
    void whatWentWrongMayBeToldInBlocks() {
        Tool shows = tool(
                "shows",
                (input, context) ->
                        ToolOutput.error(new Text("see"), new Image(new MediaSource.Url("https://example.com/a.png"))));
        try (var runs = Runs.with(calls(use(0, "a", "shows", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(shows).start()) {
            loop.done();
            assertThat(runs.lastSaid(2))
                    .singleElement()
                    .asString()
                    .contains("is_error=true", "text=see", "type=image", "https://example.com/a.png");
        }
    }

    // 142: what the provider runs is not run here
    @Test
    void aToolThatTheProviderRunsIsNoCallOfOurs() {
        Script answer = Script.stream(turn(
                "end_turn",
                blockStart(0, "{\"type\":\"server_tool_use\",\"id\":\"srv\",\"name\":\"echo\",\"input\":{}}"),
                blockStop(0),
                blockStart(1, "{\"type\":\"web_search_tool_result\",\"tool_use_id\":\"srv\",\"content\":[]}"),
                blockStop(1)));
        try (var runs = Runs.with(answer, says("never"));
                ToolLoop loop = runs.run(ECHO).start()) {
            assertThat(hear(loop).of(ToolStart.class)).isEmpty();
            assertThat(loop.endReason()).contains(new Completed());
            assertThat(runs.peer.requests()).hasSize(1);
        }
    }

    // 142: preliminary results, then the last one
    @Test
    void progressComesBetweenTheStartAndTheResult() {
        Tool slow = tool("slow", (input, context) -> {
            context.progress("half", 50);
            context.progress("whole", 100);
            return "whole";
        });
        try (var runs = Runs.with(calls(use(0, "a", "slow", "{\"x\":1}")), says("ok"));
                ToolLoop loop = runs.run(slow).start()) {
            assertThat(hear(loop).events())
                    .filteredOn(event -> event instanceof ToolStart
                            || event instanceof ToolProgress
                            || event instanceof ToolComplete)
                    .containsExactly(
                            new ToolStart("a", "slow", "{\"x\":1}"),
                            new ToolProgress("a", "half", 50),
                            new ToolProgress("a", "whole", 100),
                            new ToolComplete("a", "whole"));
        }
    }

    // 142, otherwise: a handler that throws ends the run, and no tool is asked to go on
    @Test
    void whatAHandlerThrowsEndsTheRunAndReachesTheConsumer() {
        var told = new CopyOnWriteArrayList<String>();
        try (var runs = Runs.with(calls(use(0, "a", "echo", "{\"x\":1}")), says("never"));
                ToolLoop loop = runs.run(ECHO).start()) {
            loop.on(ToolStart.class, start -> {
                throw new IllegalStateException("my mistake");
            });
            loop.on(ToolStart.class, start -> told.add(start.id()));
            assertThatThrownBy(loop::done).hasMessage("my mistake");
            assertThat(told).containsExactly("a");
            assertThat(loop.isAborted()).isTrue();
        }
    }

    // 141, otherwise: the caller replaces the history, between two runs
    @Test
    void aConversationIsMadeShorterBetweenTwoRuns() {
        var script = calls(use(0, "a", "echo", "{\"x\":1}"));
        try (var runs = Runs.with(script, says("They run to the sea."), says("So it is."))) {
            Conversation said;
            try (ToolLoop loop = runs.run(ECHO).maxTurns(1).start()) {
                loop.done();
                Conversation open = loop.conversation();
                said = open.results(open.unanswered().stream()
                        .map(call -> new ToolResult(call.id(), "later"))
                        .toList());
            }
            String summary;
            try (ToolLoop loop = ToolLoop.builder(
                            runs.client,
                            Runs.REQUEST.toBuilder()
                                    .conversation(said.user("Sum it up."))
                                    .build())
                    .tools(ECHO)
                    .start()) {
                summary = loop.finalText();
            }
            var shorter = Runs.REQUEST.toBuilder()
                    .conversation(Conversation.EMPTY.user(summary))
                    .build();
            try (ToolLoop loop =
                    ToolLoop.builder(runs.client, shorter).tools(ECHO).start()) {
                assertThat(loop.finalText()).isEqualTo("So it is.");
            }
            assertThat(runs.asked(3).get("messages"))
                    .isEqualTo(List.of(java.util.Map.of("role", "user", "content", "They run to the sea.")));
        }
    }
}
