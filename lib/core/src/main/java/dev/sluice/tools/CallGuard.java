package dev.sluice.tools;

import dev.sluice.internal.LogLabels;
import dev.sluice.internal.base.Throwables;
import dev.sluice.message.ContentBlock.ToolUse;
import dev.sluice.tools.RecordedRun.RecordedCall;
import dev.sluice.tools.Tool.AfterCrash;
import dev.sluice.tools.ToolApproval.Verdict;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks before a tool: its input must fit, after one repair if the caller has one, and the caller must agree. Runs
 * the caller's hooks.
 *
 * @param settings the hooks
 * @param tool what is called
 * @param cut if the input is known to be cut, by what
 * @param context the call, for the approval
 * @param onFailure takes what a hook threw, and which hook it was
 */
record CallGuard(
        RunSettings settings,
        Tool tool,
        @Nullable String cut,
        ToolContext context,
        BiConsumer<String, Throwable> onFailure) {

    /** What whoever is asked for leave to run a tool again is told. */
    private static final String MAY_HAVE_RUN =
            "The tool was started before, and its process died: it is not known whether it has run";

    private static final Logger log = LoggerFactory.getLogger(CallGuard.class);

    /**
     * The result of a check of the input.
     *
     * @param use the call, with its input mended if it was
     * @param refusal the text for the model; null if the input fits
     */
    record Checked(ToolUse use, @Nullable CallOutcome refusal) {}

    /** Whether the input fits. */
    Checked check(ToolUse use) throws InterruptedException {
        Optional<String> problem = cut != null ? Optional.of(cut) : problem(use.input());
        if (problem.isEmpty()) {
            return new Checked(use, null);
        }
        Optional<String> repaired = repair(use, problem.get());
        if (repaired.isEmpty()) {
            return new Checked(use, invalid(problem.get()));
        }
        ToolUse mended = new ToolUse(use.id(), use.name(), repaired.get(), use.extra());
        return new Checked(mended, problem(mended.input()).map(this::invalid).orElse(null));
    }

    /** Whether the caller agrees. */
    Verdict decide() throws InterruptedException {
        try {
            Verdict decision = settings.approval().decide(tool, context);
            if (decision instanceof Verdict.Later && settings.journal() == null) {
                log.warn(
                        "The approval of tool '{}' answers later, which takes a run with a journal; the call is"
                                + " refused",
                        LogLabels.of(tool.name()));
                return ToolApproval.deny("nobody can be asked");
            }
            return decision == null ? ToolApproval.deny("there was no decision") : decision;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | Error e) {
            onFailure.accept("The approval of the tool", e);
            return ToolApproval.deny(Throwables.message(e));
        }
    }

    /** Whether a call may go on that was checked before its process died. */
    Verdict decideAgain(RecordedCall before) throws InterruptedException {
        if (!before.mayHaveRun()) {
            return ToolApproval.later(); // as it was asked
        }
        if (tool.afterCrash() == AfterCrash.RUN_AGAIN) {
            return ToolApproval.allow();
        }
        context.progress(MAY_HAVE_RUN);
        return settings.asks() ? decide() : ToolApproval.later();
    }

    private Optional<String> repair(ToolUse use, String problem) throws InterruptedException {
        InputRepair repair = settings.repair();
        try {
            return repair == null ? Optional.empty() : repair.repair(use, problem);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | Error e) {
            onFailure.accept("The repair of an input of the tool", e);
            return Optional.empty();
        }
    }

    private Optional<String> problem(String input) {
        try {
            return tool.problem(input);
        } catch (RuntimeException | Error e) {
            return Optional.of("it could not be checked: " + Throwables.message(e));
        }
    }

    private CallOutcome invalid(String problem) {
        return CallOutcome.error("the input of '" + tool.name() + "' is not valid: " + problem);
    }

    /** The outcome of a call that was not allowed. */
    static CallOutcome denied(String reason) {
        return CallOutcome.error("the call was not allowed: " + reason);
    }
}
