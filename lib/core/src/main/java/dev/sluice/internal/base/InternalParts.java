package dev.sluice.internal.base;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Lets Sluice's packages reach what a public class keeps from its users. Java has no access between "package" and "public".
 *
 * <p>A public class keeps what only Sluice calls in one object of an internal class, its part, in a private field. It shares
 * the part here, in its static initialiser and before any other static field:
 *
 * <pre>{@code
 * static {
 *     InternalParts.share(Budget.class, BudgetLedger.class, budget -> budget.ledger);
 * }
 * }</pre>
 *
 * <p>Another package asks for it with {@code InternalParts.of(budget, BudgetLedger.class)}. Java has initialised the class of
 * each object that can be passed, so the part is always shared by then. For any thread; nothing here blocks.
 */
public final class InternalParts {
    private static final Map<Class<?>, Share<?, ?>> SHARES = new ConcurrentHashMap<>();

    private record Share<O, P>(Class<O> owner, Class<P> part, Function<? super O, ? extends P> get) {
        P of(Object object) {
            return part.cast(get.apply(owner.cast(object)));
        }
    }

    private InternalParts() {}

    /**
     * Shares the part of a class's objects. Called by the class itself.
     *
     * @param get returns the part, which every object has from its constructor on
     * @throws IllegalStateException if another class has shared a part of this type
     */
    public static <O, P> void share(Class<O> owner, Class<P> part, Function<? super O, ? extends P> get) {
        Share<?, ?> other = SHARES.putIfAbsent(part, new Share<>(owner, part, get));
        if (other != null) {
            throw new IllegalStateException(
                    part.getName() + " is the part of " + other.owner().getName());
        }
    }

    /**
     * Returns the part of an object.
     *
     * @throws IllegalStateException if no class has shared a part of this type
     * @throws ClassCastException if another class has
     */
    public static <P> P of(Object object, Class<P> part) {
        Objects.requireNonNull(object, "object");
        Share<?, ?> share = SHARES.get(part);
        if (share == null) {
            throw new IllegalStateException(object.getClass().getName() + " shares no " + part.getName());
        }
        return part.cast(share.of(object));
    }
}
