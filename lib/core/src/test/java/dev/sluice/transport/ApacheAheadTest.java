package dev.sluice.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link ApacheBody#available} says is there can be read without a wait, wherever the bytes stop for the moment: in the
 * middle of a chunk, of its head, of its end.
 */
class ApacheAheadTest {
    private static final String TEXT = "event: x\ndata: some words\n\n0\r\n\r\nabc\n1f\r\n".repeat(40);

    private static final String HEAD = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

    /** So many bytes of a body hold the first one of its text. */
    private static final int BEGUN = 20;

    /** A socket that has so much to give; a read beyond that would wait. */
    private static final class Arriving extends Socket {
        private final byte[] all;
        private int arrived;
        private int position;

        Arriving(byte[] all) {
            this.all = all;
        }

        @Override
        public InputStream getInputStream() {
            return new InputStream() {
                @Override
                public int read() {
                    throw new AssertionError("one byte after the other");
                }

                @Override
                public int read(byte[] target, int offset, int length) {
                    int count = Math.min(length, available());
                    assertThat(count).as("a read that waits at " + position).isPositive();
                    System.arraycopy(all, position, target, offset, count);
                    position += count;
                    return count;
                }

                @Override
                public int available() {
                    return arrived - position;
                }
            };
        }
    }

    static Stream<List<Integer>> sizes() {
        var random = new Random(5);
        return Stream.concat(
                Stream.of(
                        List.of(1),
                        List.of(2, 15, 16, 17),
                        List.of(150),
                        List.of(4000),
                        List.of(1000, 1, 1100),
                        List.of(1700, 60)),
                IntStream.range(0, 10)
                        .mapToObj(i -> random.ints(8, 1, 1 << random.nextInt(2, 12))
                                .boxed()
                                .toList()));
    }

    private static byte[] response(List<Integer> sizes, String trailer) {
        return response(TEXT, sizes, trailer);
    }

    private static byte[] response(String body, List<Integer> sizes, String trailer) {
        byte[] text = body.getBytes(US_ASCII);
        var chunked = new ByteArrayOutputStream();
        chunked.writeBytes(HEAD.getBytes(US_ASCII));
        for (int at = 0, i = 0; at < text.length; i++) {
            int size = Math.min(sizes.get(i % sizes.size()), text.length - at);
            String extension = i % 5 == 3 ? ";name=value" : "";
            chunked.writeBytes((Integer.toHexString(size) + extension + "\r\n").getBytes(US_ASCII));
            chunked.write(text, at, size);
            chunked.writeBytes("\r\n".getBytes(US_ASCII));
            at += size;
        }
        chunked.writeBytes(("0\r\n" + trailer + "\r\n").getBytes(US_ASCII));
        return chunked.toByteArray();
    }

    /** The body of a response whose head has been read; so much of all the rest has arrived. */
    private static ApacheBody body(Arriving socket, int arrived) throws IOException, HttpException {
        var connection = ApacheConnection.create(null);
        connection.bind(socket);
        socket.arrived = HEAD.length() + arrived;
        ClassicHttpResponse response = connection.receiveResponseHeader();
        connection.receiveResponseEntity(response);
        return new ApacheBody(response.getEntity().getContent(), () -> true, connection);
    }

