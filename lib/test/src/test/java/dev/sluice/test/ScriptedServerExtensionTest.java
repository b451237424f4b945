package dev.sluice.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.sluice.client.LlmClient;
import dev.sluice.test.server.Answer;
import dev.sluice.test.server.ScriptedServer;
import java.net.ConnectException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What JUnit reports of tests that use the extension. */
@Timeout(30)
class ScriptedServerExtensionTest {
    private static final List<ScriptedServer> GIVEN = new ArrayList<>();

    @Test
    void aTestWhoseAnswersWereAllAskedForPasses() {
        assertThat(failureOf("asksForAll")).isNull();
    }

    @Test
    void aTestThatLeavesAnswersFailsAndNamesThem() {
        assertThat(failureOf("leavesOne"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("1 of the scripted answers were not asked for, there were 1 requests; left: [never asked]");
    }

    @Test
    void aTestThatFailedSaysOnlyWhy() {
        assertThat(failureOf("fails")).hasMessage("for its own reason").hasNoSuppressedExceptions();
    }

    @Test
    void aTestWithoutAServerHasNone() {
        GIVEN.clear();
        assertThat(failureOf("needsNone")).isNull();
    }

    @Test
    void theServerOfATestIsClosedBehindIt() {
        GIVEN.clear();
        failureOf("asksForAll");

        assertThat(GIVEN).hasSize(1);
        assertThat(catchThrowable(
                        () -> new Socket("127.0.0.1", GIVEN.getFirst().uri().getPort())))
                .isInstanceOf(ConnectException.class);
    }

    private static Throwable failureOf(String method) {
        var failures = new ArrayList<Throwable>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(Sample.class.getName() + "#" + method
                        + (method.equals("needsNone") ? "" : "(" + ScriptedServer.class.getName() + ")")))
                .configurationParameter("junit.jupiter.conditions.deactivate", "*")
                .build();
        var ran = new ArrayList<String>();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    ran.add(test.getDisplayName());
                }
                result.getThrowable().ifPresent(failures::add);
            }
        });
        assertThat(ran).hasSize(1);
        return failures.isEmpty() ? null : failures.getFirst();
    }

    /** Run by the tests above, and not by the build: its name is no test's. */
    @ExtendWith(ScriptedServerExtension.class)
    static final class Sample {
        @Test
        void asksForAll(ScriptedServer server) {
            GIVEN.add(server);
            server.enqueue(Answer.text("Hello"));
            assertThat(ask(server)).isEqualTo("Hello");
        }

        @Test
        void leavesOne(ScriptedServer server) {
            server.enqueue(Answer.text("Hello"), Answer.text("never asked"));
            ask(server);
        }

        @Test
        void fails(ScriptedServer server) {
            server.enqueue(Answer.text("never asked"));
            throw new IllegalStateException("for its own reason");
        }

        @Test
        void needsNone() {
            assertThat(GIVEN).isEmpty();
        }

        private static String ask(ScriptedServer server) {
            try (var client =
                    LlmClient.builder(Providers.CLAUDE.at(server.uri())).build()) {
                return client.send(Providers.REQUEST).text();
            }
        }
    }
}
