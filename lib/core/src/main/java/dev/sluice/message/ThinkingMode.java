package dev.sluice.message;

import dev.sluice.internal.base.Checks;

/** Whether and how far the model thinks before it answers. */
public sealed interface ThinkingMode {

    /** It does not think. */
    record Off() implements ThinkingMode {}

    /**
     * It thinks as far as it finds useful.
     *
     * @param shown whether its thinking is shown, as a summary where the provider makes one; else only its signature
     */
    record Adaptive(boolean shown) implements ThinkingMode {}

    /**
     * It thinks within a limit.
     *
     * @param tokens the most tokens it may think, at least 1
     * @param shown whether its thinking is shown, as a summary where the provider makes one; else only its signature
     */
    record Budget(int tokens, boolean shown) implements ThinkingMode {
        /** Checks the limit. */
        public Budget {
            Checks.atLeast("tokens", tokens, 1);
        }
    }
}
