package dev.sluice.tools;

import dev.sluice.internal.base.Throwables;
import dev.sluice.message.Message;
import dev.sluice.tools.JournalRecord.Answer;
import dev.sluice.tools.JournalRecord.Call;
import dev.sluice.tools.JournalRecord.Kept;
import dev.sluice.tools.JournalRecord.Result;
import dev.sluice.tools.JournalRecord.Stage;
import dev.sluice.tools.JournalRecord.TurnBegun;
import dev.sluice.tools.RunJournal.JournalException;
import dev.sluice.tools.RunJournal.JournalException.Code;
import dev.sluice.tools.Tool.AfterCrash;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a journal knows of a run that is claimed: answers by turn, and calls with their results. Immutable once read. */
final class RecordedRun {
    private final Map<Integer, Message> answers = new HashMap<>();
    private final Map<Integer, String> tokens = new HashMap<>();
    private final Map<String, Call> calls = new LinkedHashMap<>();
    private final Map<String, Result> results = new HashMap<>();
    private final Map<Integer, Integer> requests = new HashMap<>();
    private final Map<Integer, Integer> lost = new HashMap<>();
    private int lastCall;

    /**
     * A call of the run's.
     *
     * @param result null if none was recorded
     */
    record RecordedCall(Call call, @Nullable Result result) {
        private static final CallOutcome NOT_KNOWN = CallOutcome.error(
                "it is not known whether the tool has run, because its process died meanwhile; find out before you"
                        + " call it again");

        /** Whether its tool may have run. */
        boolean mayHaveRun() {
            return call.stage() == Stage.STARTED;
        }

        /** The outcome, if it is known without the tool. */
        Optional<CallOutcome> outcome(@Nullable Tool tool) {
            if (result != null) {
                return Optional.of(CallOutcome.recorded(result.output(), result.end()));
            }
            if (mayHaveRun() && (tool == null || tool.afterCrash() == AfterCrash.REPORT)) {
                return Optional.of(NOT_KNOWN);
            }
            return tool != null
                    ? Optional.empty()
                    : Optional.of(CallOutcome.error("Tool '" + call.use().name() + "' not found"));
        }

        /** Whether its input fits, and its approval was asked. */
        boolean isChecked() {
            return call.stage() != Stage.CALLED;
        }

        /** How long its tool has run. */
        Duration worked() {
            return result == null ? Duration.ZERO : Duration.ofMillis(result.millis());
        }
    }

    private RecordedRun() {}

    /**
     * Reads the records of a run.
     *
     * @throws JournalException {@code UNAVAILABLE} if one of them cannot be read
     */
    static RecordedRun of(List<String> records) {
        var run = new RecordedRun();
        for (String json : records) {
            try {
                JournalRecord.of(json).ifPresent(run::add);
            } catch (RuntimeException e) {
                throw new JournalException(
                        Code.UNAVAILABLE,
                        "A record of the run cannot be read: " + Throwables.message(e)
                                + ". A later version of the library"
                                + " may have written it; claim the run with that version",
                        e);
            }
        }
        return run;
    }

    private void add(JournalRecord record) {
        switch (record) {
            case TurnBegun(int turn, boolean again) -> {
                tokens.remove(turn);
                requests.merge(turn, 1, Integer::sum);
                lost.merge(turn, again ? 1 : 0, Integer::sum);
            }
            case Kept(int turn, String token) -> tokens.put(turn, token);
            case Answer(int turn, Message said) -> answers.put(turn, said);
            case Call call -> {
                calls.put(call.key(), call);
                lastCall = Math.max(lastCall, number(call.key()));
            }
            case Result result -> results.put(result.key(), result);
        }
    }

    private static int number(String key) {
        return Integer.parseInt(key.substring(key.lastIndexOf('-') + 1));
    }

    /** The answer of a turn, from 1. */
    Optional<Message> answer(int turn) {
        return Optional.ofNullable(answers.get(turn));
    }

    /** With what the answer of a turn can be fetched from a server that keeps it. */
    Optional<String> token(int turn) {
        return Optional.ofNullable(tokens.get(turn));
    }

    /** How often the model was asked for this turn. */
    int requests(int turn) {
        return requests.getOrDefault(turn, 0);
    }

    /** How many of these requests were lost with their process and replaced by another one. */
    int lost(int turn) {
        return lost.getOrDefault(turn, 0);
    }

    /** The calls of a turn, those of answers that broke off included, in the order in which they were made. */
    List<RecordedCall> calls(int turn) {
        return calls.values().stream()
                .filter(call -> call.turn() == turn)
                .map(call -> new RecordedCall(call, results.get(call.key())))
                .toList();
    }

    /** The highest number of a call's key; zero if there is none. */
    int lastCall() {
        return lastCall;
    }
}
