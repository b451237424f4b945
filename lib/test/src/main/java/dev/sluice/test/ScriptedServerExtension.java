package dev.sluice.test;

import dev.sluice.test.server.Answer;
import dev.sluice.test.server.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a JUnit test a {@link ScriptedServer} as a parameter, one for each test, and closes it behind the test. A test that has passed
 * fails if a scripted answer was never asked for.
 *
 * <p>The class that has {@code @ExtendWith(ScriptedServerExtension.class)} has tests such as
 *
 * <pre>{@code
 * void asksOnce(ScriptedServer server) {
 *     server.enqueue(Answer.text("Sunny."));
 *     ...
 * }
 * }</pre>
 *
 * <p>A method with {@code @BeforeEach} gets the same server as its test.
 */
public final class ScriptedServerExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(ScriptedServerExtension.class);

    /** For JUnit. */
    public ScriptedServerExtension() {}

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ScriptedServer.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(ScriptedServer.class, key -> ScriptedServer.start(), ScriptedServer.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        ScriptedServer server = context.getStore(NAMESPACE).remove(ScriptedServer.class, ScriptedServer.class);
        if (server == null) {
            return;
        }
        List<Answer> left = server.remaining();
        int asked = server.requests().size();
        server.close();
        if (!left.isEmpty() && context.getExecutionException().isEmpty()) {
            throw new AssertionError(left.size() + " of the scripted answers were not asked for, there were " + asked
                    + " requests; left: " + left);
        }
    }
}
