package dev.sluice.transport.apache;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection with small buffers, which knows without waiting whether it can still be used. Unlike the client's own it has no
 * logs of heads and bytes, which show keys at the debug level.
 */
final class ApacheConnection extends DefaultBHttpClientConnection implements ManagedHttpClientConnection {

    /** For each direction, and once more for a line, usually a request's head. Large bodies are read past them. */
    private static final int BUFFER_BYTES = 768;

    private static final Http1Config CONFIG = Http1Config.custom()
            .setBufferSize(BUFFER_BYTES)
            .setChunkSizeHint(BUFFER_BYTES)
            .setMaxEmptyLineCount(1) // none before the status line
            .build();

    private @Nullable SessionInputBuffer received;
    private @Nullable SocketInput input;
    private volatile boolean closed;

    ApacheConnection() {
        super(CONFIG, null, null, null, null, null, limits -> new ApacheResponseParser(CONFIG));
    }

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

    private InputStream input(InputStream socket) {
        var made = new SocketInput(socket);
        input = made;
        return made;
    }

    /** Closes a socket that comes too late: nobody else would. */
    @Override
    protected void bind(SocketHolder holder) throws IOException {
        super.bind(holder);
        if (closed) {
            super.close(CloseMode.IMMEDIATE);
            throw new InterruptedIOException("The connection was given up");
        }
    }

    @Override
    public @Nullable Socket getSocket() {
        SocketHolder holder = getSocketHolder();
        return holder == null ? null : holder.getSocket();
    }

    @Override
    protected InputStream createContentInputStream(long length, SessionInputBuffer buffer, InputStream socket) {
        received = buffer;
        InputStream content = super.createContentInputStream(length, buffer, socket);
        return input == null ? content : new ApacheContent(content, input);
    }

    /**
     * Whether a kept connection is unusable: the server closed it, or sent bytes without a request. The next exchange
     * would take these for its answer. Three calls of the system and no wait, where Apache's own waits for a
     * millisecond and takes what it reads.
     */
    @Override
    public boolean isStale() throws IOException {
        SocketHolder holder = getSocketHolder();
        if (holder == null
                || (received != null && received.length() > 0)
                || (input != null && input.stoppedMidway())
                || holder.getInputStream().available() > 0) {
            return true;
        }
        SocketChannel channel = holder.getBaseSocket().getChannel();
        channel.configureBlocking(false);
        boolean silent = channel.read(ByteBuffer.allocate(1)) == 0;
        channel.configureBlocking(true);
        return !silent;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        super.close();
    }

    @Override
    public void close(CloseMode mode) {
        closed = true;
        super.close(mode);
    }

    @Override
    public void passivate() {
        setSocketTimeout(Timeout.DISABLED);
    }

    @Override
    public void activate() {
        setSocketTimeout(Timeout.DISABLED); // how long a silence may be is the stream's to say
    }
}
