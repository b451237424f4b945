package dev.sluice.benchmarks.client;

import java.nio.charset.StandardCharsets;

/** Takes what a client hands its user. */
public interface Sink {

    /** A text, a fragment of a tool's input, or of a reader that knows no JSON the whole data of an event. */
    void text(String text);

    /** Bytes as they came, of a client that knows not even events. They are the client's again afterwards. */
    default void bytes(byte[] buffer, int length) {
        text(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
    }
}
