package dev.sluice.tools;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The short wait for the threads of an ended run, and the log line about those that still run. */
final class StragglerWait {
    private static final Logger log = LoggerFactory.getLogger(StragglerWait.class);
    private static final long LONGEST_MILLIS = 50;

    private StragglerWait() {}

    static void to(RunTask run) {
        boolean interrupted = Thread.interrupted();
        try {
            long left = LONGEST_MILLIS;
            for (Thread thread : run.ending()) {
                long before = run.time.nanos();
                if (left > 0 && !thread.equals(Thread.currentThread())) {
                    var unused = thread.join(Duration.ofMillis(left));
                }
                left -= (run.time.nanos() - before) / 1_000_000;
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        List<ToolCallTask> stragglers = run.calls.stragglers();
        if (!stragglers.isEmpty()) {
            log.warn(
                    "{} was closed, and these tools ignore their interrupt and still run: {}",
                    run,
                    stragglers.stream().map(call -> call.use().name()).toList());
        }
    }
}
