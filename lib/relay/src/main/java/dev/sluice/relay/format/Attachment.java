package dev.sluice.relay.format;

import dev.sluice.message.ContentBlock;
import dev.sluice.message.MediaSource;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A file in a message of a client's: by its address, which the model's provider fetches, or with its bytes in it. */
final class Attachment {
    private static final Pattern DATA =
            Pattern.compile("data:([a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+)(?:;[^,;]{0,100}){0,4};base64,([A-Za-z0-9+/=]*+)");

    private Attachment() {}

    /**
     * The block that shows the file to the model: pictures and PDF.
     *
     * @param object where the address is
     * @param field the address
     * @param type the media type, if somebody said so; empty otherwise, and then it is a picture, or the bytes' own
     */
    static ContentBlock block(Fields object, String field, String type) {
        String url = object.text(field);
        Matcher data = DATA.matcher(url);
        boolean whole = data.matches();
        if (!whole && !url.startsWith("https://") && !url.startsWith("http://")) {
            throw object.wrong(field, "must be an http(s) address or a data URL in Base64");
        }
        String media = (whole ? data.group(1) : type.isEmpty() ? "image/*" : type).toLowerCase(Locale.ROOT);
        MediaSource source = whole ? new MediaSource.Base64Data(media, data.group(2)) : new MediaSource.Url(url);
        if (media.equals("application/pdf")) {
            return new ContentBlock.Document(source);
        }
        if (media.startsWith("image")) {
            return new ContentBlock.Image(source);
        }
        throw object.wrong(field, "is " + media + "; the model is shown images and application/pdf only");
    }
}
