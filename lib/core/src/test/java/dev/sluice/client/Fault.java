package dev.sluice.client;

import dev.sluice.Limits;
import dev.sluice.Timeouts;
import dev.sluice.Timeouts.Phase;
import dev.sluice.message.MessageRequest;
import dev.sluice.test.peer.Script;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One row of the fault matrix: what goes wrong, and what the caller gets. Written once, where it stands in its table; by
 * itself a fault is one that does no harm.
 */
final class Fault {
    /** What the caller gets if no harm is done. */
    static final String WHOLE = "the whole answer";

    /** How often {@code RetryDefaults} asks again. */
    static final int RETRIES = 2;

    /** The limit under test, where there is one. Long enough that a busy machine gets all that comes before it. */
    static final Duration LIMIT = Duration.ofMillis(400);

    /** The fault, in words; unique. */
    final String what;

    /** Who brings it about. */
    final FaultPeer peer;

    /** {@link FaultRun#words} of the exception, or {@link #WHOLE}. */
    String gets = WHOLE;

    /** What the exception says about itself. */
    boolean retryable;

    /** How many tries there are, with the default retries. */
    int tries = 1;

    /** Whether the first try is two requests, one upon the other. */
    boolean asksTwice;

    /** How many events are handed out, pings aside. */
    int events;

    /** The text that was received. */
    String partial = "";

    /** The time limit that ends it; null if nothing is waited for. */
    @Nullable
    Phase limit;

    /** How long the server asks to wait before each retry. */
    Duration wait = Duration.ZERO;

    /** Whether its connection serves the next request. */
    boolean keeps;

    /** Whether it has a line of its own on the page. */
    boolean printed = true;

    Timeouts timeouts = Timeouts.none().with(Phase.TOTAL, Duration.ofSeconds(20));
    Limits limits = Limits.defaults();
    MessageRequest request = ClientFixture.REQUEST;

    private Fault(String what, FaultPeer peer) {
        this.what = what;
        this.peer = peer;
    }

    static Fault of(String what, FaultPeer peer) {
        return new Fault(what, peer);
    }

    /** A fault of a peer that does the script for each request. */
    static Fault of(String what, Script script) {
        return new Fault(what, FaultPeer.scripted(script));
    }

    /** The type of the exception, and what tells it from others of its type. */
    Fault gives(String type) {
        gets = type;
        return this;
    }

    /** The caller gets all of it: so many events, with this text. */
    Fault gives(int events, String text) {
        return after(events, text);
    }

    /** So many events are handed out first, with this text. */
    Fault after(int events, String text) {
        this.events = events;
        partial = text;
        return this;
    }

    /** It is asked again. */
    Fault retried() {
        retryable = true;
        tries = 1 + RETRIES;
        return this;
    }

    /** It could be asked again, but the caller has the beginning of the answer. */
    Fault tooLateToRetry() {
        retryable = true;
        return this;
    }

    /** It could be asked again, but later than anybody waits. */
    Fault asksForTooLong() {
        retryable = true;
        return this;
    }

    /** It may be a kept connection that had gone: so one request is sent again at once, beside the retries. */
    Fault onAnotherConnectionToo() {
        asksTwice = true;
        return this;
    }

    /** The limit of a phase ends it, and is the only one. */
    Fault endedBy(Phase phase) {
        limit = phase;
        timeouts = Timeouts.none().with(phase, LIMIT);
        return this;
    }

    /** The server asks for so much patience before each retry, and gets it. */
    Fault waiting(Duration each) {
        wait = each;
        return this;
    }

    /** Its connection serves the next request. */
    Fault keepsConnection() {
        keeps = true;
        return this;
    }

    /** The client takes no more than this. */
    Fault within(Limits sizes) {
        limits = sizes;
        return this;
    }

    /** Another request than usual. */
    Fault withRequest(MessageRequest other) {
        request = other;
        return this;
    }

    /** A row like another, for which the page has a sentence. */
    Fault unprinted() {
        printed = false;
        return this;
    }

    /** Whether the caller never sees it if it passes. */
    boolean isRetried() {
        return tries > 1;
    }

    @Override
    public String toString() {
        return what;
    }
}
