package dev.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.message.ContentBlock.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LazyBlockTest {

    @Test
    void aBlockIsMadeWhenItIsFirstAskedForAndOnce() {
        var made = new AtomicInteger();
        var lazy = LazyBlock.of(() -> new Text("" + made.incrementAndGet()));
        var one = Message.of(Role.ASSISTANT, LazyBlock.content(lazy));
        var other = Message.of(Role.USER, one.content());
        assertThat(made).hasValue(0);
        assertThat(other.text()).isEqualTo("1");
        assertThat(one.content().getFirst())
                .isSameAs(other.content().getFirst())
                .isSameAs(lazy.get());
        assertThat(made).hasValue(1);
    }

    @Test
    void twoWhoAskAtTheSameTimeGetTheSameObject() throws Exception {
        var both = new CyclicBarrier(2);
        var lazy = LazyBlock.of(() -> {
            try {
                both.await(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return new Text("a");
        });
        try (var threads = Executors.newFixedThreadPool(2)) {
            var one = threads.submit(lazy::get);
            var other = threads.submit(lazy::get);
            assertThat(one.get()).isSameAs(other.get());
        }
    }

    @Test
    void aMessageOfLazyBlocksIsLikeAnyOther() {
        var lazy = Message.of(Role.USER, LazyBlock.content(LazyBlock.of(new Text("a"))));
        var plain = Message.of(Role.USER, List.of(new Text("a")));
        assertThat(lazy).isEqualTo(plain).hasSameHashCodeAs(plain).hasToString(plain.toString());
        assertThat(plain).isEqualTo(lazy);
    }

    @Test
    void nobodyCanChangeTheContent() {
        LazyBlock[] blocks = {LazyBlock.of(new Text("a"))};
        List<ContentBlock> content = LazyBlock.content(blocks);
        blocks[0] = LazyBlock.of(new Text("b"));
        assertThat(content).containsExactly(new Text("a"));
        assertThatThrownBy(() -> content.set(0, new Text("b"))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> content.add(new Text("b"))).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> content.remove(0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> content.iterator().remove()).isInstanceOf(RuntimeException.class);
        assertThat(content).containsExactly(new Text("a"));
    }

    @Test
    void aListOfTheCallersIsCopied() {
        var blocks = new ArrayList<ContentBlock>(List.of(new Text("a")));
        var message = Message.of(Role.USER, blocks);
        blocks.set(0, new Text("b"));
        assertThat(message.text()).isEqualTo("a");
    }
}
