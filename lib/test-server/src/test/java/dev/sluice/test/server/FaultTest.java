package dev.sluice.test.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.test.server.Wire.Ended;
import dev.sluice.test.server.Wire.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How answers go wrong, to the byte. */
@Timeout(30)
class FaultTest {
    private static final Answer ANSWER = Answer.text("one ", "two ", "three ", "four ", "five ", "six ");

    @ParameterizedTest
    @CsvSource({"CUT,FIN", "RESET,RST"})
    void aBrokenAnswerBreaksAtTheByteThatIsSaid(Fault fault, Ended ended) throws Exception {
        for (boolean stream : new boolean[] {true, false}) {
            byte[] whole = healthy(stream);
            for (int at : new int[] {0, 1, 77, whole.length - 1}) {
                try (var server = ScriptedServer.start(ANSWER.failing(fault, at))) {
                    Response response = Wire.CLAUDE.either(server, stream);

                    assertThat(response.complete()).isFalse();
                    assertThat(response.ended()).isEqualTo(ended);
                    if (fault != Fault.RESET) { // which may take what was not read yet
                        assertThat(response.body()).hasSize(at);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSilentAnswerKeepsItsConnectionOpen(boolean stream) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.SILENT, 77))) {
            Response response = Wire.CLAUDE.hanging(server, stream);

            assertThat(response.body()).hasSize(77);
            assertThat(response.ended()).isEqualTo(Ended.STILL_OPEN);
        }
    }

    @Test
    void anAnswerThatIsShorterThanTheFaultBreaksAtItsEnd() throws Exception {
        int length = healthy(true).length;
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.CUT, 1_000_000))) {
            Response response = Wire.CLAUDE.stream(server);

            assertThat(response.body()).hasSize(length);
            assertThat(response.complete()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void unlessItIsSaidAFaultIsInTheMiddle(Wire wire) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.HALF_CLOSE))) {
            Response response = wire.stream(server);

            assertThat(wire.words(response, true)).isEqualTo("one two three ");
            assertThat(response.complete()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorInMidStreamIsAFrameOfItsOwn(Wire wire) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.ERROR, 5), ANSWER.failing(Fault.BARE_ERROR))) {
            Response framed = wire.stream(server);
            Response bare = wire.stream(server);

            assertThat(Wire.chunks(framed.text()).getLast().has("error")).isTrue();
            assertThat(framed.complete()).isTrue();
            assertThat(bare.text()).endsWith("}\n").contains("\n{");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"ERROR", "BARE_ERROR", "OVERLOADED"})
    void anErrorOfAWholeAnswerIsAResponseOfItsOwn(Fault fault) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(fault))) {
            assertThat(Wire.GEMINI.whole(server).status()).isEqualTo(503);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void garbageIsNoJson(boolean stream) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.GARBAGE))) {
            Response response = Wire.OPENAI.either(server, stream);

            assertThat(response.complete()).isTrue();
            if (stream) {
                assertThat(response.text())
                        .contains("data: {\"type\": no JSON\n\n")
                        .endsWith("data: [DONE]\n\n");
            } else {
                assertThat(Json.isObject(response.text())).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBrokenChunkIsNoHttp(boolean stream) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.BROKEN_CHUNK))) {
            Response response = Wire.OPENAI.either(server, stream);

            assertThat(response.complete()).isFalse();
            assertThat(response.body()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"CLAUDE,event: ping", "GEMINI,: keep-alive", "OPENAI,: keep-alive"})
    void aStalledAnswerStillShowsLife(Wire wire, String life) throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.STALL, 1), ANSWER.failing(Fault.STALL))) {
            assertThat(server.open()).isZero();
            try (var client = new java.net.Socket("127.0.0.1", server.uri().getPort())) {
                String body = wire.asking("hi", true);
                String path = wire == Wire.GEMINI
                        ? "/v1beta/models/m:streamGenerateContent?alt=sse"
                        : wire == Wire.CLAUDE ? "/v1/messages" : "/v1/chat/completions";
                client.getOutputStream()
                        .write(("POST " + path + " HTTP/1.1\r\n" + wire.headers + "\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n" + body)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
                var reader = new java.io.BufferedReader(new java.io.InputStreamReader(client.getInputStream()));
                for (int seen = 0; seen < 1; ) {
                    seen += reader.readLine().startsWith(life) ? 1 : 0;
                }
                assertThat(server.open()).isEqualTo(1);
            }
            org.awaitility.Awaitility.await().until(() -> server.open() == 0);
        }
    }

    @Test
    void aWholeAnswerThatHangsHasNoPings() throws Exception {
        try (var server = ScriptedServer.start(ANSWER.failing(Fault.STALL, 3))) {
            Response response = Wire.CLAUDE.hanging(server, false);

            assertThat(response.body()).hasSize(3);
            assertThat(response.ended()).isEqualTo(Ended.STILL_OPEN);
        }
    }

    private static byte[] healthy(boolean stream) throws Exception {
        try (var server = ScriptedServer.start(ANSWER)) {
            return Wire.CLAUDE.either(server, stream).body();
        }
    }
}
