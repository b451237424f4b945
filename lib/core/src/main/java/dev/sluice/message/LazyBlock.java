package dev.sluice.message;

import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Supplier;

/**
 * A block that is made when it is first asked for, and from then on the same for every message that has it. A snapshot of
 * an answer that still grows consists of such blocks, so that its text is copied only for who reads it. Immutable for
 * its readers, and safe for any thread. Only for who makes messages before their blocks: a program that has a block
 * needs none.
 */
public final class LazyBlock {
    private static final AtomicReferenceFieldUpdater<LazyBlock, Object> BLOCK =
            AtomicReferenceFieldUpdater.newUpdater(LazyBlock.class, Object.class, "block");

    /** The block, or the {@link Supplier} of it: one place for both, so that what the block is made of can go. */
    private volatile Object block;

    private LazyBlock(Object block) {
        this.block = Objects.requireNonNull(block, "block");
    }

    /** A block that exists. */
    public static LazyBlock of(ContentBlock block) {
        return new LazyBlock(block);
    }

    /**
     * A block to be made.
     *
     * @param block makes it, the same each time. Threads that read the block call it, perhaps several at the same time.
     *     It is released when it has been called
     */
    public static LazyBlock of(Supplier<? extends ContentBlock> block) {
        return new LazyBlock(block);
    }

    /** Blocks as the content of a message, whose constructor keeps this list as it is. Copies {@code blocks}. */
    public static List<ContentBlock> content(LazyBlock... blocks) {
        return new Content(blocks.clone());
    }

    /** A copy that will not change: the list itself if it is one of these. */
    static List<ContentBlock> copyOf(List<ContentBlock> content) {
        return content instanceof Content ? content : List.copyOf(content);
    }

    /** The block; the same object each time. */
    public ContentBlock get() {
        Object now = block;
        if (now instanceof Supplier<?> supplier) {
            Object made = Objects.requireNonNull(supplier.get(), "block");
            now = BLOCK.compareAndSet(this, supplier, made) ? made : block;
        }
        return (ContentBlock) now;
    }

    private static final class Content extends AbstractList<ContentBlock> implements RandomAccess {
        private final LazyBlock[] blocks;

        Content(LazyBlock[] blocks) {
            this.blocks = blocks;
        }

        @Override
        public int size() {
            return blocks.length;
        }

        @Override
        public ContentBlock get(int index) {
            return blocks[Objects.checkIndex(index, blocks.length)].get();
        }
    }
}
