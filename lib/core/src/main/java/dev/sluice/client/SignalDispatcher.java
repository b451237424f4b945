package dev.sluice.client;

import dev.sluice.aggregate.ChunkAggregator;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.Delta;
import dev.sluice.message.Delta.CitationsDelta;
import dev.sluice.message.Delta.InputJsonDelta;
import dev.sluice.message.Delta.SignatureDelta;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.Delta.ThinkingDelta;
import dev.sluice.message.Message;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.message.StreamEvent.MessageStop;

/** The signals that follow from an event which has been folded into the message. Builds a snapshot only for who listens. */
final class SignalDispatcher {
    private final Handlers handlers;
    private final ChunkAggregator message;

    SignalDispatcher(Handlers handlers, ChunkAggregator message) {
        this.handlers = handlers;
        this.message = message;
    }

    void emit(StreamEvent event) {
        if (handlers.listen(Signal.STREAM_EVENT)) {
            Message snapshot = message.snapshot();
            handlers.emit(Signal.STREAM_EVENT, h -> h.accept(event, snapshot));
        }
        switch (event) {
            case ContentBlockDelta(int index, Delta delta) -> emit(index, delta);
            case ContentBlockStop(int index)
            when handlers.listen(Signal.CONTENT_BLOCK) -> {
                ContentBlock block = message.block(index);
                handlers.emit(Signal.CONTENT_BLOCK, h -> h.accept(block));
            }
            case MessageStop stop
            when handlers.listen(Signal.MESSAGE) -> {
                Message whole = message.snapshot();
                handlers.emit(Signal.MESSAGE, h -> h.accept(whole));
            }
            default -> {}
        }
    }

    private void emit(int index, Delta delta) {
        switch (delta) {
            case TextDelta(String text)
            when handlers.listen(Signal.TEXT) -> {
                String all = message.text(index);
                handlers.emit(Signal.TEXT, h -> h.accept(text, all));
            }
            case ThinkingDelta(String thinking)
            when handlers.listen(Signal.THINKING) -> {
                String all = message.thinking(index);
                handlers.emit(Signal.THINKING, h -> h.accept(thinking, all));
            }
            case InputJsonDelta(String json)
            when handlers.listen(Signal.INPUT_JSON) -> {
                Object parsed = message.input(index);
                handlers.emit(Signal.INPUT_JSON, h -> h.accept(json, parsed));
            }
            case CitationsDelta(var citation)
            when handlers.listen(Signal.CITATION) -> {
                var all = message.citations(index);
                handlers.emit(Signal.CITATION, h -> h.accept(citation, all));
            }
            case SignatureDelta(String signature) -> handlers.emit(Signal.SIGNATURE, h -> h.accept(signature));
            default -> {}
        }
    }
}
