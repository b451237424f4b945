package dev.sluice.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.internal.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file that says what is expected; {@code -Dgolden.write=true} writes it anew, to be read before it is committed. */
final class Golden {
    private static final Path FOLDER = Path.of("src/test/resources");

    private Golden() {}

    static void check(String file, List<? extends Map<String, ?>> found) throws IOException {
        var lines = new StringBuilder("{\"entries\":[\n");
        for (int i = 0; i < found.size(); i++) {
            lines.append(Json.write(found.get(i))).append(i + 1 < found.size() ? ",\n" : "\n");
        }
        String text = lines.append("]}\n").toString();
        if (Boolean.getBoolean("golden.write")) {
            Files.writeString(FOLDER.resolve(file), text);
        }
        assertThat(text.lines()).containsExactlyElementsOf(read(file).lines().toList());
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> entries(String file) throws IOException {
        return (List<Map<String, Object>>) json(file).get("entries");
    }

    static Map<String, Object> json(String file) throws IOException {
        return Json.readObject(read(file));
    }

    private static String read(String file) throws IOException {
        try (InputStream content = Golden.class.getResourceAsStream("/" + file)) {
            if (content == null || Boolean.getBoolean("golden.write")) {
                return Files.readString(FOLDER.resolve(file));
            }
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
