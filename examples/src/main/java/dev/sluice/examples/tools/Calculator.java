package dev.sluice.examples.tools;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.sluice.tools.Tool;
import dev.sluice.tools.ToolContext;
import dev.sluice.tools.ToolFunction;
import dev.sluice.tools.ToolOutput;
import java.math.BigDecimal;
import java.math.MathContext;

/** A tool that calculates, because models are bad at it. What it is given is read as an expression, never run as code. */
public final class Calculator implements ToolFunction<Calculator.Input> {
    private static final MathContext SHOWN = new MathContext(30);
    private static final int LONGEST_PLAIN = 40;

    Calculator() {}

    /**
     * What the model says.
     *
     * @param expression what to calculate
     */
    public record Input(
            @JsonPropertyDescription(
                    "numbers with + - * / % ^ and parentheses, such as (2.41 - 1.8) * 100; % is the rest of a division")
            String expression) {}

    /** The tool. Its results are exact, or rounded to 30 digits. */
    public static Tool tool() {
        return Tool.of("calculate", "Calculates an arithmetic expression", Input.class, new Calculator());
    }

    @Override
    public Object call(Input input, ToolContext context) {
        try {
            return shown(Expression.value(input.expression()));
        } catch (ToolRefusal refusal) {
            return ToolOutput.error(refusal.getMessage());
        }
    }

    private static String shown(BigDecimal value) {
        BigDecimal rounded = value.round(SHOWN).stripTrailingZeros();
        boolean plain = Math.abs((long) rounded.precision() - rounded.scale()) <= LONGEST_PLAIN
                && Math.abs((long) rounded.scale()) <= LONGEST_PLAIN;
        return plain ? rounded.toPlainString() : rounded.toString();
    }
}
