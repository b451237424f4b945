package dev.sluice.internal;

import java.util.Optional;
import java.util.function.Supplier;

/** The answer of a stream, if its server keeps it: for a program that may die while it reads. For any thread. */
public final class KeptAnswer {
    private final Supplier<Optional<String>> token;
    private final Runnable leave;

    /**
     * An answer.
     *
     * @param token gives the text with which all of the answer can be fetched; empty as long as that is not known
     * @param leave leaves the answer to the server when its stream ends
     */
    public KeptAnswer(Supplier<Optional<String>> token, Runnable leave) {
        this.token = token;
        this.leave = leave;
    }

    /** With what all of the answer can be fetched, whatever was consumed; empty if the server does not keep it. */
    public Optional<String> tokenOfAll() {
        return token.get();
    }

    /** Leaves the answer to the server: to end the stream does not cancel it any more. */
    public void leaveRunning() {
        leave.run();
    }
}
