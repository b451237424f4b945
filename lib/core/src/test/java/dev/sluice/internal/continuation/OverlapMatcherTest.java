package dev.sluice.internal.continuation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OverlapMatcherTest {
    @Test
    void whatFollowsTheAnchorIsNewInPiecesOfAnySize() {
        String answer = "\n  the cat \u2013 \uD83D\uDE00 sat, the cat";
        String anchor = "the cat \u2013 \uD83D\uDE00";
        for (int size = 1; size <= answer.length(); size++) {
            var overlap = new OverlapMatcher(anchor, "");
            var rest = new StringBuilder();
            for (int from = 0; from < answer.length(); from += size) {
                String piece = answer.substring(from, Math.min(answer.length(), from + size));
                rest.append(piece.substring(overlap.skip(piece)));
            }
            assertThat(rest).as("pieces of %d", size).hasToString(" sat, the cat");
        }
    }

    @Test
    void anotherBeginningDoesNotGoOn() {
        assertThat(new OverlapMatcher("the cat", "").skip("The cat")).isEqualTo(-1);
        assertThat(new OverlapMatcher("the cat", "").skip("the car")).isEqualTo(-1);
        assertThat(new OverlapMatcher("the cat", "").skip("the  cat")).isEqualTo(-1);
        var late = new OverlapMatcher("the cat", "");
        assertThat(late.skip("the c")).isEqualTo(5);
        assertThat(late.skip("ow")).isEqualTo(-1);
    }

    @Test
    void whiteSpaceIsDroppedOnlyAsFarAsItIsTheSame() {
        assertThat(new OverlapMatcher("", " \n").skip(" \nfoo")).isEqualTo(2);
        assertThat(new OverlapMatcher("", " \n").skip(" foo")).isEqualTo(1);
        assertThat(new OverlapMatcher("", " \n").skip("\nfoo")).isZero();
        assertThat(new OverlapMatcher("", " \n").skip(" \n foo")).isEqualTo(2);
        assertThat(new OverlapMatcher("", "").skip("  foo")).isZero();
        assertThat(new OverlapMatcher("a", " ").skip(" a  b")).isEqualTo(3);
    }

    @Test
    void whatIsNewOnceIsNeverRepeatedAgain() {
        var overlap = new OverlapMatcher("", " \n");
        assertThat(overlap.skip(" x")).isEqualTo(1);
        assertThat(overlap.skip("\n")).isZero();
    }
}
