package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.MediaSource;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.JsonObjectWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes the parts that are bytes, as {@code inlineData}, or name a file, as {@code fileData}. */
final class GeminiMedia {
    private static final String INLINE = "inlineData";
    private static final String FILE = "fileData";

    /** The part of a file's address before its id; the API of files knows only whole addresses. */
    private static final String FILES = "https://generativelanguage.googleapis.com/v1beta/";

    private GeminiMedia() {}

    /** The picture or the document that a part is; null if it is neither: sounds and films have no block. */
    static @Nullable ContentBlock read(JsonFields part) {
        String field = part.has(INLINE) ? INLINE : FILE;
        JsonFields media = part.objectIfAny(field);
        if (media == null) {
            return null;
        }
        String type = media.textOrEmpty("mimeType");
        boolean image = type.startsWith("image/");
        if (!image && !type.startsWith("text/") && !type.equals("application/pdf")) {
            return null;
        }
        MediaSource source;
        Map<String, String> extra;
        if (field.equals(INLINE)) {
            source = new MediaSource.Base64Data(type, media.textOrEmpty("data"));
            extra = GeminiBlocks.extra(part, field, media.rest());
        } else {
            source = new MediaSource.Url(media.textOrEmpty("fileUri"));
            var rest = new LinkedHashMap<>(Map.of("mimeType", Json.write(type)));
            rest.putAll(media.rest());
            extra = GeminiBlocks.extra(part, field, rest);
        }
        return image ? new Image(source, extra) : new Document(source, null, null, false, extra);
    }

    /** Writes the source as a field of the part, or the part of a result, that is open. */
    static void write(JsonObjectWriter fields, MediaSource source) {
        switch (source) {
            case MediaSource.Base64Data(String mediaType, String data) -> {
                if (fields.beginMerged(INLINE)) {
                    fields.text("mimeType", mediaType);
                    fields.text("data", data);
                    fields.end();
                }
            }
            case MediaSource.Url(String url) -> file(fields, url);
            case MediaSource.FileId(String id) -> file(fields, address(id));
            case MediaSource.PlainText(String text) -> fields.text("text", text);
            case MediaSource.Blocks blocks -> throw new IllegalStateException("written block by block");
        }
    }

    /** The address of a file that was uploaded before. */
    static String address(String id) {
        return id.contains("://") ? id : FILES + id;
    }

    private static void file(JsonObjectWriter fields, String uri) {
        if (fields.beginMerged(FILE)) {
            fields.text("fileUri", uri);
            fields.end();
        }
    }
}
