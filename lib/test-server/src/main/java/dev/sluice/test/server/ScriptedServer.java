package dev.sluice.test.server;

import dev.sluice.test.peer.ReceivedRequest;
import dev.sluice.test.peer.ScriptedPeer;
import java.net.URI;
import java.util.List;
import java.util.function.Function;

/**
 * A server on a free port of the loopback address that speaks the APIs of three vendors: Claude's messages, Gemini's content and
 * OpenAI's chat completions, streamed or not, with their lists of models and, where there is one, the count of tokens. It takes
 * any key, answers from a script, fails on demand, and remembers what it was asked.
 *
 * <pre>{@code
 * try (var server = ScriptedServer.start(Answer.text("Hello, ", "world"))) {
 *   ... a client with the base URL server.uri() ...
 *   assertEquals("Say hello", ParsedRequest.of(server.awaitRequest(1)).prompt());
 * }
 * }</pre>
 *
 * <p>One request takes one answer; so does each retry. Any thread may call it. Its own threads are virtual: a program that forgets
 * to close it still ends.
 */
public final class ScriptedServer implements AutoCloseable {
    private final AnswerQueue answers;
    private final ScriptedPeer peer;

    private ScriptedServer(AnswerQueue answers) {
        this.answers = answers;
        this.peer = ScriptedPeer.answering(answers);
    }

    /** A server that gives the first answer to the first request and so on. More can be added; see {@link #enqueue}. */
    public static ScriptedServer start(Answer... answers) {
        return new ScriptedServer(AnswerQueue.of(answers));
    }

    /** A server whose answers depend on what is asked. The function is called on the thread of the connection. */
    public static ScriptedServer answering(Function<ParsedRequest, Answer> answers) {
        return new ScriptedServer(AnswerQueue.answering(answers));
    }

    /** Where it is: the base URL for a client. For OpenAI's clients, which expect it, {@code /v1} is to be added. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + peer.port());
    }

    /** Adds answers to those that are left. */
    public void enqueue(Answer... answers) {
        this.answers.add(answers);
    }

    /**
     * The next request for an answer that has not been failed yet fails in this way, independent of its answer. With
     * {@link Fault#OVERLOADED} it takes no answer.
     */
    public void next(Fault fault) {
        answers.next(fault);
    }

    /** The answers that no request has taken yet. */
    public List<Answer> remaining() {
        return answers.remaining();
    }

    /** The requests so far, as they came; {@link ParsedRequest#of} says what one asks. */
    public List<ReceivedRequest> requests() {
        return peer.requests();
    }

    /**
     * The n-th request, counted from 1. Waits for it.
     *
     * @throws AssertionError if it does not come within ten seconds; the message says what did
     */
    public ReceivedRequest awaitRequest(int n) {
        return peer.awaitRequest(n);
    }

    /** How many responses are being given right now. */
    public int open() {
        return answers.open();
    }

    /** Drops every connection and waits for the threads to end. */
    @Override
    public void close() {
        peer.close();
    }
}
