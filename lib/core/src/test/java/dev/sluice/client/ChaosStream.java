package dev.sluice.client;

import dev.sluice.EndReason;
import dev.sluice.EndReason.Cancelled;
import dev.sluice.EndReason.Completed;
import dev.sluice.EndReason.Failed;
import dev.sluice.EndReason.LimitReached;
import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.StreamException.ConnectionFailed;
import dev.sluice.StreamException.ProtocolError;
import dev.sluice.message.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One stream of {@link ChaosTest}: how it is consumed and stopped follows from a random source, and what became of it is
 * compared with what may become of it. For one thread.
 */
final class ChaosStream {
    private static final Duration LONGEST = Duration.ofSeconds(40); // four times what the limits allow

    /** How a stream is consumed. */
    enum Way {
        LOOP(30),
        WHOLE(25),
        SLOW(10),
        LEAVE(6),
        CANCEL(6),
        CONTROLLER(6),
        CLOSE(6),
        INTERRUPT(6),
        CHUNKS(4),
        TOTAL(4),
        HANDLER(3);

        private final int share;

        Way(int share) {
            this.share = share;
        }

        static Way draw(SplittableRandom random) {
            int drawn = random.nextInt(106);
            for (Way way : values()) {
                drawn -= way.share;
                if (drawn < 0) {
                    return way;
                }
            }
            throw new AssertionError("the shares are fewer than 106");
        }

        /** Whether another thread stops it at some moment. */
        boolean isStopped() {
            return this == CANCEL || this == CONTROLLER || this == CLOSE || this == INTERRUPT;
        }
    }

    final int number;
    final Way way;
    private final SplittableRandom random;
    private final String said;
    private final long started = System.nanoTime();
    private final AtomicInteger ends = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final IllegalStateException mine = new IllegalStateException("mine");
    private final Thread consumer = Thread.currentThread();
    private volatile MessageStream stream;
    private Throwable thrown;
    private boolean wasInterrupted;
    private int heard;

    ChaosStream(int number, String said, SplittableRandom random) {
        this.number = number;
        this.said = said;
        this.random = random;
        way = Way.draw(random);
    }

