package dev.sluice.peer;

import java.lang.reflect.Method;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/** Runs tests on virtual threads, where JUnit has them on one of the platform's: whoever consumes a stream there also reads it. */
public final class OnVirtualThread implements InvocationInterceptor {

    @Override
    public void interceptTestMethod(
            Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(test);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> test, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        run(test);
    }

    private static void run(Invocation<Void> test) throws Throwable {
        var task = new FutureTask<Throwable>(() -> {
            try {
                test.proceed();
                return null;
            } catch (Throwable e) {
                return e;
            }
        });
        Thread thread = Thread.ofVirtual().name("test").start(task);
        Throwable failure;
        try {
            failure = task.get();
        } catch (InterruptedException e) { // the test's time is over
            thread.interrupt();
            throw e;
        }
        if (failure != null) {
            throw failure;
        }
    }
}
