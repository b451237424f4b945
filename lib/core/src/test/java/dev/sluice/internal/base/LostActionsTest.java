package dev.sluice.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LostActionsTest {
    @Test
    void eachActionRunsOnceAlsoIfOneBeforeItFails() {
        var ran = new ArrayList<Integer>();
        var actions = new LostActions();
        actions.add(() -> ran.add(1));
        actions.add(() -> {
            throw new IllegalStateException("on purpose");
        });
        actions.add(() -> ran.add(2));
        actions.run();
        actions.run();
        actions.add(() -> ran.add(3)); // the claim is lost already
        assertThat(ran).isEqualTo(List.of(1, 2, 3));
    }
}