    /** From start to end, on the calling thread, whose interrupt is cleared. */
    void run(LlmClient client) throws InterruptedException {
        var settings = StreamController.builder();
        if (way == Way.CHUNKS) {
            settings.maxChunks(1 + random.nextInt(10));
        } else if (way == Way.TOTAL) {
            settings.timeout(Duration.ofMillis(1 + random.nextInt(1000)));
        }
        StreamController controller = settings.build();
        stream = client.stream(ChaosAnswers.question(number), controller);
        stream.on(Signal.END, ends::incrementAndGet);
        Thread stopper = stopper(controller, random.nextInt(1000));
        try (MessageStream open = stream) {
            consume(open);
        } catch (Throwable e) {
            thrown = e;
        } finally {
            over.countDown();
        }
        wasInterrupted = Thread.interrupted();
        while (stopper.isAlive()) {
            try {
                stopper.join();
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        wasInterrupted |= Thread.interrupted();
    }

    private void consume(MessageStream open) {
        int leaveAfter = random.nextInt(12);
        if (way == Way.HANDLER) {
            open.on(Signal.TEXT, (words, all) -> {
                if (all.length() > leaveAfter) {
                    throw mine;
                }
            });
        }
        if (way == Way.WHOLE) {
            String text = open.finalText();
            if (!text.equals(said)) {
                throw new AssertionError("finalText() is wrong: " + text);
            }
            return;
        }
        for (StreamEvent event : open) {
            heard++;
            if (way == Way.SLOW && heard < 30) {
                LockSupport.parkNanos(random.nextInt(60_000_000));
            } else if (way == Way.LEAVE && heard > leaveAfter) {
                break;
            }
        }
    }

    private Thread stopper(StreamController controller, int afterMillis) {
        return Thread.ofVirtual().name("chaos-stopper-" + number).start(() -> {
            if (!way.isStopped()) {
                return;
            }
            boolean tooLate = false;
            try {
                tooLate = over.await(afterMillis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                // nobody does that
            }
            switch (way) {
                case CANCEL -> stream.cancel("stop"); // after the end too: that must change nothing
                case CONTROLLER -> controller.cancel("stop");
                case CLOSE -> stream.close();
                case INTERRUPT -> {
                    if (!tooLate) {
                        consumer.interrupt();
                    }
                }
                default -> throw new AssertionError(way);
            }
        });
    }

    /** What the end is counted as. */
    String kind() {
        return switch (stream.endReason().orElseThrow()) {
            case Completed whole -> "completed";
            case Cancelled cancelled -> "cancelled";
            case LimitReached limit -> "limit";
            case Failed(StreamException failure) -> failure.getClass().getSimpleName();
        };
    }

    StreamMetrics metrics() {
        return stream.metrics();
    }

    boolean wasHeldBack() {
        return kind().equals("CircuitOpen");
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** What is not as it must be; empty as a rule. */
    List<String> complaints() {
        var wrong = new ArrayList<String>();
        EndReason end = stream.endReason().orElse(null);
        if (end == null) {
            return List.of(this + ": has no end");
        }
        if (ends.get() != 1) {
            wrong.add("END came " + ends + " times");
        }
        if (age().compareTo(LONGEST) > 0) {
            wrong.add("took too long");
        }
        String text = stream.snapshot().text();
        if (!said.startsWith(text)) {
            wrong.add("heard what nobody said: " + text);
        }
        switch (end) {
            case Completed whole -> completed(text, wrong);
            case Failed(StreamException failure) -> failed(failure, wrong);
            case Cancelled(String reason) -> cancelled(reason, wrong);
            case LimitReached limit -> {
                if (way != Way.CHUNKS || thrown != null) {
                    wrong.add("a limit that nobody set, or thrown");
                }
            }
        }
        return wrong.stream().map(what -> this + ": " + what).toList();
    }

    private void completed(String text, List<String> wrong) {
        if (!text.equals(said)) {
            wrong.add("called complete: " + text + " instead of " + said);
        }
        if (thrown != null && thrown != mine) {
            wrong.add("complete, and thrown");
        }
    }

    private void failed(StreamException failure, List<String> wrong) {
        if (thrown != null && thrown != failure && thrown != mine) {
            wrong.add("thrown is not what it failed with");
        }
        if (thrown == null && !way.isStopped() && way != Way.LEAVE) {
            wrong.add("failed, and not thrown");
        }
        if (!failure.partial().text().equals(stream.snapshot().text())) {
            wrong.add("partial() is " + failure.partial().text());
        }
        if (failure instanceof StreamException.Cancelled
                || failure instanceof ConnectionFailed && failure.getCause() instanceof InterruptedException) {
            wrong.add("stopped, but called failed");
        }
        if (failure instanceof ProtocolError && isABug(failure.getCause())) {
            wrong.add("a defect of ours, called the server's");
        }
    }

    private static boolean isABug(Throwable cause) {
        return cause instanceof Error
                || cause != null && cause.getClass().getName().startsWith("java.lang.");
    }

    private void cancelled(String reason, List<String> wrong) {
        boolean asked = switch (way) {
            case CANCEL, CONTROLLER -> reason.equals("stop");
            case CLOSE, LEAVE, HANDLER -> true;
            case INTERRUPT -> reason.contains("interrupt") && wasInterrupted;
            default -> false;
        };
        if (!asked) {
            wrong.add("cancelled by nobody");
        }
        if (way == Way.INTERRUPT
                ? !(thrown instanceof StreamException.Cancelled)
                : thrown != (way == Way.HANDLER ? mine : null)) {
            wrong.add("cancelled, and thrown or not as the page of ends says");
        }
    }

    @Override
    public String toString() {
        MessageStream open = stream;
        String state = open == null
                ? "not begun"
                : open.endReason().map(Object::toString).orElse("open") + ", reader "
                        + open.reader().getState() + ", " + open.metrics();
        return "stream " + number + " " + way + ", consumer " + consumer.getState() + ", " + age().toMillis() + " ms, "
                + state + (thrown == null ? "" : ", thrown " + trace(thrown));
    }

    private static String trace(Throwable thrown) {
        var out = new java.io.StringWriter();
        thrown.printStackTrace(new java.io.PrintWriter(out));
        return out.toString();
    }
}
