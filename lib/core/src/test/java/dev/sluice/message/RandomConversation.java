package dev.sluice.message;

import dev.sluice.internal.base.LazyList;
import dev.sluice.internal.base.LazyList.Element;
import dev.sluice.message.ContentBlock.Document;
import dev.sluice.message.ContentBlock.Image;
import dev.sluice.message.ContentBlock.RedactedThinking;
import dev.sluice.message.ContentBlock.ServerToolResult;
import dev.sluice.message.ContentBlock.ServerToolUse;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.ContentBlock.Thinking;
import dev.sluice.message.ContentBlock.ToolResult;
import dev.sluice.message.ContentBlock.ToolUse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** Conversations of blocks of all types with all fields, the same for the same seed. No provider would take them. */
final class RandomConversation {
    private static final String[] TEXTS = {
        "",
        " ",
        "a",
        "Words, and more words.",
        "line\nline\r\n\ttab\u0000\u001f",
        "quote \" back \\ slash / </script>",
        "é 城市 😀 \u2028",
        "half a pair \ud83d",
        "\udc00 the other half",
        "\\ud83d",
        "null",
        "{\"a\": 1.00}"
    };
    private static final String[] RAW = {
        "{\"a\" : 1.00, \"a\": [ ]}", "null", "\"text\"", "-0.0e10", "{\"cut\": \"he", "", "{bad}", "[\"\\ud83d\"]"
    };

    private final Random random;

    RandomConversation(long seed) {
        random = new Random(seed);
    }

    Conversation next() {
        List<Text> system = list(2, this::text);
        return new Conversation(system, list(8, this::message));
    }

    private Message message() {
        List<ContentBlock> content = list(5, () -> block(0));
        if (random.nextBoolean()) {
            content = LazyList.of(content, block -> Element.madeBy(() -> block));
        }
        if (random.nextInt(3) == 0) {
            return Message.of(pick(Role.values()), content);
        }
        return new Message(
                words(),
                pick(Role.values()),
                words(),
                pick("", "claude", "gemini", "zz"),
                content,
                pick(FinishReason.values()),
                orNull(),
                orNull(),
                usage(),
                extra());
    }

    private Usage usage() {
        return usage(0);
    }

    private Usage usage(int depth) {
        return new Usage(
                random.nextInt(9),
                random.nextLong(),
                0,
                Integer.MAX_VALUE + 1L,
                random.nextInt(2),
                -random.nextInt(3),
                list(depth > 0 ? 1 : 3, () -> iteration(depth + 1)),
                extra());
    }

    private Usage.Iteration iteration(int depth) {
        return new Usage.Iteration(words(), words(), random.nextBoolean(), usage(depth));
    }

    private ContentBlock block(int depth) {
        return switch (random.nextInt(depth > 2 ? 6 : 10)) {
            case 0 -> text();
            case 1 -> new Thinking(words(), orNull(), extra());
            case 2 -> new RedactedThinking(words(), extra());
            case 3 -> new ToolUse(words(), words(), pick(RAW), extra());
            case 4 -> new ServerToolUse(words(), words(), pick(RAW), extra());
            case 5 -> new ServerToolResult(words(), words(), pick(RAW), extra());
            case 6 -> new ToolResult(words(), list(3, () -> block(depth + 1)), random.nextBoolean(), extra());
            case 7 -> new Image(source(depth), extra());
            case 8 -> new Document(source(depth), orNull(), orNull(), random.nextBoolean(), extra());
            default -> new ContentBlock.Unknown(words(), pick(RAW));
        };
    }

    private Text text() {
        return new Text(
                words(), list(2, () -> new Citation(words(), orNull(), orNull(), orNull(), pick(RAW))), extra());
    }

    private MediaSource source(int depth) {
        return switch (random.nextInt(5)) {
            case 0 -> new MediaSource.Base64Data(words(), words());
            case 1 -> new MediaSource.Url(words());
            case 2 -> new MediaSource.FileId(words());
            case 3 -> new MediaSource.PlainText(words());
            default -> new MediaSource.Blocks(list(3, () -> block(depth + 1)));
        };
    }

    private Map<String, String> extra() {
        var fields = new LinkedHashMap<String, String>();
        for (int i = random.nextInt(4) - 1; i > 0; i--) {
            fields.put(pick("a", "", "cache_control", "a \"b\" 城市 😀"), pick(RAW));
        }
        return fields;
    }

    private <T> List<T> list(int most, Supplier<T> item) {
        var items = new ArrayList<T>();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            items.add(item.get());
        }
        return items;
    }

    private String orNull() {
        return random.nextInt(3) == 0 ? null : words();
    }

    private String words() {
        return pick(TEXTS);
    }

    @SafeVarargs
    private <T> T pick(T... of) {
        return of[random.nextInt(of.length)];
    }
}
