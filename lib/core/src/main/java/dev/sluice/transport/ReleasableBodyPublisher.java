package dev.sluice.transport;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** A request's body that can be released: the JDK's client keeps the request for as long as its response lasts. */
final class ReleasableBodyPublisher implements BodyPublisher {
    private final long length;
    private volatile BodyPublisher bytes;

    ReleasableBodyPublisher(byte[] bytes) {
        length = bytes.length;
        this.bytes = BodyPublishers.ofByteArray(bytes);
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        bytes.subscribe(subscriber);
    }

    /** The response has begun: nobody asks for the body any more, and who does finds none. */
    void letGo() {
        bytes = BodyPublishers.noBody();
    }
}
