package dev.sluice.examples.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/**
 * One answer being streamed: the script's pieces, one after another, at their pace, until the end or the fault. Each step is
 * one write and flushed, so that it leaves at once.
 */
final class Playback {
    private static final int TOKENS_BETWEEN_PINGS = 50;
    private static final int SLOWER = 5;
    private static final Duration BETWEEN_LONELY_PINGS = Duration.ofMillis(250);
    private static final Duration FOR_EVER = Duration.ofHours(1);
    /** What a gateway sends to keep a connection open on a wire that has no pings. */
    private static final String COMMENT = ": keep-alive\n\n";

    private final OutputStream out;
    private final Frames frames;
    private final Script script;
    private final Pace pace;
    private final SplittableRandom random;
    private final Optional<Fault> fault;
    private final JsonNode failure;
    private final int faultAt;
    private int sent;

    Playback(OutputStream out, Frames frames, Reply reply, Pace pace, Optional<Fault> fault, JsonNode failure) {
        this.out = out;
        this.frames = frames;
        this.script = reply.script();
        this.pace = fault.equals(Optional.of(Fault.SLOW)) ? pace.slower(SLOWER) : pace;
        this.random = reply.random();
        this.fault = fault;
        this.failure = failure;
        this.faultAt = script.tokens() / 2;
    }

    /**
     * Plays the answer to its end or to its fault.
     *
     * @throws IOException if the client has gone, or the fault is that the connection goes
     */
    void play() throws IOException, InterruptedException {
        send(frames.opening());
        for (int index = 0; index < script.blocks().size(); index++) {
            Block block = script.blocks().get(index);
            send(frames.start(index, block));
            if (index == 0) {
                send(frames.ping());
                pace.think(random);
            }
            for (String piece : block.pieces()) {
                if (sent == faultAt && strike(index, block, piece)) {
                    return;
                }
                send(frames.piece(index, block, piece));
                sent++;
                pace.gap(random);
                if (sent % TOKENS_BETWEEN_PINGS == 0) {
                    send(frames.ping());
                }
            }
            send(frames.stop(index, block));
        }
        send(frames.ending());
    }

    /** Whether the answer ends here. */
    private boolean strike(int index, Block block, String piece) throws IOException, InterruptedException {
        if (fault.isEmpty()) {
            return false;
        }
        switch (fault.get()) {
            case STALL -> {
                while (true) {
                    Thread.sleep(BETWEEN_LONELY_PINGS);
                    send(frames.ping().isEmpty() ? COMMENT : frames.ping());
                }
            }
            case SILENT -> Thread.sleep(FOR_EVER);
            case CUT -> {
                String frame = frames.piece(index, block, piece);
                String broken = frame.isEmpty() ? frames.stop(index, block) : frame;
                send(broken.substring(0, broken.length() / 2));
                throw new IOException("cut, as the script says");
            }
            case HALF_CLOSE -> {}
            case ERROR -> send(frames.error(failure));
            case BARE_ERROR -> send(failure.toPrettyString() + "\n");
            case OVERLOADED, SLOW -> {
                return false;
            }
        }
        return true;
    }

    private void send(String text) throws IOException {
        if (!text.isEmpty()) {
            out.write(text.getBytes(UTF_8));
            out.flush();
        }
    }
}
