package dev.sluice.client;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.sluice.test.peer.ClaudeWire;
import dev.sluice.test.peer.HangingHostName;
import dev.sluice.test.peer.Script;
import dev.sluice.test.peer.ScriptedPeer;
import dev.sluice.test.peer.TestTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Who brings a fault about. */
interface FaultPeer {
    /** What is said once the fault has passed. */
    String HEALTHY = "well again";

    /** Begins; the fault is there for so many requests, and then passes where it can. */
    Running start(int requests);

    /**
     * A peer, or a place where there is none.
     *
     * @param uri where it is
     * @param scripted the peer, if it is one that counts its connections and gets well
     * @param closer ends it
     */
    record Running(URI uri, @Nullable ScriptedPeer scripted, AutoCloseable closer) implements AutoCloseable {
        @Override
        public void close() {
            try {
                closer.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A peer that does this for each request until it gets well. */
    static FaultPeer scripted(Script script) {
        return new Scripted(script);
    }

    /** A peer that can get well. */
    record Scripted(Script script) implements FaultPeer {
        @Override
        public Running start(int requests) {
            var asked = new AtomicInteger();
            Script healthy = Script.stream(ClaudeWire.answer(HEALTHY));
            var peer = ScriptedPeer.serving(request -> asked.incrementAndGet() <= requests ? script : healthy);
            return new Running(peer.uri(""), peer, peer);
        }
    }

    /** A peer that reads nothing, and so does not see the client go. */
    static FaultPeer notReading(Script script) {
        return requests -> {
            var peer = ScriptedPeer.serving(script);
            return new Running(peer.uri(""), null, peer);
        };
    }

    /** A certificate that nobody vouches for. */
    static FaultPeer untrusted() {
        return requests -> {
            var peer = ScriptedPeer.servingTls(TestTls.context(), Script.stream(ClaudeWire.answer("secret")));
            return new Running(peer.uri(""), null, peer);
        };
    }

    /** A port that nobody listens to. */
    static FaultPeer refusing() {
        return requests -> {
            try (var gone = ScriptedPeer.serving(Script.empty())) {
                return new Running(gone.uri(""), null, () -> {});
            }
        };
    }

    /** An address that does not answer. */
    static FaultPeer unreachable() {
        return requests -> {
            var peer = ScriptedPeer.unreachable();
            return new Running(peer.uri(""), null, peer);
        };
    }

    /** A host that there is not. */
    static FaultPeer unknownName() {
        return requests -> new Running(URI.create("http://no-such-host.invalid"), null, () -> {});
    }

    /** A host whose name is looked up for ever. */
    static FaultPeer hangingName() {
        return requests -> {
            var name = new HangingHostName();
            return new Running(URI.create("http://" + name.host()), null, name);
        };
    }

    /** A port that takes connections and never says a word, which a TLS client waits for. */
    static FaultPeer mute(String scheme) {
        return requests -> {
            try {
                var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                return new Running(URI.create(scheme + "://localhost:" + server.getLocalPort()), null, server);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** WireMock, in place of an answer. */
    static FaultPeer wireMock(com.github.tomakehurst.wiremock.http.Fault fault) {
        return wireMock("http", fault);
    }

    /** WireMock, which speaks HTTP to who asks for https. */
    static FaultPeer notTls() {
        return wireMock("https", com.github.tomakehurst.wiremock.http.Fault.EMPTY_RESPONSE);
    }

    private static FaultPeer wireMock(String scheme, com.github.tomakehurst.wiremock.http.Fault fault) {
        return requests -> {
            var server = new WireMockServer(
                    WireMockConfiguration.options().dynamicPort().bindAddress("localhost"));
            server.start();
            server.stubFor(WireMock.any(WireMock.anyUrl())
                    .willReturn(WireMock.aResponse().withFault(fault)));
            return new Running(URI.create(scheme + "://localhost:" + server.port()), null, server::stop);
        };
    }
}
