package dev.sluice.provider.gemini;

import dev.sluice.internal.json.Json;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.MediaSource;
import dev.sluice.provider.wire.JsonFields;
import dev.sluice.provider.wire.JsonObjectWriter;
import java.util.Map;
import java.util.Set;

/** Reads and writes content that is bytes, or names a file. */
final class InteractionsMedia {
    private static final String MIME_TYPE = "mime_type";
    private static final String IMAGE = "image";
    private static final String DOCUMENT = "document";

    /** The kinds of content that are no words. */
    private static final Set<String> TYPES = Set.of(IMAGE, "audio", "video", DOCUMENT);

    private InteractionsMedia() {}

    /** Whether a block that has no record is content, rather than a step. */
    static boolean isContent(String type) {
        return type.equals("text") || TYPES.contains(type);
    }

    /** The block that content is. Sounds, films and what is not known have no record. */
    static ContentBlock read(String type, JsonFields media) {
        String data = media.textIfAny("data");
        String uri = media.textIfAny("uri");
        if (!(type.equals(IMAGE) || type.equals(DOCUMENT)) || (data == null) == (uri == null)) {
            return new ContentBlock.Unknown(type, media.raw());
        }
        media.skip("type");
        MediaSource source;
        Map<String, String> extra;
        if (data == null) {
            source = new MediaSource.Url(uri);
            extra = media.rest();
        } else {
            String mime = media.textIfAny(MIME_TYPE);
            source = new MediaSource.Base64Data(mime == null ? "" : mime, data);
            extra = media.rest();
        }
        return type.equals(IMAGE) ? new Image(source, extra) : new Document(source, null, null, false, extra);
    }

    /** Writes content, whose kind is that of its bytes unless it is an image. */
    static void write(JsonObjectWriter fields, ContentBlock block, MediaSource source) {
        if (source instanceof MediaSource.PlainText(String text)) {
            fields.begin(block.extra());
            fields.text("type", "text");
            fields.text("text", text);
            fields.end();
            return;
        }
        fields.begin(block.extra());
        fields.text("type", block instanceof Image ? IMAGE : type(source, block.extra()));
        switch (source) {
            case MediaSource.Base64Data(String mediaType, String data) -> {
                fields.text("data", data);
                if (!mediaType.isEmpty()) {
                    fields.text(MIME_TYPE, mediaType);
                }
            }
            case MediaSource.Url(String url) -> fields.text("uri", url);
            case MediaSource.FileId(String id) -> fields.text("uri", GeminiMedia.address(id));
            default -> throw new IllegalStateException("written otherwise: " + source.getClass());
        }
        fields.end();
    }

    private static String type(MediaSource source, Map<String, String> extra) {
        String mime = source instanceof MediaSource.Base64Data(String mediaType, String data)
                ? mediaType
                : String.valueOf(Json.readAny(extra.getOrDefault(MIME_TYPE, "\"\"")));
        int slash = mime.indexOf('/');
        String kind = slash < 0 ? "" : mime.substring(0, slash);
        return TYPES.contains(kind) ? kind : DOCUMENT;
    }
}
