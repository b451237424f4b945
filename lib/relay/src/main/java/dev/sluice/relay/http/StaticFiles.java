package dev.sluice.relay.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of a page, from a folder of the class path, and those of the browser libraries that are there as jars. Files only:
 * no listings, nothing outside, nothing whose type is not known.
 */
final class StaticFiles {
    /** Where jars of browser libraries keep them, as WebJars and mvnpm make such jars. */
    private static final List<String> LIBRARIES = List.of("/webjars/", "/_static/");

    private static final String LIBRARIES_FOLDER = "META-INF/resources";

    /** No segment begins with a dot, and none is empty. */
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_@][A-Za-z0-9_@.+-]*)+");

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("webp", "image/webp"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("txt", "text/plain; charset=utf-8"));

    private final @Nullable String folder;
    private final ClassLoader loader;
    private final List<String> suggestions;

    StaticFiles(@Nullable String folder, ClassLoader loader, List<String> suggestions) {
        this.folder = folder;
        this.loader = loader;
        this.suggestions = suggestions;
    }

    /** The file of this path; throws if there is none. */
    FullResponse file(String path) throws IOException {
        String file = path.equals("/") ? "/index.html" : path;
        String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (folder == null
                || type == null
                || path.length() > 300
                || !PATH.matcher(file).matches()) {
            throw Problem.notFound();
        }
        if (path.equals("/suggestions.json")) {
            return FullResponse.json(200, suggestions).with(Map.of("Cache-Control", "no-cache"));
        }
        boolean library = LIBRARIES.stream().anyMatch(file::startsWith);
        String name = (library ? LIBRARIES_FOLDER : folder) + file;
        // The version is in a library's path, so what is behind it never changes.
        Map<String, String> headers = Map.of(
                "Cache-Control",
                library ? "public, max-age=31536000, immutable" : "no-cache",
                "Content-Security-Policy",
                SecurityHeaders.PAGE);
        return FullResponse.of(200, type, read(name)).with(headers);
    }

    private byte[] read(String name) throws IOException {
        URL url = loader.getResource(name);
        if (url == null || isFolder(url, name)) {
            throw Problem.notFound();
        }
        try (InputStream in = url.openStream()) {
            return in.readAllBytes();
        }
    }

    /** A class path answers for a folder too, with its listing. */
    private boolean isFolder(URL url, String name) {
        return url.getProtocol().equals("file")
                ? Files.isDirectory(Path.of(URI.create(url.toString())))
                : loader.getResource(name + "/") != null;
    }
}
