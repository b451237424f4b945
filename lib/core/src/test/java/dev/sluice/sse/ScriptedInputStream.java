package dev.sluice.sse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream whose reads are scripted: each hands out no more than one piece. */
final class ScriptedInputStream extends InputStream {

    /** Thrown by a read that the script has a failure for. */
    static final class Broken extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final Queue<Object> script = new ArrayDeque<>();
    private byte @Nullable [] piece;
    private int position;
    private long bytesRead;

    static ScriptedInputStream of(String... pieces) {
        return of(Arrays.stream(pieces).map(ScriptedInputStream::utf8).toArray(byte[][]::new));
    }

    static ScriptedInputStream of(byte[]... pieces) {
        var in = new ScriptedInputStream();
        Arrays.stream(pieces).forEach(in::then);
        return in;
    }

    /** Two pieces, cut at this byte. */
    static ScriptedInputStream cut(byte[] all, int at) {
        return of(Arrays.copyOf(all, at), Arrays.copyOfRange(all, at, all.length));
    }

    /** Pieces of this size. */
    static ScriptedInputStream ofSize(int size, byte[] all) {
        var in = new ScriptedInputStream();
        for (int i = 0; i < all.length; i += size) {
            in.then(Arrays.copyOfRange(all, i, Math.min(i + size, all.length)));
        }
        return in;
    }

    /** One more piece; an empty one is a read of no bytes. */
    ScriptedInputStream then(byte[] bytes) {
        script.add(bytes);
        return this;
    }

    /** A read that fails; the next one is served again. */
    ScriptedInputStream thenFail() {
        Supplier<IOException> failure = Broken::new;
        script.add(failure);
        return this;
    }

    long bytesRead() {
        return bytesRead;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int read() {
        throw new AssertionError("byte by byte");
    }

    @Override
    @SuppressWarnings("unchecked")
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            throw new AssertionError("asked for nothing");
        }
        if (piece == null) {
            Object next = script.poll();
            if (next == null) {
                return -1;
            }
            if (next instanceof Supplier<?> failure) {
                throw ((Supplier<IOException>) failure).get();
            }
            piece = (byte[]) next;
            position = 0;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, target, offset, count);
        position += count;
        bytesRead += count;
        if (position == piece.length) {
            piece = null;
        }
        return count;
    }

    @Override
    public void close() {
        throw new AssertionError("closed by a reader that does not own it");
    }
}
