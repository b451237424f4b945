package dev.sluice.test.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.test.peer.ScriptOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/**
 * One answer being streamed: its frames, one after another, at their pace, until the end or the fault. Each frame is one write,
 * so that it leaves at once.
 */
final class Playback {
    private static final int PIECES_BETWEEN_PINGS = 50;
    private static final int SLOWER = 5;
    private static final Duration BETWEEN_LONELY_PINGS = Duration.ofMillis(250);
    /** A gateway's comment to keep a connection open on a wire that has no pings. */
    private static final String COMMENT = ": keep-alive\n\n";

    private static final String GARBAGE = "data: {\"type\": no JSON\n\n";

    private final Frames wire;
    private final Answer answer;
    private final Pace pace;
    private final SplittableRandom random;
    private final Optional<Fault> fault;
    private final JsonNode failure;
    private final List<Frame> frames = new ArrayList<>();
    private int bytes;
    private int strikesAt;

    /** Some bytes, and how long to wait behind them. */
    @SuppressWarnings("ArrayRecordComponent") // played, not compared
    private record Frame(byte[] bytes, Duration pause) {}

    /** Draws all that is random now, so that it does not depend on when the client takes what. */
    Playback(Frames wire, Reply reply, Optional<Fault> fault, JsonNode failure) {
        this.wire = wire;
        this.answer = reply.answer();
        this.pace = fault.equals(Optional.of(Fault.SLOW)) ? answer.pace().slower(SLOWER) : answer.pace();
        this.random = reply.random();
        this.fault = fault;
        this.failure = failure;
        draw();
        answer.faultAt()
                .ifPresent(at -> strikesAt = fault.map(this::waitsForFrame).orElse(false) ? endOfFrame(at) : at);
    }

    private void draw() {
        int faultyPiece = answer.pieces() / 2;
        int pieces = 0;
        add(wire.opening(), Duration.ZERO);
        for (int index = 0; index < answer.blocks().size(); index++) {
            Block block = answer.blocks().get(index);
            add(wire.start(index, block), Duration.ZERO);
            if (index == 0) {
                add(wire.ping(), Duration.ZERO);
                add("", pace.thought(random));
            }
            for (String piece : block.pieces()) {
                String frame = wire.piece(index, block, piece);
                if (pieces == faultyPiece) {
                    String next = frame.isEmpty() ? wire.stop(index, block) : frame;
                    strikesAt = bytes + (breaksFrame() ? next.getBytes(UTF_8).length / 2 : 0);
                }
                add(frame, pace.gap(random));
                pieces++;
                if (pieces % PIECES_BETWEEN_PINGS == 0) {
                    add(wire.ping(), Duration.ZERO);
                }
            }
            add(wire.stop(index, block), Duration.ZERO);
        }
        add(wire.ending(), Duration.ZERO);
    }

    private void add(String frame, Duration pause) {
        if (!frame.isEmpty() || pause.isPositive()) {
            byte[] utf8 = frame.getBytes(UTF_8);
            frames.add(new Frame(utf8, pause));
            bytes += utf8.length;
        }
    }

    private boolean breaksFrame() {
        return fault.filter(f -> f == Fault.CUT || f == Fault.RESET).isPresent();
    }

    private boolean waitsForFrame(Fault fault) {
        return switch (fault) {
            case STALL, ERROR, BARE_ERROR, GARBAGE -> true;
            default -> false;
        };
    }

    private int endOfFrame(int at) {
        int end = 0;
        for (Frame frame : frames) {
            if (end >= at) {
                break;
            }
            end += frame.bytes.length;
        }
        return end;
    }

    /**
     * Plays the answer to its end or to its fault.
     *
     * @throws IOException if the client has gone
     */
    void play(ScriptOutput out) throws IOException, InterruptedException {
        boolean strikes = fault.filter(f -> f != Fault.SLOW).isPresent();
        int sent = 0;
        for (Frame frame : frames) {
            int before = strikesAt - sent;
            if (strikes && before >= 0 && before < frame.bytes.length) {
                out.body(Arrays.copyOf(frame.bytes, before));
                if (strike(fault.orElseThrow(), out)) {
                    return;
                }
                strikes = false;
                out.body(Arrays.copyOfRange(frame.bytes, before, frame.bytes.length));
            } else {
                out.body(frame.bytes);
            }
            sent += frame.bytes.length;
            out.pause(frame.pause);
        }
        if (!strikes || !strike(fault.orElseThrow(), out)) {
            out.end();
        }
    }

    /** Whether the answer ends here. */
    private boolean strike(Fault fault, ScriptOutput out) throws IOException, InterruptedException {
        switch (fault) {
            case STALL -> {
                while (true) {
                    out.pause(BETWEEN_LONELY_PINGS);
                    out.body((wire.ping().isEmpty() ? COMMENT : wire.ping()).getBytes(UTF_8));
                }
            }
            case SILENT -> out.stall();
            case CUT -> out.close();
            case RESET -> out.reset();
            case BROKEN_CHUNK -> {
                out.raw("zz\r\nnot a chunk\r\n".getBytes(UTF_8));
                out.close();
            }
            case HALF_CLOSE -> out.end();
            case ERROR -> {
                out.body(wire.error(failure).getBytes(UTF_8));
                out.end();
            }
            case BARE_ERROR -> {
                out.body((failure.toPrettyString() + "\n").getBytes(UTF_8));
                out.end();
            }
            case GARBAGE -> {
                out.body(GARBAGE.getBytes(UTF_8));
                return false;
            }
            case OVERLOADED, SLOW -> {
                return false;
            }
        }
        return true;
    }
}
