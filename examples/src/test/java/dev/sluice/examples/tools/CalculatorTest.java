package dev.sluice.examples.tools;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = SECONDS)
class CalculatorTest {
    private static Object calculated(String expression) {
        return new Calculator().call(new Calculator.Input(expression), new RecordingToolContext());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 1",
                "  12.50  | 12.5",
                ".5 | 0.5",
                "5. | 5",
                "1 + 2 * 3 | 7",
                "(1 + 2) * 3 | 9",
                "10 - 4 - 3 | 3",
                "16 / 4 / 2 | 2",
                "7 % 4 | 3",
                "-7 % 4 | -3",
                "-2^2 | -4",
                "(-2)^2 | 4",
                "2^3^2 | 512",
                "2^-2 | 0.25",
                "0^0 | 1",
                "--3 | 3",
                "2 * -3 | -6",
                "+4 | 4",
                "0.1 + 0.2 | 0.3",
                "1 / 3 * 3 | 1",
                "1 / 3 | 0.333333333333333333333333333333",
                "1e3 | 1000",
                "2.5E-2 | 0.025",
                "100 - 100 | 0",
                "(2.41 - 1.8) * 100 | 61",
            })
    void theRulesOfArithmeticHold(String expression, String value) {
        assertThat(calculated(expression)).isEqualTo(value);
    }

    @Test
    void hugeAndTinyNumbersAreWrittenWithAnExponent() {
        assertThat(calculated("9^999").toString()).matches("\\d\\.\\d{29}E\\+953");
        assertThat(calculated("10^-60")).isEqualTo("1E-60");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "1 / 0 | Division by zero",
                "1 / (2 - 2) | Division by zero",
                "5 % 0.0 | Division by zero",
                "0^-1 | Division by zero",
                "2^0.5 | must be a whole number",
                "2^10000 | between -9999 and 9999",
                "2^-99999999999 | must be a whole number",
                "((9^9999)^9999)^9999 | too large or too small",
                "9^999 % 7 | too large or too small",
                "1e99999 | exponent of 1 to 4 digits",
                "1e | exponent of 1 to 4 digits",
                "1 + | a number or '(' was expected, not the end",
                "1 2 | Character 3: an operator was expected, not '2'",
                "(1 + 2 | ')' was expected, not the end",
                "1 + 2) | Character 6: an operator was expected, not ')'",
                "() | Character 2: a number",
                ". | Character 1: a number",
                "1..2 | an operator was expected, not '.'",
                "1,5 | not ','",
                "T(java.lang.Runtime).getRuntime() | Character 1: a number",
                "${7*7} | not '$'",
                "2 × 3 | not '×'",
                "٣ | not '٣'",
                "🙂 | not '🙂'",
                "1e-9999 / 1e9999 / 0 | Division by zero",
            })
    void whatIsWrongIsSaid(String expression, String problem) {
        assertThat(RecordingToolContext.error(calculated(expression))).contains(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "\u0000", "1\u0000", "\u0000+1"})
    void nothingIsNoExpression(String expression) {
        assertThat(RecordingToolContext.error(calculated(expression))).isNotEmpty();
    }

    @Test
    void lengthAndDepthAreLimited() {
        assertThat(calculated("1" + "+1".repeat(499))).isEqualTo("500");
        assertThat(RecordingToolContext.error(calculated("1" + "+1".repeat(500))))
                .contains("1 to 1000 characters");
        assertThat(calculated("(".repeat(99) + "7" + ")".repeat(99))).isEqualTo("7");
        for (String nesting : new String[] {"(", "-", "+", "2^", "(-", "1-("}) {
            String expression = nesting.repeat(1000 / nesting.length() - 1) + "7";
            assertThat(RecordingToolContext.error(calculated(expression)))
                    .as(nesting)
                    .containsAnyOf("nested more than 100 levels", "expected");
        }
        assertThat(RecordingToolContext.error(calculated("-".repeat(900) + "7")))
                .contains("nested more than 100 levels");
    }

    /** As long as can be, and each step as costly as can be: must come to an end, with a number or with words. */
    @Test
    void theCostliestExpressionsEnd() {
        assertThat(calculated("9^9999*".repeat(142) + "1")).isInstanceOf(String.class);
        assertThat(calculated("1e9999+1e-9999-".repeat(66) + "1")).isInstanceOf(String.class);
        assertThat(RecordingToolContext.error(calculated("(9^9999)^9999^2"))).isNotEmpty();
    }

    @Test
    void randomTextsEndWithANumberOrWithWords() {
        var random = new SplittableRandom(6);
        String letters = "0123456789.eE+-*/%^() x";
        for (int i = 0; i < 100_000; i++) {
            var text = new StringBuilder();
            for (int length = random.nextInt(1, 16); length > 0; length--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            assertThat(calculated(text.toString())).as(text.toString()).isNotNull();
        }
    }

    /** Expressions that are built beside their value, with all parentheses. */
    @Test
    void randomExpressionsHaveTheirValue() {
        var random = new SplittableRandom(7);
        for (int i = 0; i < 2_000; i++) {
            BigDecimal value = BigDecimal.valueOf(random.nextInt(100));
            var text = new StringBuilder(value.toPlainString());
            for (int steps = random.nextInt(8); steps > 0; steps--) {
                BigDecimal operand = BigDecimal.valueOf(random.nextInt(1, 100), random.nextInt(3));
                char operator = "+-*/".charAt(random.nextInt(4));
                value = switch (operator) {
                    case '+' -> value.add(operand);
                    case '-' -> value.subtract(operand);
                    case '*' -> value.multiply(operand);
                    default -> value.divide(operand, new MathContext(40));
                };
                text.insert(0, '(')
                        .append(operator)
                        .append(operand.toPlainString())
                        .append(')');
            }
            assertThat(new BigDecimal(calculated(text.toString()).toString()))
                    .as(text.toString())
                    .isCloseTo(value, org.assertj.core.data.Offset.offset(new BigDecimal("1e-9")));
        }
    }
}
