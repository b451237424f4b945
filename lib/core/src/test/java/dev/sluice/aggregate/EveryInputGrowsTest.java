package dev.sluice.aggregate;

import static dev.sluice.aggregate.Events.fold;
import static dev.sluice.aggregate.Events.json;
import static dev.sluice.aggregate.Events.open;
import static dev.sluice.aggregate.Events.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.message.ContentBlock;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A guard: whoever adds a kind of block that has an input is told if its fragments go nowhere. */
class EveryInputGrowsTest {

    @Test
    void everyKindOfBlockThatHasAnInputGrowsByItsFragments() throws Exception {
        var withInput = Arrays.stream(ContentBlock.class.getPermittedSubclasses())
                .filter(kind -> Arrays.stream(kind.getRecordComponents())
                        .anyMatch(component -> component.getName().equals("input")))
                .toList();
        assertThat(withInput).hasSizeGreaterThanOrEqualTo(2);
        for (Class<?> kind : withInput) {
            Object block = kind.getDeclaredConstructor(String.class, String.class, String.class, Map.class)
                    .newInstance("i", "n", "{}", Map.of());
            var answer = fold(start("msg_1"), open(0, (ContentBlock) block), json(0, "{\"a\":1,\"b\":\"cu"));
            assertThat(answer.input(0)).as(kind.getName()).isEqualTo(Map.of("a", 1));
            assertThat(kind.getMethod("input").invoke(answer.block(0))).isEqualTo("{\"a\":1,\"b\":\"cu");
        }
    }
}
