package dev.sluice.test.server;

import tools.jackson.databind.JsonNode;

/** One wire's text for each step of a streamed answer; empty if it has none. For one answer, in order. */
interface Frames {
    /** Before the first block. */
    default String opening() {
        return "";
    }

    /** Before a block's first piece. */
    default String start(int index, Block block) {
        return "";
    }

    /** One of a block's pieces. */
    String piece(int index, Block block, String piece);

    /** Behind a block's last piece. */
    default String stop(int index, Block block) {
        return "";
    }

    /** Behind the last block. */
    String ending();

    /** A sign of life. */
    default String ping() {
        return "";
    }

    /** An error, framed as all else. */
    String error(JsonNode error);
}
