package dev.sluice.examples;

import dev.sluice.StreamException;
import dev.sluice.client.LlmClient;
import dev.sluice.client.MessageStream;
import dev.sluice.message.Message;
import dev.sluice.message.MessageRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A conversation at the terminal. {@code /stop} or Ctrl-C cancels the answer that is being written and goes on; {@code
 * /exit}, or Ctrl-C while there is no answer, ends. Started by Maven it ends at any Ctrl-C, because Maven does.
 *
 * <p>Two threads: one reads lines, because {@code /stop} must be heard while an answer comes; the caller's talks.
 */
public final class Chat {
    private static final String EXIT = "/exit";
    private static final String STOP = "/stop";

    private final LlmClient client;
    private final String model;
    private final PrintStream out;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private volatile @Nullable MessageStream answering;

    private final List<Message> conversation = new ArrayList<>();

    Chat(LlmClient client, String model, PrintStream out) {
        this.client = client;
        this.model = model;
        this.out = out;
    }

    /** Runs the example. */
    public static void main(String[] args) throws InterruptedException {
        Demo demo = Demo.of(args);
        try (LlmClient client = demo.client()) {
            var chat = new Chat(client, demo.model(), System.out);
            CtrlC.asks(chat::stop);
            chat.run(System.in, Charset.defaultCharset());
        }
    }

    void run(InputStream in, Charset charset) throws InterruptedException {
        var lines = new BufferedReader(new InputStreamReader(in, charset));
        Thread.ofPlatform().daemon().name("chat-input").start(() -> listen(lines)); // it may block for ever: a daemon
        out.println(STOP + " or Ctrl-C cancels an answer, " + EXIT + " ends.");
        prompt();
        for (String line = said.take(); !line.equals(EXIT); line = said.take()) {
            if (!line.isEmpty()) {
                conversation.add(Message.user(line));
                answer();
            }
            prompt();
        }
        out.println("Goodbye.");
    }

    private void answer() {
        MessageRequest request = MessageRequest.builder()
                .model(model)
                .maxTokens(4096)
                .messages(conversation)
                .build();
        try (MessageStream stream = client.stream(request)) {
            answering = stream;
            stream.text().forEach(this::show);
            out.println(stream.isAborted() ? " [stopped]" : "");
            remember(stream.snapshot());
        } catch (StreamException e) {
            out.println("\n[" + e.getMessage() + "]");
            remember(e.partial());
        } finally {
            answering = null;
        }
    }

    /** Also half an answer is part of the conversation: both have read it. */
    private void remember(Message answer) {
        if (!answer.text().isEmpty()) {
            conversation.add(answer);
        }
    }

    /** On the input's thread: whatever is said while an answer comes waits for its turn, save the two commands. */
    private void listen(BufferedReader lines) {
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String word = line.strip();
                switch (word) {
                    case STOP -> stop();
                    case EXIT -> {
                        said.clear();
                        said.add(EXIT);
                        stop();
                    }
                    default -> said.add(word);
                }
            }
        } catch (IOException e) {
            out.println("[the input broke: " + e.getMessage() + "]");
        }
        said.add(EXIT);
    }

    /** Cancels the answer that is being written; returns whether there was one. */
    boolean stop() {
        MessageStream current = answering;
        if (current == null) {
            return false;
        }
        current.cancel("the user said so");
        return true;
    }

    private void prompt() {
        out.print("\nyou> ");
        out.flush();
    }

    private void show(String piece) {
        out.print(piece);
        out.flush();
    }
}
