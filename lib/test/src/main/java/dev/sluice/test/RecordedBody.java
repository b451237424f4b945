package dev.sluice.test;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** A body that is written down as it is read. */
final class RecordedBody extends InputStream {
    private final InputStream body;
    private final RecordingFile.Exchange exchange;
    private final AtomicBoolean ended = new AtomicBoolean();

    RecordedBody(InputStream body, RecordingFile.Exchange exchange) {
        this.body = body;
        this.exchange = exchange;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count;
        try {
            count = body.read(target, offset, length);
        } catch (IOException e) {
            end(RecordingFile.FAILED, String.valueOf(e.getMessage()));
            throw e;
        }
        if (count < 0) {
            end(RecordingFile.COMPLETE, "");
        } else if (count > 0) {
            exchange.piece(Arrays.copyOfRange(target, offset, offset + count));
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        return body.available();
    }

    @Override
    public void close() throws IOException {
        try {
            end(RecordingFile.CLOSED, "closed before the end");
        } finally {
            body.close();
        }
    }

    private void end(String how, String why) throws IOException {
        if (ended.compareAndSet(false, true)) {
            exchange.end(how, why);
        }
    }
}
