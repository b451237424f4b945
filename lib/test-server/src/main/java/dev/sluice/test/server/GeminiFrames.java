package dev.sluice.test.server;

import tools.jackson.databind.JsonNode;

/** The frames of a Gemini stream: nothing but data, line ends of two characters, and no mark of the end. */
final class GeminiFrames implements Frames {
    private final GeminiChunks chunks;

    GeminiFrames(Reply reply) {
        this.chunks = new GeminiChunks(reply);
    }

    /** A call does not come in pieces. */
    @Override
    public String piece(int index, Block block, String piece) {
        chunks.count(block);
        return switch (block) {
            case Block.Text text -> frame(chunks.chunk(GeminiChunks.text(piece)));
            case Block.Thinking thinking -> frame(chunks.chunk(GeminiChunks.thought(piece)));
            case Block.ToolCall call -> "";
        };
    }

    @Override
    public String stop(int index, Block block) {
        return block instanceof Block.ToolCall call && call.complete() ? frame(chunks.chunk(chunks.call(call))) : "";
    }

    @Override
    public String ending() {
        return frame(chunks.last());
    }

    @Override
    public String error(JsonNode error) {
        return frame(error);
    }

    private static String frame(JsonNode chunk) {
        return "data: " + chunk + "\r\n\r\n";
    }
}
