package dev.sluice.test.peer;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that this library logs at any level while it is open, as lines of slf4j-simple: {@code [thread] LEVEL logger - words}.
 * That binding fixes a logger's level when it is made, hence the reflection. It takes the place of {@code System.err}.
 */
public final class CapturedLog implements AutoCloseable {
    private static final String OURS = "dev.sluice";
    private static final String LEVEL_OF_NEW_ONES = "org.slf4j.simpleLogger.log." + OURS;
    private static final int TRACE = 0;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream before = System.err;
    private final Map<Logger, Integer> levels = new HashMap<>();

    private CapturedLog() {}

    /** Listens from now on. */
    public static CapturedLog open() {
        var log = new CapturedLog();
        System.setProperty(LEVEL_OF_NEW_ONES, "trace");
        System.setErr(new PrintStream(log.bytes, true, StandardCharsets.UTF_8));
        loggers().forEach((name, logger) -> {
            if (name.startsWith(OURS)) {
                log.levels.put(logger, level(logger, TRACE));
            }
        });
        return log;
    }

    /** The lines so far that have this in them. */
    public List<String> lines(String part) {
        return text().lines().filter(line -> line.contains(part)).toList();
    }

    /** Everything so far. */
    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        System.setErr(before);
        System.clearProperty(LEVEL_OF_NEW_ONES);
        loggers().forEach((name, logger) -> {
            if (name.startsWith(OURS)) {
                level(logger, levels.getOrDefault(logger, 40)); // error, as the build has it
            }
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Logger> loggers() {
        try {
            ILoggerFactory factory = LoggerFactory.getILoggerFactory();
            return (Map<String, Logger>) field(factory.getClass(), "loggerMap").get(factory);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("slf4j-simple has changed", e);
        }
    }

    private static int level(Logger logger, int level) {
        try {
            Field current = field(logger.getClass(), "currentLogLevel");
            int old = current.getInt(logger);
            current.setInt(logger, level);
            return old;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("slf4j-simple has changed", e);
        }
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
