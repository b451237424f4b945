package dev.sluice.examples.tools;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * The value of an arithmetic expression. Read from left to right by one method for each rank of operators:
 *
 * <pre>
 * sum     = product (("+" | "-") product)*
 * product = signed (("*" | "/" | "%") signed)*
 * signed  = ("+" | "-") signed | power
 * power   = primary ("^" signed)?              so -2^2 is -4, and 2^3^2 is 2^9
 * primary = number | "(" sum ")"
 * </pre>
 */
final class Expression {
    private static final int LONGEST = 1000;
    private static final int DEEPEST = 100;
    private static final int LARGEST_EXPONENT = 9999;
    private static final int MOST_DIGITS_OF_EXPONENT = 4;
    /** More than are shown, so that a third times three is one. */
    private static final MathContext EXACT = new MathContext(40);

    private final String text;
    private int at;
    private int depth;

    private Expression(String text) {
        this.text = text;
    }

    static BigDecimal value(String text) throws ToolRefusal {
        if (text.isBlank() || text.length() > LONGEST) {
            throw new ToolRefusal("expression: 1 to " + LONGEST + " characters are needed, not " + text.length());
        }
        var expression = new Expression(text);
        try {
            BigDecimal value = expression.sum();
            if (!expression.atEnd()) {
                throw expression.unexpected("an operator");
            }
            return value;
        } catch (ArithmeticException e) { // of BigDecimal: beyond what its exponent or the digits can hold
            throw new ToolRefusal("The numbers get too large or too small to calculate with");
        }
    }

    private BigDecimal sum() throws ToolRefusal {
        BigDecimal value = product();
        while (true) {
            if (next('+')) {
                value = value.add(product(), EXACT);
            } else if (next('-')) {
                value = value.subtract(product(), EXACT);
            } else {
                return value;
            }
        }
    }

    private BigDecimal product() throws ToolRefusal {
        BigDecimal value = signed();
        while (true) {
            if (next('*')) {
                value = value.multiply(signed(), EXACT);
            } else if (next('/')) {
                value = value.divide(divisor(), EXACT);
            } else if (next('%')) {
                value = remainder(value, divisor());
            } else {
                return value;
            }
        }
    }

    /** Of a number that has been rounded before its point there is no telling what the remainder is. */
    private static BigDecimal remainder(BigDecimal value, BigDecimal divisor) {
        if ((long) value.precision() - value.scale() > EXACT.getPrecision()) {
            throw new ArithmeticException("not all digits are known");
        }
        return value.remainder(divisor, EXACT);
    }

    private BigDecimal divisor() throws ToolRefusal {
        BigDecimal divisor = signed();
        if (divisor.signum() == 0) {
            throw new ToolRefusal("Division by zero, before character " + (at + 1));
        }
        return divisor;
    }

    /** Everything that nests comes through here, so this is where the depth is limited. */
    private BigDecimal signed() throws ToolRefusal {
        if (++depth > DEEPEST) {
            throw new ToolRefusal("The expression is nested more than " + DEEPEST + " levels deep");
        }
        try {
            if (next('-')) {
                return signed().negate();
            }
            return next('+') ? signed() : power();
        } finally {
            depth--;
        }
    }

    private BigDecimal power() throws ToolRefusal {
        BigDecimal base = primary();
        if (!next('^')) {
            return base;
        }
        BigDecimal exponent = signed();
        int whole;
        try {
            whole = exponent.intValueExact();
        } catch (ArithmeticException e) {
            throw new ToolRefusal("An exponent must be a whole number");
        }
        if (Math.abs((long) whole) > LARGEST_EXPONENT) {
            throw new ToolRefusal("An exponent must be between -" + LARGEST_EXPONENT + " and " + LARGEST_EXPONENT);
        }
        if (base.signum() == 0 && whole < 0) {
            throw new ToolRefusal("Division by zero: 0 to the power of " + whole);
        }
        return whole >= 0 ? base.pow(whole, EXACT) : BigDecimal.ONE.divide(base.pow(-whole, EXACT), EXACT);
    }

    private BigDecimal primary() throws ToolRefusal {
        if (next('(')) {
            BigDecimal value = sum();
            if (!next(')')) {
                throw unexpected("')'");
            }
            return value;
        }
        skipBlanks();
        int from = at;
        skipDigits();
        if (peek() == '.') {
            at++;
            skipDigits();
        }
        if (at == from || at == from + 1 && text.charAt(from) == '.') {
            at = from;
            throw unexpected("a number or '('");
        }
        skipExponent();
        return new BigDecimal(text.substring(from, at), EXACT);
    }

    private void skipExponent() throws ToolRefusal {
        if (peek() != 'e' && peek() != 'E') {
            return;
        }
        at++;
        if (peek() == '+' || peek() == '-') {
            at++;
        }
        int digits = at;
        skipDigits();
        if (at == digits || at - digits > MOST_DIGITS_OF_EXPONENT) {
            at = digits;
            throw unexpected("an exponent of 1 to " + MOST_DIGITS_OF_EXPONENT + " digits");
        }
    }

    private boolean next(char operator) {
        skipBlanks();
        if (peek() != operator) {
            return false;
        }
        at++;
        return true;
    }

    private boolean atEnd() {
        skipBlanks();
        return at == text.length();
    }

    /** The character that comes, NUL at the end: a NUL in the text is no operator either. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private void skipDigits() {
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
    }

    private ToolRefusal unexpected(String wanted) {
        String found = at == text.length() ? "the end" : "'" + Character.toString(text.codePointAt(at)) + "'";
        return new ToolRefusal("Character " + (at + 1) + ": " + wanted + " was expected, not " + found);
    }
}
