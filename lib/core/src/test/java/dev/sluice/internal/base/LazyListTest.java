package dev.sluice.internal.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.internal.base.LazyList.Element;
import dev.sluice.message.ContentBlock;
import dev.sluice.message.ContentBlock.Text;
import dev.sluice.message.Message;
import dev.sluice.message.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LazyListTest {

    @Test
    void anElementIsMadeWhenItIsFirstAskedForAndOnce() {
        var made = new AtomicInteger();
        var lazy = Element.madeBy(() -> new Text("" + made.incrementAndGet()));
        var one = Message.of(Role.ASSISTANT, lazyList(lazy));
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
        var lazy = Element.madeBy(() -> {
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
    void aMessageWithALazyListIsLikeAnyOther() {
        var lazy = Message.of(Role.USER, lazyList(Element.of(new Text("a"))));
        var plain = Message.of(Role.USER, List.of(new Text("a")));
        assertThat(lazy).isEqualTo(plain).hasSameHashCodeAs(plain).hasToString(plain.toString());
        assertThat(plain).isEqualTo(lazy);
    }

    @Test
    void nobodyCanChangeTheContent() {
        var elements = new ArrayList<>(List.of(Element.of(new Text("a"))));
        List<ContentBlock> content = LazyList.of(elements, element -> element);
        elements.set(0, Element.of(new Text("b")));
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

    private static List<ContentBlock> lazyList(Element<Text> element) {
        return LazyList.of(List.of(element), each -> each);
    }
}
