package dev.sluice.client;

import dev.sluice.RateLimits;
import dev.sluice.StreamException.ApiError;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Delta.TextDelta;
import dev.sluice.message.MessageRequest;
import dev.sluice.message.StreamEvent;
import dev.sluice.message.StreamEvent.ContentBlockDelta;
import dev.sluice.message.StreamEvent.ContentBlockStart;
import dev.sluice.message.StreamEvent.ContentBlockStop;
import dev.sluice.provider.EventDecoder;
import dev.sluice.provider.Provider;
import dev.sluice.sse.SseReader;
import dev.sluice.transport.HttpTransport;
import dev.sluice.transport.TransportRequest;
import dev.sluice.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider that answers with the first events of a recorded answer. If it is asked to go on, it puts the last words before them. In
 * memory, and for one stream at a time.
 */
final class ReplayedProvider implements Provider, HttpTransport {
    private static final Pattern ANCHOR = Pattern.compile("<last_words>(.+)</last_words>", Pattern.DOTALL);
    private static final int FAR = 10_000;

    private final String name;
    private final List<StreamEvent> answer;
    private final int cut;
    private volatile List<StreamEvent> sent = List.of();

    /** What it was asked; in the order of the requests. */
    final List<MessageRequest> asked = new ArrayList<>();

    /** Whether it begins with the last words when it is asked to. */
    boolean astray;

    /**
     * A provider.
     *
     * @param cut how many events of the answer are sent, the last words aside
     */
    ReplayedProvider(String name, List<StreamEvent> answer, int cut) {
        this.name = name;
        this.answer = answer;
        this.cut = cut;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TransportRequest streamRequest(MessageRequest request) {
        asked.add(request);
        Matcher anchor = ANCHOR.matcher(
                request.messages().getLast().content().getLast() instanceof Text text ? text.text() : "");
        List<StreamEvent> first = answer.subList(0, cut);
        sent = anchor.find() && !astray ? after(anchor.group(1), first) : first;
        return new TransportRequest("POST", URI.create("http://localhost/" + name), Map.of(), new byte[0]);
    }

    /** The events with words before the first of their own. */
    private static List<StreamEvent> after(String words, List<StreamEvent> events) {
        var all = new ArrayList<>(events);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof ContentBlockStart(int index, ContentBlock block) && !isThinking(block)) {
                if (block instanceof Text text) {
                    var longer = new Text(words + text.text(), text.citations(), text.extra());
                    all.set(i, new ContentBlockStart(index, longer));
                } else {
                    all.add(i, new ContentBlockStart(FAR, new Text("")));
                    all.add(i + 1, new ContentBlockDelta(FAR, new TextDelta(words)));
                    all.add(i + 2, new ContentBlockStop(FAR));
                }
                return all;
            }
        }
        return all;
    }

    static boolean isThinking(ContentBlock block) {
        return block instanceof ContentBlock.Thinking || block instanceof ContentBlock.RedactedThinking;
    }

    @Override
    public TransportResponse open(TransportRequest request) {
        var lines = new StringBuilder();
        for (int i = 0; i < sent.size(); i++) {
            lines.append("data: ").append(i).append("\n\n");
        }
        return new TransportResponse(
                200,
                Map.of("content-type", List.of("text/event-stream")),
                new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.US_ASCII)));
    }

    @Override
    public EventDecoder decoder() {
        return new EventDecoder() {
            @Override
            public void decode(SseReader sse, Consumer<? super StreamEvent> out) {
                out.accept(sent.get(Integer.parseInt(sse.data())));
            }

            @Override
            public void end(Consumer<? super StreamEvent> out) {}
        };
    }

    @Override
    public ApiError error(TransportResponse response, String body) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> requestId(TransportResponse response) {
        return Optional.empty();
    }

    @Override
    public Optional<RateLimits> rateLimits(TransportResponse response) {
        return Optional.empty();
    }

    @Override
    public void close() {}
}
