package dev.sluice.internal.budget;

/**
 * How many tokens there are in truth for each that {@link TokenEstimator} finds, as the figures of answers have it: in words,
 * and apart from them in thinking, of which often only a summary is shown. Each answer counts by its size; a few words move
 * little, and nothing moves a ratio out of bounds. Not for use by several threads.
 */
final class TokenCalibration {
    /** Tokens for each token of the weight. */
    record Ratios(double words, double thinking) {}

    private final Ratio words = new Ratio();
    private final Ratio thinking = new Ratio();

    /**
     * Takes in what some content was in truth.
     *
     * @param words the weight of its words
     * @param thinking the weight of its thinking
     * @param tokens all its tokens
     * @param thinkingTokens the part of them that was thinking; 0 if nobody knows
     */
    void add(long words, long thinking, long tokens, long thinkingTokens) {
        if (tokens <= 0) {
            return;
        }
        double thought = thinkingTokens;
        if (thinkingTokens <= 0 && thinking > 0) { // then by their shares in the estimate
            Ratios now = ratios();
            thought = tokens * thinking * now.thinking() / (thinking * now.thinking() + words * now.words());
        }
        this.words.add(words, Math.max(0, tokens - thought));
        this.thinking.add(thinking, thought);
    }

    Ratios ratios() {
        return new Ratios(words.get(), thinking.get());
    }

    private static final class Ratio {
        private static final double LEAST = 0.25;
        private static final double MOST = 8;

        /** As many tokens speak for the rule of thumb. */
        private static final double TRUST = 50;

        private double exact = TRUST;
        private double weighed = TRUST;

        /** Without a weight, tokens say nothing of a ratio. */
        void add(long quarters, double tokens) {
            if (quarters > 0) {
                exact += tokens;
                weighed += quarters / TokenEstimator.QUARTERS;
            }
        }

        double get() {
            return Math.clamp(exact / weighed, LEAST, MOST);
        }
    }
}
