package dev.sluice.relay;

/** What the application does when a client wants something run. */
@FunctionalInterface
public interface RunFactory {

    /**
     * Starts the run. Called on the request's thread; returns soon, as the run works on threads of its own.
     *
     * @throws IllegalArgumentException if the request makes no sense; the client is told the message
     * @throws Exception if it cannot be started; the client is told that, but not the message
     */
    RunSource start(StartRequest request) throws Exception;
}
