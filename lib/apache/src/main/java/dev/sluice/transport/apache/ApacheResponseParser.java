package dev.sluice.transport.apache;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.jspecify.annotations.Nullable;

/** Fails for a head that breaks off, which Apache takes for a whole one with fewer headers. */
final class ApacheResponseParser extends DefaultHttpResponseParser {

    ApacheResponseParser(Http1Config limits) {
        super(limits);
    }

    @Override
    public @Nullable ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream connection)
            throws IOException, HttpException {
        var watched = new Watched(connection);
        try {
            ClassicHttpResponse head = super.parse(buffer, watched);
            if (!watched.ended || head == null) {
                return head;
            }
        } catch (HttpException e) {
            if (!watched.ended) {
                throw e;
            }
        }
        throw new ConnectionClosedException("The connection ended within the head of the response");
    }

    private static final class Watched extends FilterInputStream {
        private boolean ended;

        Watched(InputStream connection) {
            super(connection);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = super.read(target, offset, length);
            ended |= count < 0;
            return count;
        }
    }
}
