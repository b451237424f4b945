package dev.sluice.client;

import dev.sluice.context.ContextCarrier.Captured;
import dev.sluice.internal.GuardedObservation;
import dev.sluice.message.MessageRequest;
import dev.sluice.observation.Observer.Operation;
import dev.sluice.transport.TransportRequest;

/**
 * What a stream's thread runs in.
 *
 * @param context the context of the thread that started it
 * @param observation its observation
 */
record StreamSurroundings(Captured context, GuardedObservation observation) {

    /** Those of a stream that this thread starts. Calls the client's observer. */
    static StreamSurroundings of(ClientConfig config, MessageRequest request, TransportRequest wire, boolean streamed) {
        var observation = GuardedObservation.start(
                config.observer(),
                () -> new Operation.Chat(
                        config.provider().name(), MetricsRecorder.server(wire.uri()), request, streamed));
        return new StreamSurroundings(config.carrier().capture(), observation);
    }

    /** Those of a request that is no chat. */
    static StreamSurroundings unobserved(ClientConfig config) {
        return new StreamSurroundings(config.carrier().capture(), GuardedObservation.NONE);
    }

    /** Runs code in the caller's context, with the observed operation in force. */
    void run(Runnable code) {
        observation.in(context).run(code);
    }

    /** Does so on a thread of its own, for a thread that must not run a carrier: it would hold up others. */
    void runApart(Runnable code) {
        Thread.ofVirtual().start(() -> run(code));
    }
}
