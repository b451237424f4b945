package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.StreamException;
import dev.sluice.message.StreamEvent;
import dev.sluice.provider.Provider;
import dev.sluice.provider.claude.Claude;
import dev.sluice.provider.gemini.Gemini;
import dev.sluice.provider.openai.OpenAi;
import dev.sluice.sse.SseReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All recorded answers, as events. */
final class RecordedAnswers {
    private static final Path FOLDER = Path.of("src/test/resources/transcripts");
    private static final Map<String, Provider> PROVIDERS = Map.of(
            "claude", Claude.builder().apiKey("k").build(),
            "gemini", Gemini.builder().apiKey("k").build(),
            "openai", OpenAi.chatCompletions().apiKey("k").build(),
            "responses", OpenAi.builder().apiKey("k").build(),
            "interactions", Gemini.interactions().apiKey("k").build());

    /**
     * A recorded answer.
     *
     * @param file its file
     * @param provider the provider's name
     * @param events all, up to an error
     */
    record Recorded(String file, String provider, List<StreamEvent> events) {
        boolean isWhole() {
            return events.getLast() instanceof StreamEvent.MessageStop;
        }

        @Override
        public String toString() {
            return file;
        }
    }

    private RecordedAnswers() {}

    static List<Recorded> all() {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".sse"))
                    .sorted()
                    .map(RecordedAnswers::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Recorded read(Path file) {
        Path relative = FOLDER.relativize(file);
        String kind = relative.getNameCount() > 1
                ? relative.getName(0).toString()
                : relative.toString().replaceAll("-.*", "");
        Provider provider = PROVIDERS.get(kind);
        var events = new ArrayList<StreamEvent>();
        try {
            var sse = new SseReader(new ByteArrayInputStream(Files.readAllBytes(file)), Limits.defaults());
            var decoder = provider.decoder();
            while (sse.next()) {
                decoder.decode(sse, events::add);
            }
            decoder.end(events::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (StreamException e) {
            // an answer that failed
        }
        return new Recorded(relative.toString(), provider.name(), events);
    }
}
