package dev.sluice.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokensTest {
    @Test
    void whateverTheSeedThePiecesJoinToTheTextAndNoCharacterIsCut() {
        String text =
                "Água \uD83C\uDF0A\uD83C\uDF0A\uD83C\uDF0A\uD83C\uDF0A\uD83C\uDF0A\uD83C\uDF0A mole em pedra dura";
        for (int seed = 0; seed < 500; seed++) {
            List<String> pieces = Tokens.of(text, new SplittableRandom(seed));

            assertThat(String.join("", pieces)).isEqualTo(text);
            assertThat(pieces).allSatisfy(piece -> {
                assertThat(piece.length()).isBetween(1, 7);
                assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
            });
            assertThat(pieces.subList(0, pieces.size() - 1))
                    .allSatisfy(piece -> assertThat(piece.length()).isBetween(3, 7));
        }
    }

    @Test
    void anEmptyTextHasNoPieces() {
        assertThat(Tokens.of("", new SplittableRandom(1))).isEmpty();
    }
}
