package dev.sluice.examples.server;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/** One answer being streamed: the script's pieces, one after another, at their pace, until the end or the fault. */
final class Playback {
    private static final int TOKENS_BETWEEN_PINGS = 50;
    private static final int SLOWER = 5;
    private static final Duration BETWEEN_LONELY_PINGS = Duration.ofMillis(250);
    private static final Duration FOR_EVER = Duration.ofHours(1);

    private final ClaudeFrames frames;
    private final Script script;
    private final Pace pace;
    private final SplittableRandom random;
    private final Optional<Fault> fault;
    private final int faultAt;
    private int sent;

    Playback(ClaudeFrames frames, Script script, Pace pace, SplittableRandom random, Optional<Fault> fault) {
        this.frames = frames;
        this.script = script;
        this.pace = fault.equals(Optional.of(Fault.SLOW)) ? pace.slower(SLOWER) : pace;
        this.random = random;
        this.fault = fault;
        this.faultAt = script.tokens() / 2;
    }

    /**
     * Plays the answer to its end or to its fault.
     *
     * @throws IOException if the client has gone, or the fault is that the connection goes
     */
    void play(Request request, String messageId, String requestId) throws IOException, InterruptedException {
        frames.messageStart(ClaudeBodies.opening(messageId, request));
        for (int index = 0; index < script.blocks().size(); index++) {
            Block block = script.blocks().get(index);
            frames.blockStart(index, block);
            if (index == 0) {
                frames.ping();
                pace.think(random);
            }
            for (String piece : block.pieces()) {
                if (sent == faultAt && strike(index, block, piece, requestId)) {
                    return;
                }
                frames.delta(index, block.delta(piece));
                sent++;
                pace.gap(random);
                if (sent % TOKENS_BETWEEN_PINGS == 0) {
                    frames.ping();
                }
            }
            if (block instanceof Block.Thinking thinking) {
                frames.delta(index, thinking.signed());
            }
            frames.blockStop(index);
        }
        frames.messageDelta(script.stopReason(), ClaudeBodies.usage(request, script));
        frames.messageStop();
    }

    /** Whether the answer ends here. */
    private boolean strike(int index, Block block, String piece, String requestId)
            throws IOException, InterruptedException {
        if (fault.isEmpty()) {
            return false;
        }
        switch (fault.get()) {
            case STALL -> {
                while (true) {
                    Thread.sleep(BETWEEN_LONELY_PINGS);
                    frames.ping();
                }
            }
            case SILENT -> Thread.sleep(FOR_EVER);
            case CUT -> {
                frames.brokenDelta(index, block.delta(piece));
                throw new IOException("cut, as the script says");
            }
            case HALF_CLOSE -> {}
            case ERROR -> frames.error(ClaudeBodies.error("overloaded_error", "Overloaded", requestId));
            case OVERLOADED, SLOW -> {
                return false;
            }
        }
        return true;
    }
}
