package dev.sluice.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.sluice.context.ContextCarrier;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolApproval;
import dev.sluice.tools.ToolLoop;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * What the caller's thread carries is in tools, approvals, {@code onEnd} and log lines: SLF4J's context, a thread-local of the
 * application's, OpenTelemetry's trace, and Spring Security's user.
 */
@Timeout(60)
class CallersContextTest {
    private static final ThreadLocal<String> TENANT = new ThreadLocal<>();

    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final Map<String, Seen> logged = new ConcurrentHashMap<>();

    private final Logger log = (Logger) LoggerFactory.getLogger("dev.sluice");
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            logged.put(
                    line.getFormattedMessage(),
                    Seen.now(line.getMDCPropertyMap().get("request")));
        }
    };

    /** What there is on a thread. */
    private record Seen(String request, String tenant, String trace, String user) {
        static Seen now(String request) {
            Authentication user = SecurityContextHolder.getContext().getAuthentication();
            return new Seen(
                    request,
                    TENANT.get(),
                    Span.current().getSpanContext().getTraceId(),
                    user == null ? null : user.getName());
        }
    }

    @BeforeEach
    void set() {
        MDC.put("request", "r-7");
        TENANT.set("acme");
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("alice", "", "USER"));
        log.setLevel(Level.DEBUG);
        appender.start();
        log.addAppender(appender);
    }

    @AfterEach
    void forget() {
        log.detachAppender(appender);
        log.setLevel(null);
        clear();
    }

    private static void clear() {
        MDC.clear();
        TENANT.remove();
        SecurityContextHolder.clearContext();
    }

    private void look(String where) {
        seen.put(where, Seen.now(MDC.get("request")));
    }

    @Test
    void allOfItIsThereWhereverTheCallersCodeRuns() {
        Tool depth = Tool.of("depth", "Tells how deep", "{\"type\":\"object\"}", (input, context) -> {
            look("tool");
            throw new IllegalStateException("dry");
        });
        try (var traced = new TracedClient(
                settings -> settings.contextCarrier(ContextCarrier.detected().and(ContextCarrier.of(TENANT)))
                        .onEnd(report -> look("stream's onEnd")),
                TracedClient.calls("a", "depth"),
                TracedClient.says("ok"))) {
            Span request = traced.tracer.spanBuilder("request").startSpan();
            ToolLoop run;
            try (Scope inside = request.makeCurrent()) {
                run = ToolLoop.builder(traced.client, TracedClient.REQUEST)
                        .tools(depth)
                        .approval((tool, context) -> {
                            look("approval");
                            return ToolApproval.allow();
                        })
                        .onEnd(report -> look("onEnd"))
                        .start();
            }
            clear(); // the caller's thread does something else by now
            try (run) {
                assertThat(run.finalText()).isEqualTo("ok");
            }
            request.end();
            await().until(() -> seen.size() == 4);
            var all = new Seen("r-7", "acme", request.getSpanContext().getTraceId(), "alice");
            assertThat(seen)
                    .containsOnlyKeys("tool", "approval", "onEnd", "stream's onEnd")
                    .allSatisfy((where, what) -> assertThat(what).as(where).isEqualTo(all));
            assertThat(logged.keySet())
                    .anyMatch(line -> line.contains("POST "))
                    .anyMatch(line -> line.contains("first token"))
                    .anyMatch(line -> line.contains("The tool 'depth' failed"))
                    .anyMatch(line -> line.contains("completed"));
            assertThat(logged)
                    .allSatisfy((line, what) -> assertThat(what).as(line).isEqualTo(all));
        }
    }

    @Test
    void aStreamCarriesIt() {
        try (var traced = new TracedClient(
                settings -> settings.onEnd(
                        report -> look("onEnd " + report.metrics().events())),
                TracedClient.says("one", "two"))) {
            Span request = traced.tracer.spanBuilder("request").startSpan();
            try (Scope inside = request.makeCurrent();
                    var stream = traced.client.stream(TracedClient.REQUEST)) {
                clear();
                stream.done();
            }
            await().until(() -> !seen.isEmpty());
            assertThat(seen.values())
                    .containsExactly(
                            new Seen("r-7", null, request.getSpanContext().getTraceId(), "alice"));
        }
    }
}
