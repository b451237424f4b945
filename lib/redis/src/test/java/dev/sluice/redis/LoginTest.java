package dev.sluice.redis;

import static dev.sluice.redis.ResumeLogs.OWNER;
import static dev.sluice.redis.ResumeLogs.append;
import static dev.sluice.redis.ResumeLogs.refuses;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.relay.RelayException.Code;
import dev.sluice.relay.ResumeLog.End;
import dev.sluice.tools.RunJournal.Claim;
import dev.sluice.tools.RunJournal.JournalException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** A user with a password and with just the rights that {@code docs/redis.md} names can do everything, also over TLS. */
final class LoginTest {
    private static final String COMMAND = "ACL SETUSER ";

    @TempDir
    Path folder;

    /** The user that the documentation gives to Sluice, as an option of the server. */
    private static List<String> user() throws IOException {
        String line = Files.readAllLines(Path.of("..", "..", "docs", "redis.md"), UTF_8).stream()
                .filter(each -> each.startsWith(COMMAND))
                .findFirst()
                .orElseThrow();
        return List.of(("--user " + line.substring(COMMAND.length())).split(" "));
    }

    private static void doEverything(URI server) {
        try (var here = RedisResumeLog.builder(server)
                        .maxBytes(1_000)
                        .recoverWithin(Duration.ofMillis(300))
                        .lease(Duration.ofMillis(900))
                        .build();
                var there = RedisResumeLog.builder(server).build();
                var journal = RedisRunJournal.builder(server)
                        .lease(Duration.ofMillis(600))
                        .build();
                var other = RedisRunJournal.builder(server).build()) {
            var cancelled = new AtomicBoolean();
            Claim claim = journal.claim("a");
            var writer = here.createDurable("a", OWNER, reason -> cancelled.set(true));
            var watcher = new Watcher();
            there.subscribe("a", OWNER, 0, watcher);
            for (int i = 0; i < 20; i++) {
                append(writer, 1);
                claim.append("{}");
                watcher.has(i + 1);
            }
            assertThat(here.isWatchedElsewhere("a")).isTrue();
            there.cancel("a", OWNER, "enough");
            await().untilTrue(cancelled);
            assertThat(journal.claimAbandoned()).isEmpty();
            await().pollDelay(Duration.ofMillis(900)).untilAsserted(() -> claim.append("{}")); // it was renewed
            assertThat(claim.park(List.of("k"))).isTrue();
            writer.leave();
            assertThat(other.answer("a", "k", "{}")).isTrue();
            Claim next = other.claimAbandoned().orElseThrow();
            assertThat(next.answers()).containsKey("k");
            next.close();
            next = other.claim("a");
            var second = there.takeOver("a", OWNER, reason -> {}).orElseThrow();
            append(second, 1);
            second.finish();
            next.end();
            assertThat(watcher.end()).isEqualTo(End.FINISHED);
            watcher.saw(1, 21);
        }
    }

    @Test
    void theRightsThatTheDocumentationNamesAreEnough() throws Exception {
        try (var redis = RedisProcess.start(user().toArray(String[]::new));
                Jedis admin = redis.client()) {
            doEverything(URI.create("redis://sluice:password@127.0.0.1:" + redis.port));
            assertThat(admin.aclLog()).isEmpty();
        }
    }

    @Test
    void rightsThatTheJournalLacksAreNamed() {
        var user = "--user app on >password ~sluice:* +@connection +@stream";
        try (var redis = RedisProcess.start(user.split(" "))) {
            for (String login : List.of("app:password", "app:wrong")) {
                try (var journal = RedisRunJournal.builder(URI.create("redis://" + login + "@127.0.0.1:" + redis.port))
                        .build()) {
                    assertThatThrownBy(() -> journal.claim("a"))
                            .isInstanceOfSatisfying(
                                    JournalException.class,
                                    refusal -> assertThat(refusal.code()).isEqualTo(JournalException.Code.UNAVAILABLE))
                            .hasMessageContaining(
                                    login.endsWith("wrong")
                                            ? "Check the user and the password"
                                            : "rights that docs/redis.md names")
                            .hasMessageNotContaining(":password");
                }
            }
        }
    }

