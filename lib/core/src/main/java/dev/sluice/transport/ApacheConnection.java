package dev.sluice.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.jspecify.annotations.Nullable;

/** A connection with small buffers, which knows without waiting whether it can still be used. */
final class ApacheConnection extends DefaultManagedHttpClientConnection {

    /** For each direction, and once more for a line: a request's head, as a rule. More is fetched at once when there is more. */
    private static final int BUFFER_BYTES = 768;

    private static final Http1Config SMALL = Http1Config.custom()
            .setBufferSize(BUFFER_BYTES)
            .setChunkSizeHint(BUFFER_BYTES)
            .build();

    private @Nullable SessionInputBuffer received;

    private ApacheConnection() {
        super("", null, null, SMALL, null, null, null, ApacheConnection::parser);
    }

    private static ApacheHeadParser parser(@Nullable Http1Config config) {
        return new ApacheHeadParser(SMALL);
    }

    static ApacheConnection create(@Nullable Socket none) {
        return new ApacheConnection();
    }

    // What follows leaves out Apache's logs, which show keys and conversations to whoever asks for its debug level.

    @Override
    public void bind(Socket socket) throws IOException {
        bind(new SocketHolder(socket) {
            @Override
            protected InputStream getInputStream(Socket plain) throws IOException {
                return input(super.getInputStream(plain));
            }
        });
    }

    @Override
    public void bind(SSLSocket tls, Socket socket) throws IOException {
        bind(new SocketHolder(tls, socket) {
            @Override
            protected InputStream getInputStream(Socket secure) throws IOException {
                return input(super.getInputStream(secure));
            }
        });
    }

    private static InputStream input(InputStream socket) {
        return new ApacheSocketInput(socket);
    }

    @Override
    protected void onRequestSubmitted(ClassicHttpRequest request) {}

    @Override
    protected void onResponseReceived(ClassicHttpResponse response) {}

    @Override
    protected InputStream createContentInputStream(long length, SessionInputBuffer buffer, InputStream socket) {
        received = buffer;
        return super.createContentInputStream(length, buffer, socket);
    }

    /**
     * Whether a kept connection is of no more use: the server hung up, or said something that nobody asked for, which the
     * next exchange would take for its answer. Three calls of the system and no wait, where Apache's own waits for a
     * millisecond.
     */
    @Override
    public boolean isStale() throws IOException {
        SocketHolder holder = getSocketHolder();
        if (holder == null
                || (received != null && received.length() > 0)
                || holder.getInputStream().available() > 0) {
            return true;
        }
        SocketChannel channel = holder.getBaseSocket().getChannel();
        channel.configureBlocking(false);
        boolean silent = channel.read(ByteBuffer.allocate(1)) == 0;
        channel.configureBlocking(true);
        return !silent;
    }
}
