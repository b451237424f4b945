package dev.sluice.examples;

import java.nio.charset.Charset;

/**
 * The signs that a row is drawn with.
 *
 * @param done before what went well
 * @param failed before what did not
 * @param full a cell of what is done
 * @param empty a cell of what is not
 * @param more where something was cut off
 * @param dash around a note
 */
record Glyphs(String done, String failed, String full, String empty, String more, String dash) {
    private static final Glyphs RICH = new Glyphs("✓", "✗", "█", "░", "…", "—");
    private static final Glyphs ASCII = new Glyphs("+", "!", "#", ".", "~", "--");

    /** The best that a charset can write. */
    static Glyphs in(Charset charset) {
        return charset.newEncoder().canEncode("✓✗█░…—") ? RICH : ASCII;
    }
}
