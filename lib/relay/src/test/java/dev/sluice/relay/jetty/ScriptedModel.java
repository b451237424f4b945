package dev.sluice.relay.jetty;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A model behind HTTP that answers each request with its next script, counts them, and sees when it is given up. */
final class ScriptedModel implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    /** How often it was asked. */
    final AtomicInteger asked = new AtomicInteger();

    /** Opens when the client closes a connection whose answer has not ended. */
    final CountDownLatch givenUp = new CountDownLatch(1);

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> answers;

    /** One that gives these answers, each a response's body; one without a {@code message_stop} is left open. */
    ScriptedModel(String... answers) throws IOException {
        this.answers = List.of(answers);
        Thread.ofVirtual().start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> answer(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            read(in);
            String body = answers.get(Math.min(asked.getAndIncrement(), answers.size() - 1));
            String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
            client.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
            if (!body.contains("message_stop")) {
                while (in.read() >= 0) {
                    // it has nothing to say
                }
                givenUp.countDown();
            }
        } catch (IOException e) {
            givenUp.countDown();
        }
    }

    private static void read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.write(b);
        }
        Matcher length = LENGTH.matcher(head.toString(StandardCharsets.ISO_8859_1));
        in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
