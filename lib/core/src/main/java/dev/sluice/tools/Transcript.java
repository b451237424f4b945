package dev.sluice.tools;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.message.Conversation;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The conversation of a run: written by its thread, read by any. A turn and the results of its calls come into it at
 * once.
 */
final class Transcript {
    /** Held for a few instructions. A reader never sees a turn of which only some calls have results. */
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private Conversation settled;
    private @Nullable Message calling;
    private List<ToolCallTask> open = List.of();
    private final List<Message> before = new ArrayList<>();
    private Usage takenBack = Usage.NONE;
    private @Nullable TurnAnswer turn;
    private int requests;
    private int lostRequests;
    private Duration timeBefore = Duration.ZERO;

    Transcript(MessageRequest request) {
        settled =
                new Conversation(request.system().stream().map(Transcript::text).toList(), request.messages());
    }

    private static Text text(ContentBlock block) {
        return (Text) block; // that is all it takes
    }

    /**
     * A turn begins.
     *
     * @param sent how many requests the turn has: none if it was refused before, several if it broke off in another process
     * @param lost how many of these were lost with their process
     */
    void beginTurn(TurnAnswer next, int sent, int lost) {
        locked(() -> {
            if (turn != null) {
                before.add(turn.snapshot());
                timeBefore = timeBefore.plus(turn.duration());
            }
            turn = next;
            requests += sent;
            return lostRequests += lost;
        });
    }

    /** The turn has broken off and is asked again: of what it said, only the usage is kept. Returns its number, from 1. */
    int takeBack() {
        return locked(() -> {
            if (turn != null) {
                takenBack = takenBack.plus(turn.snapshot().usage());
                timeBefore = timeBefore.plus(turn.duration());
                turn = null;
            }
            return before.size() + 1;
        });
    }

    /** A turn is complete, and has no results yet for its calls, if it has any; of these some, or all, have started. */
    void calling(Message whole, List<ToolCallTask> started) {
        locked(() -> {
            calling = whole;
            open = List.copyOf(started);
            return whole;
        });
    }

    /** A turn is complete, with the results of its calls, if it has any. */
    void addTurn(Message whole, List<ToolResult> results) {
        locked(() -> {
            settled = settled.message(whole).results(results);
            calling = null;
            open = List.of();
            return settled;
        });
    }

    /** All of it that can be sent again. At the end, a call that has no result gets one that says so. */
    Conversation conversation(boolean over) {
        return locked(() -> over && calling != null
                ? settled.message(calling)
                        .results(
                                calling.toolUses().stream().map(this::resultNow).toList())
                : settled);
    }

    private ToolResult resultNow(ToolUse use) {
        return open.stream()
                .filter(call -> call.use().id().equals(use.id()))
                .findFirst()
                .map(ToolCallTask::resultNow)
                .orElseGet(() -> CallOutcome.STOPPED.result(use.id()));
    }

    /** The turn that is being made; before it has begun, the one before it. */
    Message snapshot() {
        return locked(() -> {
            Message now = partial();
            return now.id().isEmpty() && now.content().isEmpty() && !before.isEmpty() ? before.getLast() : now;
        });
    }

    /** The present or last turn, as far as it has come. */
    Message partial() {
        return locked(() -> turn == null ? Message.EMPTY : turn.snapshot());
    }

    /** The answers of the run so far, the last one as far as it has come; without those that were taken back. */
    List<Message> answers() {
        return locked(() -> {
            var all = new ArrayList<>(before);
            if (turn != null) {
                all.add(turn.snapshot());
            }
            return all;
        });
    }

    /** The tokens of all answers, those that were taken back included. */
    Usage usage() {
        return locked(() -> {
            Usage kept = new Conversation(List.of(), answers()).usage();
            return takenBack.equals(Usage.NONE) ? kept : kept.plus(takenBack);
        });
    }

    /** How long the model was asked, in all turns so far. */
    Duration modelTime() {
        return locked(() -> turn == null ? timeBefore : timeBefore.plus(turn.duration()));
    }

    int requests() {
        return locked(() -> requests);
    }

    /** How many requests count for the limit of turns: all but those that were lost with their process. */
    int countedRequests() {
        return locked(() -> requests - lostRequests);
    }

    private <T> T locked(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }
}
