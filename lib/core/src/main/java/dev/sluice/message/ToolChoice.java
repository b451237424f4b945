package dev.sluice.message;

import org.jspecify.annotations.Nullable;

/**
 * Whether the model must, may or must not call a tool.
 *
 * @param mode what is asked of it
 * @param tool the tool to call, with {@link Mode#TOOL} only
 * @param parallel whether it may call several tools in one turn
 */
public record ToolChoice(Mode mode, @Nullable String tool, boolean parallel) {

    /** The choice that the model has. */
    public enum Mode {
        /** It decides. */
        AUTO,
        /** It must call some tool. */
        ANY,
        /** It must call the tool that is named. */
        TOOL,
        /** It must not call one. */
        NONE
    }

    /** The model decides. */
    public static final ToolChoice AUTO = new ToolChoice(Mode.AUTO, null, true);

    /** The model must call some tool. */
    public static final ToolChoice ANY = new ToolChoice(Mode.ANY, null, true);

    /** The model must not call a tool. */
    public static final ToolChoice NONE = new ToolChoice(Mode.NONE, null, true);

    /** Checks that {@code tool} is there if, and only if, the mode wants it. */
    public ToolChoice {
        if ((mode == Mode.TOOL) != (tool != null)) {
            throw new IllegalArgumentException("tool: goes with mode TOOL, and only with it");
        }
    }

    /** The model must call this tool. */
    public static ToolChoice tool(String name) {
        return new ToolChoice(Mode.TOOL, name, true);
    }

    /** The same choice, with at most one call in a turn. */
    public ToolChoice oneAtATime() {
        return new ToolChoice(mode, tool, false);
    }
}
