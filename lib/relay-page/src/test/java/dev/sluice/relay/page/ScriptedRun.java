package dev.sluice.relay.page;

import com.sun.net.httpserver.HttpExchange;
import dev.sluice.internal.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A run whose events the test tells one by one, and whose connections it can cut. For use by any thread. */
final class ScriptedRun {
    final String id;

    /** The body of the request that started it. */
    final Map<String, Object> request;

    /** Counted down when the page asks for it to be stopped. */
    final CountDownLatch cancelled = new CountDownLatch(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> frames = new ArrayList<>();
    private String half = "";
    private int cuts;
    private int watchers;
    private boolean ended;

    ScriptedRun(String id, Map<String, Object> request) {
        this.id = id;
        this.request = request;
    }

    /** Tells an event: its type, then the names and values of its fields. */
    ScriptedRun emit(String type, Object... fields) {
        var event = new LinkedHashMap<String, Object>();
        event.put("type", type);
        for (int i = 0; i < fields.length; i += 2) {
            event.put((String) fields[i], fields[i + 1]);
        }
        change(() -> frames.add(
                "id: " + (frames.size() + 1) + "\nevent: " + type + "\ndata: " + Json.write(event) + "\n\n"));
        return this;
    }

    ScriptedRun begin() {
        return emit("message_start", "id", "m" + frames.size(), "model", "scripted", "provider", "test");
    }

    ScriptedRun text(String text) {
        return emit("message_delta", "index", 0, "text", text);
    }

    /** The end of the last turn and of the run. */
    void complete() {
        emit("message_stop", "finish_reason", "end_turn", "usage", Map.of("input_tokens", 12, "output_tokens", 345));
        emit("stream_complete");
        finish();
    }

    /** Ends all responses, as they should end. */
    void finish() {
        change(() -> ended = true);
    }

    /** Cuts the connections that there are, after half of the next event, which only those see that come back. */
    void cutInside(String text) {
        change(() -> {
            half = "id: " + (frames.size() + 1) + "\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"in";
            cuts++;
        });
        text(text);
    }

    /** Ends the connections that there are with a failure that is theirs and not the run's. */
    void failWithoutPlace(String code, boolean retryable) {
        change(() -> {
            half = "event: stream_error\ndata: "
                    + Json.write(Map.of("error", code, "details", Map.of("code", code, "retryable", retryable)))
                    + "\n\n";
            cuts++;
        });
    }

    /** How many connections are open, as far as the server knows. */
    int watchers() {
        lock.lock();
        try {
            return watchers;
        } finally {
            lock.unlock();
        }
    }

    boolean isDelivered(int after) {
        lock.lock();
        try {
            return ended && after >= frames.size();
        } finally {
            lock.unlock();
        }
    }

    /** Writes what there is and what comes, until the end; throws if the connection is to be cut. */
    void watch(HttpExchange exchange, int after) throws IOException, InterruptedException {
        var out = exchange.getResponseBody();
        int told = after;
        int mine = enter();
        try {
            for (; ; ) {
                String next = next(told, mine);
                if (next.isEmpty()) {
                    out.close();
                    return;
                }
                out.write(next.getBytes(StandardCharsets.UTF_8));
                out.flush();
                if (!next.startsWith("id")) {
                    out.close();
                    return;
                }
                if (!next.endsWith("\n\n")) {
                    throw new IOException("cut, as the test wants it");
                }
                told++;
            }
        } finally {
            change(() -> watchers--);
        }
    }

    private int enter() {
        lock.lock();
        try {
            watchers++;
            return cuts;
        } finally {
            lock.unlock();
        }
    }

    private String next(int told, int mine) throws InterruptedException, IOException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(60);
            while (cuts == mine && told >= frames.size() && !ended) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new IOException("the test has forgotten this run");
                }
            }
            if (cuts != mine) {
                return half;
            }
            return told < frames.size() ? frames.get(told) : "";
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
