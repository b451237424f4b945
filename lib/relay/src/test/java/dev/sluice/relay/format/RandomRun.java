package dev.sluice.relay.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A legal run made up by chance: turns of blocks, some of which are open at once, tools that run among them and end before the
 * next turn, notes everywhere, and one of the three ends.
 */
final class RandomRun {
    private static final List<String> WORDS = List.of(
            "a",
            "\n",
            "\r\ndata: x\r\n\r\n",
            "\"",
            "\\",
            "\u2028",
            "ü𝄞",
            "event: error",
            "<b>",
            "\u0000",
            "\\\"",
            "\\u0022",
            " ");

    private final Random random;
    private final RunScript run = new RunScript();
    private final List<String> running = new ArrayList<>();
    private int calls;
    private String end = "";

    private final boolean resets;

    private RandomRun(long seed, boolean resets) {
        random = new Random(seed);
        this.resets = resets;
    }

    static RandomRun of(long seed) {
        var made = new RandomRun(seed, false);
        made.write();
        return made;
    }

    /** One whose turns may be taken back, anywhere in them. */
    static RandomRun withResets(long seed) {
        var made = new RandomRun(seed, true);
        made.write();
        return made;
    }

    RunScript script() {
        return run;
    }

    /** The last chunk that a UI message stream of it has. */
    String end() {
        return end;
    }

    private void write() {
        for (int turn = random.nextInt(4); turn >= 0; turn--) {
            noise();
            run.turn();
            while (!blocks()) {
                run.reset();
                running.clear();
                noise();
                run.turn();
            }
            run.stop(List.of("stop", "length", "tool_calls", "content_filter", "pause", "unknown")
                    .get(random.nextInt(6)));
            while (!running.isEmpty()) {
                tool();
            }
        }
        noise();
        end = List.of("finish", "error", "abort").get(random.nextInt(3));
        if (end.equals("finish")) {
            run.complete();
        } else if (end.equals("error")) {
            run.error();
        }
    }

    /** False if the turn breaks off. */
    private boolean blocks() {
        var open = new ArrayList<Runnable>(); // each writes one more of a block
        int index = 0;
        for (int left = random.nextInt(5); left > 0 || !open.isEmpty(); ) {
            if (left > 0 && (open.isEmpty() || random.nextInt(4) == 0)) {
                left--;
                open.add(block(index++, open));
            } else {
                open.get(random.nextInt(open.size())).run();
            }
            noise();
            if (!running.isEmpty() && random.nextBoolean()) {
                tool();
            }
            if (resets && random.nextInt(20) == 0) {
                return false;
            }
        }
        return true;
    }

    private Runnable block(int index, List<Runnable> open) {
        String kind = List.of("text", "thinking", "tool_use", "server_tool_use", "web_search_tool_result", "news")
                .get(random.nextInt(6));
        String id = "call" + ++calls;
        if (kind.endsWith("tool_use")) {
            run.block(index, kind, "id", id, "name", "tool");
        } else if (kind.endsWith("_tool_result")) {
            run.block(index, kind, "tool_use_id", "call" + (1 + random.nextInt(calls)));
        } else if (kind.equals("text") && random.nextInt(4) == 0) {
            run.block(index, kind, "text", "begun ");
        } else {
            run.block(index, kind);
        }
        int[] left = {random.nextInt(5)};
        var self = new Runnable[1];
        self[0] = () -> {
            if (left[0]-- > 0) {
                more(index, kind);
                return;
            }
            open.remove(self[0]);
            if (kind.equals("tool_use") && random.nextBoolean()) { // the tool is quicker than the end of its block
                start(id);
                run.blockEnd(index);
            } else {
                run.blockEnd(index);
                if (kind.equals("tool_use")) {
                    start(id);
                }
            }
        };
        return self[0];
    }

    private void more(int index, String kind) {
        String word = WORDS.get(random.nextInt(WORDS.size()));
        switch (kind) {
            case "text" -> {
                if (random.nextInt(5) == 0) { // another look, which has to be parsed
                    run.add("message_delta", "text", word, "index", index);
                } else {
                    run.text(index, word);
                }
            }
            case "thinking" -> run.thinking(index, word);
            case "tool_use", "server_tool_use" -> run.input(index, word);
            default ->
                run.add("message_delta", "index", index, "citation", Map.of("url", "https://a.example", "x", word));
        }
    }

    private void start(String id) {
        run.add("tool_start", "id", id, "name", "tool", "input", random.nextBoolean() ? Map.of("a", 1) : "no JSON");
        running.add(id);
    }

    private void tool() {
        String id = running.get(random.nextInt(running.size()));
        switch (random.nextInt(5)) {
            case 0 -> run.add("tool_progress", "id", id, "message", WORDS.get(random.nextInt(WORDS.size())));
            case 1 -> run.add("tool_event", "id", id, "event", Map.of("type", random.nextBoolean() ? "debug" : "ping"));
            case 2 -> run.add("debug", "id", id, "message", "note");
            case 3 -> {
                run.add("tool_complete", "id", id, "output", WORDS.get(random.nextInt(WORDS.size())));
                running.remove(id);
            }
            default -> {
                run.add("tool_error", "id", id, "error", "no");
                running.remove(id);
            }
        }
    }

    private void noise() {
        switch (random.nextInt(8)) {
            case 0 -> run.add("debug", "message", "note");
            case 1 -> run.add("message_delta", "event", "ping");
            case 2 -> run.add("message_delta", "event", "of_tomorrow");
            case 3 -> run.add("of_tomorrow", "message", "note");
            default -> {
                // none
            }
        }
    }
}
