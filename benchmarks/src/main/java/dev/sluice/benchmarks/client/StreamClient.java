package dev.sluice.benchmarks.client;

/** One library's way to consume a stream, set up as its manual says. Of use to several threads at once. */
public interface StreamClient {

    /**
     * Asks, and consumes the answer to its end. Blocks the calling thread until then, whichever thread the library calls the
     * sink on.
     *
     * @throws Exception if the stream fails
     */
    void stream(Sink sink) throws Exception;
}
