package dev.sluice.examples.tools;

/** A call that a tool does not do, or cannot: its message is for the model, so it names nothing that the model did not. */
final class ToolRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    ToolRefusal(String message) {
        super(message);
    }
}