    @Test
    void aUserWithAPasswordOverTls() throws Exception {
        Path trust = Files.copy(certificate(), folder.resolve("first.jks"));
        var options = new ArrayList<>(user());
        Optional<Integer> port = tlsPort(options);
        Assumptions.assumeTrue(port.isPresent(), "the redis-server of this machine has no TLS");
        String before = System.setProperty("javax.net.ssl.trustStore", trust.toString());
        try (var redis = RedisProcess.start(options.toArray(String[]::new))) {
            doEverything(URI.create("rediss://sluice:password@localhost:" + port.get()));
            try (var log = RedisResumeLog.builder(URI.create("rediss://sluice:password@127.0.0.1:" + port.get()))
                    .build()) { // the certificate has another name
                refuses(Code.UNAVAILABLE, () -> log.create("a", OWNER, reason -> {}));
            }
            Files.delete(folder.resolve("store.p12"));
            var unused = certificate(); // another one
            var others = new ArrayList<>(user());
            int otherPort = tlsPort(others).orElseThrow();
            try (var other = RedisProcess.start(others.toArray(String[]::new));
                    var log = RedisResumeLog.builder(URI.create("rediss://sluice:password@localhost:" + otherPort))
                            .build()) { // which nobody trusts
                refuses(Code.UNAVAILABLE, () -> log.create("a", OWNER, reason -> {}));
            }
        } finally {
            if (before == null) {
                System.clearProperty("javax.net.ssl.trustStore");
            } else {
                System.setProperty("javax.net.ssl.trustStore", before);
            }
        }
    }

    /** Makes a certificate for localhost, with its key. Returns a store that trusts it. */
    private Path certificate() throws Exception {
        Path store = folder.resolve("store.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var made = new ProcessBuilder(List.of(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "redis",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "changeit"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        assertThat(made.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
        Key key = keys.getKey("redis", "changeit".toCharArray());
        pem("key.pem", "PRIVATE KEY", key.getEncoded());
        pem("certificate.pem", "CERTIFICATE", keys.getCertificate("redis").getEncoded());
        var trusted = KeyStore.getInstance("JKS"); // which Java reads without a password
        trusted.load(null, null);
        trusted.setCertificateEntry("redis", keys.getCertificate("redis"));
        Path trust = folder.resolve("trust.jks");
        try (var out = Files.newOutputStream(trust)) {
            trusted.store(out, "changeit".toCharArray());
        }
        return trust;
    }

    private void pem(String name, String what, byte[] content) throws IOException {
        Files.writeString(
                folder.resolve(name),
                "-----BEGIN " + what + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + what
                        + "-----\n");
    }

    /** Adds TLS to the options of a server, if it can do that. */
    private Optional<Integer> tlsPort(List<String> options) throws Exception {
        var program = RedisProgram.require();
        var answer = new ProcessBuilder(
                        program.toString(), "--port", "0", "--tls-port", "0", "--dir", folder.toString())
                .redirectErrorStream(true)
                .start();
        answer.getOutputStream().close();
        var said = new String(answer.getInputStream().readAllBytes(), UTF_8);
        assertThat(answer.waitFor(20, TimeUnit.SECONDS)).isTrue();
        if (said.contains("Bad directive")) {
            return Optional.empty();
        }
        int port = RedisProcess.absent().port;
        options.addAll(List.of(
                "--tls-port", "" + port,
                "--tls-auth-clients", "no",
                "--tls-cert-file", folder.resolve("certificate.pem").toString(),
                "--tls-key-file", folder.resolve("key.pem").toString(),
                "--tls-ca-cert-file", folder.resolve("certificate.pem").toString()));
        return Optional.of(port);
    }
}
