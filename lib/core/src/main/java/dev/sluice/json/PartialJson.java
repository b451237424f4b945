package dev.sluice.json;

import static dev.sluice.json.PartialContainer.Missing.NONE;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses a JSON text that is still being written, and returns its best value so far. The value has every complete
 * element, in containers that are closed where the text ends. An element that is cut at the end is dropped, a member
 * with its key. This holds for a string, a key, a literal, an escape, and an incomplete number ({@code 12} is complete,
 * {@code 12.} and {@code 8.2e-} are not).
 *
 * <pre>
 *   {"city": "Paris", "days": [1, 2, 3     {city=Paris, days=[1, 2, 3]}
 *   {"city": "Paris", "units": "cel        {city=Paris}
 * </pre>
 *
 * <p>Values are plain: {@code Map}, {@code List}, {@code String}, {@code Integer}, {@code Long}, {@code
 * BigInteger}, {@code Double}, {@code Boolean} and null. Text that is no JSON is never an exception: it stops the reading
 * where it is ({@link #isMalformed}). So do more than 500 levels of nesting and numbers of more than 1000 digits.
 *
 * <p>Each character is read once, with the text cut anywhere. A value costs as much as the text is deep, not as long,
 * because it shares complete parts with earlier values. For use by one thread; the values are immutable and for any.
 */
public final class PartialJson {
    private static final int MAX_DEPTH = 500;

    /** The tokens that can come next. */
    private enum State {
        VALUE,
        VALUE_OR_END,
        KEY,
        KEY_OR_END,
        COLON,
        COMMA_OR_END,
        IN_KEY,
        IN_STRING,
        IN_NUMBER,
        IN_LITERAL,
        BLANK,
        FAULT
    }

    private final boolean keepsOpenStrings;
    private final PartialString string = new PartialString();
    private final PartialNumber number = new PartialNumber();
    private State state = State.VALUE;

    /** The innermost container that is open; null outside of all. */
    private @Nullable PartialContainer open;

    private int depth;
    private String literal = "";
    private int literalLength;

    /** The rest of the text outside of {@code open}: the value, once it is complete, or a string cut by a fault. */
    private @Nullable Object rest = NONE;

    private @Nullable Object snapshot = NONE;
    private boolean stale;

    /** A text of which nothing has come. */
    public PartialJson() {
        this(false);
    }

    private PartialJson(boolean keepsOpenStrings) {
        this.keepsOpenStrings = keepsOpenStrings;
    }

    /**
     * An empty text whose value keeps a string that is cut at its end, as far as it has come. Keys and halves of an
     * escape or of a surrogate pair are still dropped. Each value then costs a copy of that string. If it is read after
     * each fragment of a long one, time grows with the square of its length.
     */
    static PartialJson keepingOpenStrings() {
        return new PartialJson(true);
    }

    /** The value of the beginning of a JSON text; see {@link #value}. */
    public static @Nullable Object parse(CharSequence prefix) {
        return new PartialJson().append(prefix).value();
    }

    /**
     * Reads the beginning of a JSON text as a value of the given class: what has not come is null, zero or false, and a text
     * that is cut is there as far as it has come. What cannot be made yet, as a date of which half has come or a record whose
     * constructor wants more, is left out.
     *
     * <p>Costs as much as reading what there is, again with each call; some of it several times where something is left out.
     *
     * @return the value; empty if there is nothing to make it of, or what there is does not fit the class
     */
    public static <T> Optional<T> parseAs(String prefix, Class<T> type) {
        return PartialValue.of(prefix).as(type);
    }

    /**
     * Appends a fragment, cut anywhere. Never throws; what comes after a fault is ignored.
     *
     * @return this
     */
    public PartialJson append(CharSequence fragment) {
        int at = 0;
        while (at < fragment.length() && state != State.FAULT) {
            at = switch (state) {
                case IN_STRING, IN_KEY -> takeString(fragment, at);
                case IN_NUMBER -> takeNumber(fragment.charAt(at), at);
                case IN_LITERAL -> takeLiteral(fragment.charAt(at), at);
                default -> {
                    takeSign(fragment.charAt(at));
                    yield at + 1;
                }
            };
        }
        return this;
    }

    /**
     * The best value so far, immutable: what is appended later does not change it. Null while there is none, as for an
     * empty text or {@code "Par}, and for the text {@code null}; {@link #isComplete} distinguishes them. (To a tool
     * whose input has not begun the caller gives an empty map.)
     */
    public @Nullable Object value() {
        if (stale) {
            snapshot = last();
            for (PartialContainer container = open; container != null; container = container.parent) {
                snapshot = container.view(snapshot);
            }
            stale = false;
        }
        return snapshot == NONE ? null : snapshot;
    }

    /** Whether the text is one whole JSON value as it stands. */
    public boolean isComplete() {
        return open == null
                && switch (state) {
                    case BLANK -> true;
                    case IN_NUMBER, IN_LITERAL -> last() != NONE;
                    default -> false;
                };
    }

    /** Whether nothing that could follow would make the text JSON. The value is that of the text before the fault. */
    public boolean isMalformed() {
        return state == State.FAULT;
    }

    /** The value at the end of the text that no container has yet; {@code NONE} if there is none. */
    private @Nullable Object last() {
        return switch (state) {
            case IN_NUMBER -> number.isWhole() ? number.value() : NONE;
            case IN_LITERAL -> literalLength == literal.length() ? literalValue() : NONE;
            case IN_STRING -> keepsOpenStrings ? string.soFar() : NONE;
            default -> rest;
        };
    }

    private void takeSign(char c) {
        if (isBlank(c)) {
            return;
        }
        switch (state) {
            case VALUE -> startValue(c);
            case VALUE_OR_END -> {
                if (c == ']') {
                    close();
                } else {
                    startValue(c);
                }
            }
            case KEY -> startKey(c);
            case KEY_OR_END -> {
                if (c == '}') {
                    close();
                } else {
                    startKey(c);
                }
            }
            case COLON -> expect(c == ':', State.VALUE);
            case COMMA_OR_END -> {
                boolean array = open instanceof PartialArray;
                if (c == (array ? ']' : '}')) {
                    close();
                } else {
                    expect(c == ',', array ? State.VALUE : State.KEY);
                }
            }
            default -> fault();
        }
    }

    private void startKey(char c) {
        string.clear();
        expect(c == '"', State.IN_KEY);
    }

    private void startValue(char c) {
        stale = true;
        switch (c) {
            case '"' -> {
                string.clear();
                state = State.IN_STRING;
            }
            case '[' -> open(new PartialArray(open), State.VALUE_OR_END);
            case '{' -> open(new PartialObject(open), State.KEY_OR_END);
            case 't' -> startLiteral("true");
            case 'f' -> startLiteral("false");
            case 'n' -> startLiteral("null");
            default -> {
                number.clear();
                expect(number.take(c), State.IN_NUMBER);
            }
        }
    }

    private void startLiteral(String expected) {
        literal = expected;
        literalLength = 1;
        state = State.IN_LITERAL;
    }

    private void open(PartialContainer container, State inside) {
        if (depth == MAX_DEPTH) {
            fault();
            return;
        }
        depth++;
        open = container;
        state = inside;
    }

    private void close() {
        PartialContainer closed = Objects.requireNonNull(open);
        depth--;
        open = closed.parent;
        complete(closed.close());
    }

    private void complete(@Nullable Object value) {
        stale = true;
        if (open == null) {
            rest = value;
            state = State.BLANK;
        } else {
            open.add(value);
            state = State.COMMA_OR_END;
        }
    }

    private int takeString(CharSequence fragment, int start) {
        int end = string.take(fragment, start);
        stale |= keepsOpenStrings;
        if (string.isBroken()) {
            rest = last();
            fault();
        } else if (string.isEnded()) {
            if (state == State.IN_KEY && open instanceof PartialObject object) {
                object.key(string.soFar());
                state = State.COLON;
            } else {
                complete(string.soFar());
            }
        }
        return end;
    }

    private int takeNumber(char c, int at) {
        stale = true;
        if (number.take(c)) {
            return at + 1;
        }
        endToken(c);
        return at;
    }

    private int takeLiteral(char c, int at) {
        stale = true;
        if (literalLength < literal.length() && literal.charAt(literalLength) == c) {
            literalLength++;
            return at + 1;
        }
        endToken(c);
        return at;
    }

    /** Ends a number or literal, which have no end of their own, at the character behind it. */
    private void endToken(char c) {
        Object value = last();
        if (value != NONE && (isBlank(c) || c == ',' || c == ']' || c == '}')) {
            complete(value);
        } else {
            fault();
        }
    }

    private @Nullable Object literalValue() {
        return literal.equals("null") ? null : Boolean.valueOf(literal);
    }

    private void expect(boolean met, State next) {
        if (met) {
            state = next;
        } else {
            fault();
        }
    }

    private void fault() {
        state = State.FAULT;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }
}
