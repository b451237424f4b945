package dev.sluice.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.StreamController;
import dev.sluice.StreamException;
import dev.sluice.budget.Budget;
import dev.sluice.client.LlmClient;
import dev.sluice.internal.ClientLifetime;
import dev.sluice.internal.budget.BudgetLedger;
import dev.sluice.internal.failure.FailureContext;
import dev.sluice.internal.resilience.RequestGates;
import dev.sluice.provider.claude.Claude;
import dev.sluice.resilience.Resilience;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InternalPartsTest {
    /** A public class as {@link InternalParts} describes it, with a static object that exists before anybody asks for its part. */
    private static final class Account {
        static {
            InternalParts.share(Account.class, Ledger.class, account -> account.ledger);
        }

        static final Account SHARED = new Account();
        static final Ledger OF_SHARED = InternalParts.of(SHARED, Ledger.class);

        private final Ledger ledger = new Ledger();
    }

    private static final class Ledger {}

    @Test
    void everyObjectHasAPartAlsoOneThatTheStaticInitialiserMakes() {
        var account = new Account();
        assertThat(InternalParts.of(account, Ledger.class)).isSameAs(account.ledger);
        assertThat(Account.OF_SHARED).isSameAs(Account.SHARED.ledger).isNotSameAs(account.ledger);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.sluice.StreamController",
                "dev.sluice.StreamException$Truncated",
                "dev.sluice.budget.Budget",
                "dev.sluice.resilience.Resilience",
                "dev.sluice.client.LlmClient",
            })
    void eachOwnerCanBeTheFirstClassThatIsLoaded(String owner) throws Exception {
        try (var fresh = freshClasses()) {
            Class<?> first = Class.forName(owner, true, fresh);
            assertThat(first.getClassLoader()).isSameAs(fresh);
            Object object = Class.forName(Owners.class.getName(), true, fresh)
                    .getMethod("partOf", String.class)
                    .invoke(null, owner);
            assertThat(object).isNotNull();
        }
    }

    /** Loaded with the owners, by the same loader. */
    public static final class Owners {
        private Owners() {}

        public static Object partOf(String owner) {
            return switch (owner.substring(owner.lastIndexOf('.') + 1)) {
                case "StreamController" -> InternalParts.of(StreamController.withCancellation(), Cancellation.class);
                case "StreamException$Truncated" ->
                    InternalParts.of(new StreamException.Truncated("cut"), FailureContext.class);
                case "Budget" -> InternalParts.of(Budget.outputTokens(1), BudgetLedger.class);
                case "Resilience" -> InternalParts.of(Resilience.none(), RequestGates.class);
                case "LlmClient" -> {
                    try (var client = LlmClient.builder(
                                    Claude.builder().apiKey("key").build())
                            .build()) {
                        yield InternalParts.of(client, ClientLifetime.class);
                    }
                }
                default -> throw new IllegalArgumentException(owner);
            };
        }
    }

    /** A loader that has every class of Sluice's anew, none of it initialised. */
    private static URLClassLoader freshClasses() throws IOException {
        URL[] path = List.of(System.getProperty("java.class.path").split(System.getProperty("path.separator"))).stream()
                .map(entry -> {
                    try {
                        return Path.of(entry).toUri().toURL();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toArray(URL[]::new);
        return new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
    }

    @Test
    void aPartThatNobodySharesIsNamedInTheError() {
        record Other() {}
        assertThatThrownBy(() -> InternalParts.of("text", Other.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("java.lang.String")
                .hasMessageContaining("Other");
    }

    @Test
    void anObjectOfAnotherClassHasNoSuchPart() {
        var unused = new Account();
        assertThatThrownBy(() -> InternalParts.of("text", Ledger.class)).isInstanceOf(ClassCastException.class);
    }

    @Test
    void oneTypeOfPartHasOneOwner() {
        var unused = new Account();
        assertThatThrownBy(() -> InternalParts.share(String.class, Ledger.class, text -> new Ledger()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Account");
    }
}
