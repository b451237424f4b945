package dev.sluice.examples.server;

import dev.sluice.test.server.Pace;
import dev.sluice.test.server.ScriptedServer;

/** The scripted server of the library's test kit with something to say, so that every example runs without a key. */
public final class DemoServer {
    private DemoServer() {}

    /**
     * A server that answers at the given pace.
     *
     * @param pace how fast
     * @param seed decides where tokens are cut; the same seed, the same answers
     */
    public static ScriptedServer start(Pace pace, long seed) {
        return ScriptedServer.answering(new DemoAnswers(pace, seed));
    }
}
