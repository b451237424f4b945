package dev.sluice.test.peer;

import java.io.IOException;
import java.io.InputStream;

/** Loads this library's classes anew, where those of an optional dependency are not to be found. */
public final class WithoutLibrary extends ClassLoader {
    private final String missing;

    /** Without the classes whose names begin like this. */
    public WithoutLibrary(String missing) {
        this.missing = missing;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(missing)) {
            throw new ClassNotFoundException(name);
        }
        if (!name.startsWith("dev.sluice.")) {
            return super.loadClass(name, resolve);
        }
        Class<?> known = findLoadedClass(name);
        return known != null ? known : defined(name);
    }

    private Class<?> defined(String name) throws ClassNotFoundException {
        try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
            byte[] bytes = file.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