    /** Reads what is said to be there, as a reader does: into buffers of any size. */
    private static String available(ApacheBody body, int size) throws IOException {
        var read = new ByteArrayOutputStream();
        var buffer = new byte[size];
        while (body.available() > 0) {
            int count = body.read(buffer);
            assertThat(count).isPositive();
            read.write(buffer, 0, count);
        }
        return read.toString(US_ASCII);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void whatIsAvailableIsReadWithoutAWaitWhereverItStops(List<Integer> sizes) throws Exception {
        byte[] all = response(sizes, sizes.size() == 1 ? "" : "x-sum: 12\r\nx-more: 0\r\n");
        for (int size : new int[] {7, 500, 5000}) {
            for (int stop = HEAD.length() + BEGUN; stop <= all.length; stop++) {
                var socket = new Arriving(all);
                ApacheBody body = body(socket, BEGUN);
                var read = new StringBuilder().append((char) body.read()); // the first one is the reader's turn
                socket.arrived = stop;
                read.append(available(body, size));
                socket.arrived = all.length;
                int next = body.read(); // the reader's turn, which may wait
                if (next >= 0) {
                    read.append((char) next);
                }
                read.append(available(body, size));
                read.append(new String(body.readAllBytes(), US_ASCII));
                if (!read.toString().equals(TEXT)) {
                    assertThat(read.toString()).as("stop " + stop).isEqualTo(TEXT);
                }
                assertThat(body.available()).isZero();
            }
        }
    }

    /** Or else nothing would be gained. */
    @Test
    void largeChunksThatAreThereAreReadOneAfterTheOther() throws Exception {
        String text = "even words ".repeat(3000); // without line ends, which could be those of chunks
        byte[] all = response(text, List.of(4000), "");
        ApacheBody body = body(new Arriving(all), all.length - HEAD.length());
        assertThat(body.read()).isEqualTo('e'); // the first one is the reader's turn
        assertThat("e" + available(body, 5000)).isEqualTo(text);
    }

    /** What stands where the next chunk's head should may be the text of a chunk, and is no reason to wait in either case. */
    @ParameterizedTest
    @ValueSource(strings = {"\n\n", "\r\n\n", "no head\r\nx", "g\nx"})
    void whatIsNoHeadIsAnErrorWithoutAWait(String wrong) throws Exception {
        String begun = new String(response("x".repeat(5000), List.of(5000), ""), US_ASCII);
        byte[] all = (begun.substring(0, begun.lastIndexOf("0\r\n")) + wrong).getBytes(US_ASCII);
        ApacheBody body = body(new Arriving(all), all.length - HEAD.length());
        assertThat(body.readNBytes(5000)).hasSize(5000);
        assertThat(body.available()).isPositive();
        assertThatThrownBy(body::read).isInstanceOf(IOException.class).hasMessageContaining("chunk");
    }

    /** Apache's parser is as lenient. */
    @ParameterizedTest
    @ValueSource(strings = {"0\r\n", " 0\r\n", "+0\r\n", "-0\r\n", "\t0\r\n", "00\r\n", "\r0\r\n", "0;x=y\r\n"})
    void whateverMayBeTheLastChunkIsTheReadersTurn(String last) throws Exception {
        String begun = new String(response("x".repeat(5000), List.of(5000), ""), US_ASCII);
        byte[] all = (begun.substring(0, begun.lastIndexOf("0\r\n")) + last + "x-trailer: \r\n\r\n").getBytes(US_ASCII);
        var socket = new Arriving(all);
        ApacheBody body = body(socket, all.length - HEAD.length() - 3); // the rest of the trailer has to be waited for
        assertThat(body.readNBytes(5000)).hasSize(5000);
        assertThat(body.available()).isZero();
        socket.arrived = all.length;
        assertThat(body.read()).isEqualTo(-1);
    }

    /** Its connection may be another's by now. */
    @Test
    void ofABodyThatHasEndedNothingIsAvailable() throws Exception {
        byte[] all = response(List.of(1500), "");
        var more = new ByteArrayOutputStream();
        more.writeBytes(all);
        more.writeBytes("HTTP/1.1 200 OK\r\n".getBytes(US_ASCII));
        var socket = new Arriving(more.toByteArray());
        ApacheBody body = body(socket, all.length - HEAD.length());
        assertThat(body.readAllBytes()).hasSize(TEXT.length());
        socket.arrived = more.size();
        assertThat(body.available()).isZero();
        assertThat(socket.position).isEqualTo(all.length);
    }
}
