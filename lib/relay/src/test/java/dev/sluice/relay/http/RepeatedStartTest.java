package dev.sluice.relay.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.relay.FakeTime;
import dev.sluice.relay.RunFactory;
import dev.sluice.relay.Session;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every adapter promises of a start that is sent more than once under one key: it is done once, and told each time. */
@ParameterizedClass
@EnumSource(WebServer.class)
class RepeatedStartTest extends WebServerFixture {
    private static final int CLIENTS = 12;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch arrived = new CountDownLatch(CLIENTS);
    private final CountDownLatch starting = new CountDownLatch(1);

    @AfterEach
    void stopClients() {
        starting.countDown();
        threads.shutdownNow();
    }

    @Test
    void manyAtOnceStartOneRunAndSeeAllOfIt() throws Exception {
        RunFactory plain = starter;
        starter = request -> {
            await(starting);
            return plain.start(request);
        };
        List<WireClient> clients = sendAtOnce();
        assertThat(requests).hasSize(1);
        assertThat(clients).extracting(WireClient::status).containsOnly(200);
        assertThat(clients.stream().map(client -> client.header("x-stream-id")).distinct())
                .hasSize(1);
        ScriptedRun run = run();
        run.step(1);
        run.step(2);
        run.complete();
        for (WireClient client : clients) {
            assertThat(client.ids()).containsExactly("1", "2", "3");
        }
    }

    @Test
    void oneOfThoseThatWaitTriesAgainIfTheFirstFails() throws Exception {
        RunFactory plain = starter;
        var tries = new AtomicInteger();
        starter = request -> {
            await(starting);
            if (tries.incrementAndGet() == 1) {
                throw new IOException("no model today");
            }
            return plain.start(request);
        };
        List<WireClient> clients = sendAtOnce();
        assertThat(tries).hasValue(2);
        assertThat(clients.stream().filter(client -> client.status() == 500)).hasSize(1);
        assertThat(clients.stream().filter(client -> client.status() == 200)).hasSize(CLIENTS - 1);
        run().complete();
        for (WireClient client : clients) {
            assertThat(client.status() == 500 ? List.of("1") : client.ids()).containsExactly("1");
        }
    }

    /** Sends the same request by many clients of one session, of which none is answered before all have come. */
    private List<WireClient> sendAtOnce() throws Exception {
        mount(builder -> builder.authenticator(head -> {
            arrived.countDown();
            return new Session("ann");
        }));
        var sent = new ArrayList<Future<WireClient>>();
        for (int i = 0; i < CLIENTS; i++) {
            sent.add(threads.submit(() -> send("POST", "/api/v1/stream", BODY, "Idempotency-Key: k")));
        }
        await(arrived);
        starting.countDown();
        var clients = new ArrayList<WireClient>();
        for (Future<WireClient> each : sent) {
            clients.add(each.get(20, TimeUnit.SECONDS));
        }
        return clients;
    }

    @Test
    void whoRepeatsItIsToldFromTheBeginningWhileItRunsAndAfterwards() throws Exception {
        mount();
        WireClient first = post("Idempotency-Key: k");
        ScriptedRun run = run();
        run.step(1);
        assertThat(first.event()).containsEntry("id", "1");
        WireClient second = post("Idempotency-Key: k", first.cookie());
        assertThat(second.event()).containsEntry("id", "1");
        run.complete();
        assertThat(second.ids()).isEqualTo(first.ids()).containsExactly("2");
        await(run.closed);
        assertThat(post("Idempotency-Key: k", first.cookie()).ids()).containsExactly("1", "2");
        assertThat(requests).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/api/v1/stream | {\"message\":\"hi\"}",
                "/api/v1/chat |"
                    + " {\"id\":\"c\",\"messages\":[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"text\":\"hi\"}]}]}",
                "/v1/chat/completions |"
                        + " {\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
            })
    void holdsWhereverRunsAreStarted(String path, String body) throws Exception {
        mount();
        WireClient first = send("POST", path, body, "Idempotency-Key: k");
        assertThat(first.status()).isEqualTo(200);
        WireClient second = send("POST", path, body, "idempotency-key:  k ", first.cookie());
        assertThat(second.header("x-stream-id")).isNotEmpty().isEqualTo(first.header("x-stream-id"));
        assertThat(requests).hasSize(1);
    }

    @Test
    void anotherKeyAnotherSessionOrNoKeyStartsAnotherRun() throws Exception {
        mount();
        WireClient first = post("Idempotency-Key: k");
        List<WireClient> others = List.of(
                post("Idempotency-Key: K", first.cookie()),
                post("Idempotency-Key: k"),
                post(first.cookie()),
                post(first.cookie()));
        assertThat(Stream.concat(Stream.of(first), others.stream()).map(client -> client.header("x-stream-id")))
                .doesNotHaveDuplicates();
        assertThat(requests).hasSize(5);
    }

    @Test
    void aKeyIsForgottenAfterTenMinutes() throws Exception {
        var time = new FakeTime();
        mount(builder -> builder.time(time));
        WireClient first = post("Idempotency-Key: k");
        time.advance(Duration.ofMinutes(10).minusNanos(1));
        assertThat(path(post("Idempotency-Key: k", first.cookie()))).isEqualTo(path(first));
        time.advance(Duration.ofNanos(1));
        assertThat(path(post("Idempotency-Key: k", first.cookie()))).isNotEqualTo(path(first));
        assertThat(requests).hasSize(2);
    }

    @Test
    void aRepetitionIsNotCountedAsAStart() throws Exception {
        mount(builder -> builder.startLimit(2, Duration.ofHours(1)));
        String cookie = post().cookie();
        post(cookie, "Idempotency-Key: k");
        post(cookie, "Idempotency-Key: k");
        assertThat(send("POST", "/api/v1/stream", BODY, cookie, "Idempotency-Key: other")
                        .status())
                .isEqualTo(429);
    }

    static Stream<String> badKeys() {
        return Stream.of("", " ", "x".repeat(101), "kä", "a\u0001b", "a\u007fb");
    }

    @ParameterizedTest
    @MethodSource("badKeys")
    void refusesWhatIsNoKey(String key) throws Exception {
        mount();
        assertThat(send("POST", "/api/v1/stream", BODY, "Idempotency-Key: " + key)
                        .status())
                .isEqualTo(400);
        assertThat(requests).isEmpty();
        String longest = "!" + " ".repeat(98) + "~";
        assertThat(post("Idempotency-Key: " + longest).status()).isEqualTo(200);
    }
}
