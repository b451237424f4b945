package dev.sluice.context;

import java.util.Map;
import org.slf4j.MDC;

/** Carries the logging context of SLF4J. */
final class MdcCarrier implements ContextCarrier {

    @Override
    public Captured capture() {
        Map<String, String> captured = MDC.getCopyOfContextMap();
        return captured == null || captured.isEmpty() ? Captured.nothing() : code -> run(captured, code);
    }

    private static void run(Map<String, String> captured, Runnable code) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        MDC.setContextMap(captured);
        try {
            code.run();
        } finally {
            if (before == null) {
                MDC.clear();
            } else {
                MDC.setContextMap(before);
            }
        }
    }
}
