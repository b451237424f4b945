package dev.sluice.examples;

import java.io.Console;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A terminal that can be drawn on.
 *
 * @param columns how many cells a line has
 * @param rows how many lines there are
 */
record Terminal(int columns, int rows) {
    private static final Terminal USUAL = new Terminal(80, 24);
    private static final int NARROWEST = 20;

    /** The one that this process writes to, if it does; not if {@code NO_COLOR} or {@code TERM=dumb} asks for plain lines. */
    static Optional<Terminal> ofThisProcess() {
        String kind = System.getenv("TERM");
        String plain = System.getenv("NO_COLOR");
        if (kind == null || kind.equals("dumb") || plain != null && !plain.isEmpty() || !isTerminal(System.console())) {
            return Optional.empty();
        }
        return Optional.of(size().filter(size -> size.columns >= NARROWEST && size.rows > 1)
                .orElse(USUAL));
    }

    /** From Java 22 to 24 there is a console also where there is no terminal; it says so, by a method that 21 has not. */
    private static boolean isTerminal(@Nullable Console console) {
        try {
            return console != null
                    && (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** What {@code stty} says; empty where there is none. */
    private static Optional<Terminal> size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                stty.destroy();
                return Optional.empty();
            }
            String[] said = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ", -1);
            return Optional.of(new Terminal(Integer.parseInt(said[1]), Integer.parseInt(said[0])));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
