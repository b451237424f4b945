package dev.sluice.relay;

/** Makes a run of a client's request; the application implements it. */
@FunctionalInterface
public interface RunFactory {

    /**
     * Starts the run. Called on the request's thread; returns soon, as the run works on threads of its own.
     *
     * @throws IllegalArgumentException if the request makes no sense; the client receives the message
     * @throws Exception if it cannot be started; the client learns that, but not the message
     */
    RunSource start(StartRequest request) throws Exception;
}
