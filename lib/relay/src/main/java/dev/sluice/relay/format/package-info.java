/**
 * The wire formats that a relay speaks: its own, and two that clients which exist already understand.
 *
 * <p>Start with {@link dev.sluice.relay.format.SluiceSseFormat}; {@link dev.sluice.relay.format.SluiceWebSocketFormat} is the same for
 * WebSocket, {@link dev.sluice.relay.format.UiMessageFormat} is for {@code useChat} of the AI SDK, {@link
 * dev.sluice.relay.format.OpenAiChunkFormat} for clients of OpenAI's chat completions. {@code docs/relay-formats.md}
 * describes the wire. Threads: a format is safe for any, an encoder belongs to one. Nothing here blocks.
 */
@NullMarked
package dev.sluice.relay.format;

import org.jspecify.annotations.NullMarked;
