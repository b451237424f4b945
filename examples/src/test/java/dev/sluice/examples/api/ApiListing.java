package dev.sluice.examples.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lists what a module's users can name: its public types with their public and protected members, as text in a fixed order. */
final class ApiListing {
    private static final Pattern PACKAGES = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");

    private ApiListing() {}

    /** The listing of the module, jar or folder, that this class is from. */
    static String of(Class<?> member) {
        Map<String, String> types = new TreeMap<>();
        for (String name : classNames(member)) {
            Class<?> type = load(name, member.getClassLoader());
            if (isPublic(type)) {
                types.put(type.getName(), type(type));
            }
        }
        return String.join("\n", types.values());
    }

    /** A nested type is public if those around it are, too. */
    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return isSeen(type.getModifiers())
                && !type.isAnonymousClass()
                && !type.isLocalClass()
                && (outer == null || isPublic(outer))
                && !isPlumbing(type.getPackageName());
    }

    private static boolean isPlumbing(String room) {
        return (room + ".").contains(".internal.") || room.equals("dev.sluice.provider.wire");
    }

    private static boolean isSeen(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String type(Class<?> type) {
        List<String> members = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (isSeen(field.getModifiers()) && !field.isSynthetic()) {
                members.add(signature(field.toGenericString(), field.getName()));
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isSeen(constructor.getModifiers()) && !constructor.isSynthetic()) {
                members.add(executable(constructor, type.getSimpleName()));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            if (isSeen(method.getModifiers()) && !method.isSynthetic() && !isGiven(type, method)) {
                members.add(executable(method, method.getName()));
            }
        }
        return members.stream()
                .sorted()
                .map(line -> "    " + line + "\n")
                .collect(Collectors.joining("", head(type), ""));
    }

    /** What every record and every enum has is not listed. */
    private static boolean isGiven(Class<?> type, Method method) {
        boolean ofObject = List.of("equals", "hashCode", "toString").contains(method.getName());
        boolean ofEnum = List.of("values", "valueOf").contains(method.getName());
        return type.isRecord() && ofObject || type.isEnum() && ofEnum;
    }

    private static String head(Class<?> type) {
        String kind = type.isAnnotation()
                ? "@interface"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
        int kept = type.getModifiers() & (Modifier.ABSTRACT | Modifier.FINAL | Modifier.PROTECTED);
        boolean plain = type.isInterface() || type.isEnum() || type.isRecord();
        String modifiers = Modifier.toString(plain ? kept & Modifier.PROTECTED : kept);
        String parameters = Arrays.stream(type.getTypeParameters())
                .map(parameter -> parameter.getName() + bounds(parameter.getBounds()))
                .collect(Collectors.joining(", "));
        var supers = new ArrayList<String>();
        Type parent = type.getGenericSuperclass();
        if (parent != null && !plain && parent != Object.class) {
            supers.add(signature(parent.getTypeName(), ""));
        }
        for (Type parentInterface : type.getGenericInterfaces()) {
            supers.add(signature(parentInterface.getTypeName(), ""));
        }
        return (modifiers.isEmpty() ? "" : modifiers + " ")
                + (type.isSealed() ? "sealed " : "")
                + kind + " " + type.getName()
                + (parameters.isEmpty() ? "" : "<" + parameters + ">")
                + (supers.isEmpty() ? "" : " : " + String.join(", ", supers))
                + "\n";
    }

    private static String bounds(Type[] bounds) {
        String all = Arrays.stream(bounds)
                .filter(bound -> bound != Object.class)
                .map(bound -> signature(bound.getTypeName(), ""))
                .collect(Collectors.joining(" & "));
        return all.isEmpty() ? "" : " extends " + all;
    }

    private static String executable(Executable executable, String name) {
        String text = executable.toGenericString();
        String declaring = executable.getDeclaringClass().getTypeName();
        String own = executable instanceof Constructor ? declaring : declaring + "." + name;
        text = text.replace(own + "(", name + "(");
        return signature(text, "");
    }

    /** A signature without packages and without modifiers that callers need not know. */
    private static String signature(String text, String name) {
        text = PACKAGES.matcher(text).replaceAll("").replace('$', '.');
        if (!name.isEmpty()) { // a field's is written with its class before it
            text = text.replaceFirst("[\\w.]+\\." + Pattern.quote(name) + "$", name);
        }
        return text.replaceFirst("^public ", "").replaceAll("\\b(abstract|default|final|native|strictfp) ", "");
    }

    private static Class<?> load(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> classNames(Class<?> member) {
        try {
            URI source =
                    member.getProtectionDomain().getCodeSource().getLocation().toURI();
            Path path = Path.of(source);
            if (Files.isDirectory(path)) {
                return classNames(path);
            }
            try (FileSystem jar = FileSystems.newFileSystem(path)) {
                return classNames(jar.getPath("/"));
            }
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> classNames(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace('/', '.'))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
