package dev.sluice.test.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScriptedModelTest {
    private static final Pattern WORD = Pattern.compile("\"text\":\"(w[0-9]+ )\"");
    private static final String RESULT = "{\"type\":\"tool_result\"}";

    @Test
    void eachTurnHasItsWordsAndCallsAndTheLastHasNone() throws Exception {
        try (ScriptedModel model = ScriptedModel.start();
                HttpClient http = HttpClient.newHttpClient()) {
            var said = new StringBuilder();
            for (int turn = 0; turn <= ScriptedModel.TOOLS.size(); turn++) {
                String answer = ask(http, model, "run 7 " + RESULT.repeat(2 * turn));
                said.append(words(answer));
                boolean last = turn == ScriptedModel.TOOLS.size();
                assertThat(answer).contains(last ? "end_turn" : "tool_use").contains("message_stop");
                if (!last) {
                    ScriptedModel.TOOLS
                            .get(turn)
                            .forEach(tool -> assertThat(answer).contains("\"name\":\"" + tool + "\""));
                }
            }
            assertThat(said).hasToString(ScriptedModel.text(7));
            assertThat(words(ask(http, model, "run 8"))).isNotEqualTo(words(ask(http, model, "run 7")));
            assertThat(model.requests()).isEqualTo(5);
        }
    }

    private static String ask(HttpClient http, ScriptedModel model, String body)
            throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + model.port() + "/v1/messages"))
                                .POST(BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static String words(String answer) {
        return WORD.matcher(answer)
                .results()
                .map((MatchResult word) -> word.group(1))
                .collect(Collectors.joining());
    }
}
