package dev.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.peer.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each fault does to a stream, as {@code docs/faults.md} says it, which is made of the same rows: with {@code
 * -Dfaults.write} this test writes the page anew. All rows run beside each other, for most of them wait.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixTest {
    private static final Path PAGE = Path.of("../../docs/faults.md");
    private static final int AT_A_TIME = 6;

    private final ExecutorService workers = Executors.newFixedThreadPool(AT_A_TIME);
    private final Map<Fault, Future<?>> lasting = new LinkedHashMap<>();
    private final Map<Fault, Future<?>> passing = new LinkedHashMap<>();

    @BeforeAll
    void begin() {
        // The first of its kind takes its time, which would be taken for the peer's.
        FaultRun.lasting(FaultTables.named("data after `message_stop`"));
        FaultRun.lasting(FaultTables.named("a certificate that nobody vouches for"));
        FaultRun.lasting(FaultTables.named("https to a server that does not speak TLS"));
        FaultTables.all().forEach(fault -> {
            lasting.put(fault, workers.submit(() -> FaultRun.lasting(fault)));
            if (fault.isRetried() && fault.peer instanceof FaultPeer.Scripted) {
                passing.put(fault, workers.submit(() -> FaultRun.passing(fault)));
            }
        });
    }

    @AfterAll
    void nothingIsLeft() {
        workers.close();
        Awaitility.await().untilAsserted(() -> {
            assertThat(Threads.named("sluice-claude-")).isEmpty();
            assertThat(Threads.named("sluice-http-")).isEmpty();
        });
    }

    Stream<Fault> faults() {
        return lasting.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultThatLastsEndsTheStreamOnceInTheRightWay(Fault fault) throws Throwable {
        ask(lasting, fault);
    }

    Stream<Fault> faultsThatAreRetried() {
        return passing.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsThatAreRetried")
    void aFaultThatPassesIsNotSeen(Fault fault) throws Throwable {
        ask(passing, fault);
    }

    @Test
    void thereAreSixtyFaultsAtLeastAndEachHasANameOfItsOwn() {
        List<String> names = FaultTables.all().map(fault -> fault.what).toList();
        assertThat(names).hasSizeGreaterThan(60).doesNotHaveDuplicates();
    }

    @Test
    void thePageSaysWhatIsTested() throws IOException {
        if (System.getProperty("faults.write") != null) {
            Files.writeString(PAGE, FaultPage.text());
        }
        assertThat(PAGE).content().isEqualTo(FaultPage.text());
    }

    private static void ask(Map<Fault, Future<?>> runs, Fault fault) throws Throwable {
        try {
            runs.get(fault).get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }
}
