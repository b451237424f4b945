package dev.sluice.message;

/** The part that one event adds to a content block. */
public sealed interface Delta {

    /**
     * More of a text.
     *
     * @param text the words to append, never empty
     */
    record TextDelta(String text) implements Delta {}

    /**
     * More of a tool call's input.
     *
     * @param partialJson a fragment of JSON text; the fragments of a block concatenate to one JSON object
     */
    record InputJsonDelta(String partialJson) implements Delta {}

    /**
     * More of the model's thinking.
     *
     * @param thinking the words to append, never empty
     */
    record ThinkingDelta(String thinking) implements Delta {}

    /**
     * The signature that proves a thinking block (or another block) to the provider when it is sent back. It replaces an
     * earlier one; it is never appended.
     *
     * @param signature opaque text
     */
    record SignatureDelta(String signature) implements Delta {}

    /**
     * One more source for a text block.
     *
     * @param citation the source
     */
    record CitationsDelta(Citation citation) implements Delta {}

    /**
     * A delta, or fields of a known one, that this library has no record for.
     *
     * @param type the delta's type as the wire names it
     * @param json the raw JSON object; for a delta of a known type only the fields that its record has no place for
     */
    record Unknown(String type, String json) implements Delta {}
}
