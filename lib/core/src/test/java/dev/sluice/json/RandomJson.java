package dev.sluice.json;

import java.util.Random;

/** JSON texts of all kinds, the same for the same seed: nested, padded, escaped, with keys that come twice. */
final class RandomJson {
    private static final String[] BLANKS = {"", "", "", " ", "\n", "\t \r\n"};
    private static final String[] KEYS = {"a", "b", "key", "", "\\u0061", "城市", "quo\\\"te", "a b", "x\\ny", "zzzz"};
    private static final String[] CHARS = {
        "a",
        "é",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\uD83D\\uDE00",
        "😀",
        "\u2028",
        "{",
        "]",
        ",",
        ":",
        "\\ud800",
        "\\t\\b\\f\\r",
        "\ud83d",
        "\u007f",
        "words of some length "
    };
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "7",
        "-12",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "0.5",
        "-0.00125",
        "8.2156e-15",
        "1.5e+10",
        "2E8",
        "-1.5e-3",
        "1e400",
        "-1e400",
        "1e-400",
        "0e0",
        "-0.0",
        "3.141592653589793238462643383279"
    };

    private final Random random;
    private final StringBuilder text = new StringBuilder();

    RandomJson(long seed) {
        random = new Random(seed);
    }

    String next() {
        text.setLength(0);
        value(0);
        blank();
        return text.toString();
    }

    private void value(int depth) {
        blank();
        int kind = random.nextInt(depth > 5 ? 5 : 9);
        switch (kind) {
            case 0 -> text.append(pick("true", "false", "null"));
            case 1, 2 -> text.append(pick(NUMBERS));
            case 3, 4 -> string();
            case 5, 6 -> container('[', ']', depth, false);
            default -> container('{', '}', depth, true);
        }
    }

    private void container(char start, char end, int depth, boolean members) {
        text.append(start);
        int size = random.nextInt(depth == 0 && random.nextInt(5) == 0 ? 25 : 4);
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                text.append(',');
            }
            if (members) {
                blank();
                text.append('"')
                        .append(pick(KEYS))
                        .append(random.nextInt(4) == 0 ? "" : "" + random.nextInt(20))
                        .append('"');
                blank();
                text.append(':');
            }
            value(depth + 1);
            blank();
        }
        if (size == 0) {
            blank();
        }
        text.append(end);
    }

    private void string() {
        text.append('"');
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(pick(CHARS));
        }
        text.append('"');
    }

    private void blank() {
        text.append(pick(BLANKS));
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }
}
