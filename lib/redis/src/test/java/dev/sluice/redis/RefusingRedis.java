package dev.sluice.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server that greets as Redis does, and answers everything else with the same error. */
final class RefusingRedis implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final String error;

    RefusingRedis(String error) throws IOException {
        this.error = error;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                Thread.ofVirtual().start(() -> answer(client));
            }
        } catch (IOException over) {
            // it is closed
        }
    }

    private void answer(Socket client) {
        try (client) {
            var requests = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                // A request is its number of words, then the length and the text of each, which may have lines itself.
                int words = Integer.parseInt(line.substring(1));
                var name = word(requests);
                for (int i = 1; i < words; i++) {
                    word(requests);
                }
                var answer = name.equals("CLIENT") ? "+OK" : "-" + error;
                client.getOutputStream().write((answer + "\r\n").getBytes(ISO_8859_1));
            }
        } catch (IOException over) {
            // the client has gone
        }
    }

    private static String word(BufferedReader requests) throws IOException {
        var text = new char[Integer.parseInt(requests.readLine().substring(1)) + 2];
        for (int read = 0; read < text.length; ) {
            int more = requests.read(text, read, text.length - read);
            if (more < 0) {
                throw new IOException("the request ends in a word");
            }
            read += more;
        }
        return new String(text, 0, text.length - 2);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
