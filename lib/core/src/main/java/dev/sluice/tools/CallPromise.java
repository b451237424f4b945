package dev.sluice.tools;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/** The one outcome of a call, and the question to a person that may come before it. For any thread. */
final class CallPromise {
    /** Completed once, by the worker, the time limit or a stop: the first one counts, without a lock. */
    private final CompletableFuture<CallOutcome> outcome = new CompletableFuture<>();

    private final Set<Runnable> onEnd = ConcurrentHashMap.newKeySet();

    /** Done with the outcome, or with a question; the same as the outcome if there can be no question. */
    private volatile CompletableFuture<CallOutcome> settled;

    /** Whether a person is asked; before it is set, all else is done. */
    private volatile boolean question;

    CallPromise(boolean mayAsk) {
        settled = mayAsk ? outcome.copy() : outcome;
    }

    /** It has this outcome, if it has none yet. Returns whether it had none. */
    boolean complete(CallOutcome first) {
        return outcome.complete(first);
    }

    /** Whether there is an outcome. */
    boolean isOver() {
        return outcome.isDone();
    }

    /** The outcome; if there is none yet, that it was stopped. */
    CallOutcome now() {
        return outcome.getNow(CallOutcome.STOPPED);
    }

    /** Waits for the outcome. */
    CallOutcome await() throws InterruptedException {
        return await(outcome);
    }

    /** The outcome, which is there. */
    CallOutcome known() {
        return outcome.join();
    }

    /** Waits for the outcome, or until nothing is left to do before a person has answered. */
    void awaitOutcomeOrQuestion() throws InterruptedException {
        var unused = await(settled);
    }

    private static CallOutcome await(CompletableFuture<CallOutcome> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A person is asked. */
    void ask() {
        question = true;
    }

    /** The question is told, and nothing is left to do. */
    void asked() {
        settled.complete(CallOutcome.STOPPED);
    }

    /** The person has answered. */
    void answered() {
        settled = outcome.copy();
        question = false;
    }

    /** Whether a person is asked, and there is no outcome. */
    boolean isQuestion() {
        return question && !isOver();
    }

    /** Has something run when the call ends; at once if it has its outcome. The result takes that back. */
    Runnable onEnd(Runnable action) {
        onEnd.add(action);
        if (isOver()) {
            action.run();
        }
        return () -> onEnd.remove(action);
    }

    /** The call has ended. */
    void runOnEnd() {
        onEnd.forEach(Runnable::run);
    }
}
