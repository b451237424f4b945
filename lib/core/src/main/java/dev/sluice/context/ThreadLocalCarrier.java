package dev.sluice.context;

/** Carries one thread-local. */
record ThreadLocalCarrier<T>(ThreadLocal<T> local) implements ContextCarrier {

    @Override
    public Captured capture() {
        T captured = local.get();
        return captured == null ? Captured.nothing() : code -> run(captured, code);
    }

    private void run(T captured, Runnable code) {
        T before = local.get();
        local.set(captured);
        try {
            code.run();
        } finally {
            if (before == null) {
                local.remove();
            } else {
                local.set(before);
            }
        }
    }
}
