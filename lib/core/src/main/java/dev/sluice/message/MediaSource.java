package dev.sluice.message;

import java.util.Base64;
import java.util.List;

/** Where the bytes of an image or the words of a document come from. */
public sealed interface MediaSource {

    /**
     * The bytes themselves.
     *
     * @param mediaType such as {@code image/png} or {@code application/pdf}
     * @param data the bytes in Base64
     */
    record Base64Data(String mediaType, String data) implements MediaSource {}

    /**
     * An address that the provider fetches.
     *
     * @param url an http or https address
     */
    record Url(String url) implements MediaSource {}

    /**
     * A file uploaded to the provider before.
     *
     * @param fileId the provider's id of it
     */
    record FileId(String fileId) implements MediaSource {}

    /**
     * A plain text, for documents.
     *
     * @param text the words
     */
    record PlainText(String text) implements MediaSource {}

    /**
     * A document made of blocks.
     *
     * @param content text and image blocks
     */
    record Blocks(List<ContentBlock> content) implements MediaSource {
        /** Copies {@code content}. */
        public Blocks {
            content = List.copyOf(content);
        }
    }

    /** The given bytes, encoded. */
    static MediaSource bytes(String mediaType, byte[] bytes) {
        return new Base64Data(mediaType, Base64.getEncoder().encodeToString(bytes));
    }
}
